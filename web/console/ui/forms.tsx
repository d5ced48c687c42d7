import { problemOf, type Problem } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Alert, App, Button, DatePicker, Drawer, type FormInstance } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import type { ReactNode } from 'react'

const said = texts({
  save: ['保存', 'Save'],
  cancel: ['取消', 'Cancel'],
  faults: ['请改正后再保存', 'Correct these and save again'],
  sure: ['确认', 'Confirm'],
  today: ['今天', 'Today'],
  last7: ['近 7 天', 'Last 7 days'],
  last30: ['近 30 天', 'Last 30 days'],
  last90: ['近 90 天', 'Last 90 days'],
  month: ['本月', 'This month'],
  year: ['近 12 个月', 'Last 12 months'],
  from: ['开始日期', 'From'],
  to: ['结束日期', 'To'],
})

/** Puts the server's faults beside the fields of an antd form: pointer /body/name or /name goes to field name. Gives back those that fit no field. */
export function showFaults(form: FormInstance, thrown: unknown): string[] {
  const p = problemOf(thrown)
  const fields = Object.keys(form.getFieldsValue(true) as object)
  const rest: string[] = []
  for (const fault of p.errors ?? []) {
    const path = fault.pointer.replace(/^\/body/, '').split('/').filter(Boolean).map((s) => (/^\d+$/.test(s) ? Number(s) : s))
    if (path.length > 0 && fields.includes(String(path[0]))) form.setFields([{ name: path, errors: [fault.detail] }])
    else rest.push(fault.detail)
  }
  return p.errors?.length ? rest : [p.detail]
}

/** A drawer with a form and its two buttons. `problem` is what the server said last. */
export function DrawerForm({ open, title, onClose, onSave, saving, problem, children, size = 520, okText, disabled }: {
  open: boolean
  title: ReactNode
  onClose: () => void
  onSave: () => void
  saving?: boolean
  problem?: unknown
  children: ReactNode
  size?: number
  okText?: string
  disabled?: boolean
}) {
  const t = useText(said)
  return (
    <Drawer
      open={open} title={title} onClose={onClose} size={size} destroyOnHidden
      footer={<div className="y-foot"><Button onClick={onClose}>{t.cancel}</Button><Button type="primary" loading={saving} disabled={disabled} onClick={onSave}>{okText ?? t.save}</Button></div>}
    >
      {children}
      {problem !== undefined && problem !== null && <Faults problem={problemOf(problem)} />}
    </Drawer>
  )
}

/** What the server found wrong, with where. */
export function Faults({ problem }: { problem: Problem }) {
  const t = useText(said)
  return (
    <Alert
      type="error" showIcon className="y-faults" title={problem.errors?.length ? t.faults : problem.detail}
      description={problem.errors?.length ? <ul>{problem.errors.map((e) => <li key={e.pointer + e.detail}><code>{e.pointer}</code> {e.detail}</li>)}</ul> : undefined}
    />
  )
}

/** Asks before something that cannot be undone: `sure({ title, content, danger, go })`. Failures are shown. */
export function useSure() {
  const { modal, message } = App.useApp()
  const t = useText(said)
  return (ask: { title: ReactNode; content?: ReactNode; ok?: string; danger?: boolean; go: () => Promise<unknown> }) =>
    modal.confirm({
      title: ask.title, content: ask.content, okText: ask.ok ?? t.sure, cancelText: t.cancel, okButtonProps: { danger: ask.danger }, autoFocusButton: ask.danger ? 'cancel' : 'ok',
      onOk: () => ask.go().catch((thrown: unknown) => { message.error(problemOf(thrown).detail) }),
    })
}

/** Shows what went wrong as a message: `onError: useOops()` of a mutation. */
export function useOops() {
  const { message } = App.useApp()
  return (thrown: unknown) => { void message.error(problemOf(thrown).detail) }
}

/** A span of days, YYYY-MM-DD, both included. Presets stand beside the calendar, and days may be typed. */
export function DaySpan({ value, onChange, allowClear }: { value?: { from?: string; to?: string }; onChange?: (span: { from?: string; to?: string }) => void; allowClear?: boolean }) {
  const t = useText(said)
  const now = dayjs()
  const span = (days: number): [Dayjs, Dayjs] => [now.subtract(days - 1, 'day'), now]
  return (
    <DatePicker.RangePicker
      allowClear={allowClear ?? false} placeholder={[t.from, t.to]} value={value?.from && value.to ? [dayjs(value.from), dayjs(value.to)] : null}
      presets={[
        { label: t.today, value: span(1) }, { label: t.last7, value: span(7) }, { label: t.last30, value: span(30) }, { label: t.last90, value: span(90) },
        { label: t.month, value: [now.startOf('month'), now] }, { label: t.year, value: [now.subtract(12, 'month'), now] },
      ]}
      onChange={(v) => onChange?.({ from: v?.[0]?.format('YYYY-MM-DD'), to: v?.[1]?.format('YYYY-MM-DD') })}
    />
  )
}
