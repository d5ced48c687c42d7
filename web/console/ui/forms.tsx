import { lineOf, problemOf, type Problem } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Alert, App, Button, Drawer, type FormInstance } from 'antd'
import type { ReactNode } from 'react'

const said = texts({
  save: ['保存', 'Save'],
  cancel: ['取消', 'Cancel'],
  faults: ['请改正后再保存', 'Correct these and save again'],
  sure: ['确认', 'Confirm'],
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
      title: ask.title, content: ask.content, okText: ask.ok ?? t.sure, cancelText: t.cancel, okButtonProps: { danger: ask.danger }, focusable: { autoFocusButton: ask.danger ? 'cancel' : 'ok' },
      onOk: () => ask.go().catch((thrown: unknown) => { message.error(lineOf(thrown)) }),
    })
}

/** Shows what went wrong as a message: `onError: useOops()` of a mutation. */
export function useOops() {
  const { message } = App.useApp()
  return (thrown: unknown) => { void message.error(lineOf(thrown)) }
}
