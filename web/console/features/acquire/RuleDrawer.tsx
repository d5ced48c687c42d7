import { api, call, type Problem, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Select, Switch } from 'antd'
import { TimeRangePicker } from '@/ui/dates'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm } from '../../ui/forms'
import { below, faultsAt, type Faults } from '../../ui/message/faults'
import { bubbles, tidy, type Message } from '../../ui/message/message'
import { MessageEditor } from '../../ui/message/MessageEditor'
import { places } from '../../ui/message/places'
import { TextField } from '../../ui/message/TextField'
import { filled } from '../../ui/message/variables'
import { Hint, State } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { StaffPicker } from '../../ui/pickers'
import { Asked } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { placeFaults } from './kit'
import type { Rule } from './welcomeWords'
import { common, dayName, week } from './words'

type Greeting = Schema<'WelcomeGreeting'>
type Variant = Schema<'WelcomeVariant'>

const said = texts({
  new: ['新建欢迎语规则', 'New welcome rule'],
  edit: ['编辑欢迎语规则', 'Edit the welcome rule'],
  name: ['规则名称', 'Name'],
  staff: ['适用员工', 'For members'],
  departments: ['适用部门（含下级）', 'For departments and those below'],
  both: ['员工和部门都不选，就是企业默认。', 'Without members and departments it is the corp’s default.'],
  position: ['顺序', 'Order'],
  positionHint: ['同样适用的规则里数字小的先用', 'Lower goes first among rules that fit equally well'],
  disabled: ['启用', 'In use'],
  greeting: ['欢迎语', 'Greeting'],
  fallback: ['附件被拒时只发这段文字', 'Text alone, if attachments are refused'],
  fallbackHint: ['上面没有文字时需要', 'Needed when there is no text above'],
  variants: ['按时段换一种说法', 'Other words by day and hour'],
  variantsHint: ['第一条符合当前时间的代替上面的文字和附件', 'The first that fits the moment takes the place of text and attachments above'],
  addVariant: ['添加时段', 'Add a time'],
  days: ['星期（空为每天）', 'Days; none is every day'],
  hours: ['时段', 'Hours'],
  remove: ['移除时段', 'Remove this time'],
  check: ['检查内容', 'Check'],
  good: ['内容可以发送', 'It can be sent'],
  preview: ['客户看到的', 'What customers see'],
  customer: ['小鱼', 'Lily'],
  placeholder: ['{{customer|你}}好，我是{{staff}}，有事随时找我。', 'Hello {{customer|there}}, I am {{staff}}.'],
  which: ['预览', 'Preview'],
  base: ['平时', 'Base'],
})

interface Fields extends Pick<Rule, 'name' | 'staff' | 'departments' | 'position'> {
  on: boolean
  message?: Message
  fallback?: string
  variants?: Variant[]
}

const greetingOf = (v: Fields): Greeting => ({
  ...tidy(v.message), ...(v.fallback?.trim() ? { fallback: v.fallback } : {}),
  ...(v.variants?.length ? { variants: v.variants.map((x) => tidy(x)) } : {}),
})

/** Makes or changes a rule, with a check of its content and a phone beside it. */
export function RuleDrawer({ corp, id, onClose }: { corp: string; id?: string; onClose: () => void }) {
  const one = api.useQuery('get', '/welcome/rules/{id}', { params: { path: { id: id ?? '' } } }, { enabled: Boolean(id) })
  if (!id) return <Editor corp={corp} onClose={onClose} />
  return <Asked query={one}>{(rule) => <Editor corp={corp} rule={rule} onClose={onClose} />}</Asked>
}

function Editor({ corp, rule, onClose }: { corp: string; rule?: Rule; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const name = useStaffName(corp)
  const [form] = Form.useForm<Fields>()
  const [problem, setProblem] = useState<Problem>()
  const [faults, setFaults] = useState<Faults>({})
  const [checked, setChecked] = useState(false)
  const [variant, setVariant] = useState(-1)
  const departments = api.useQuery('get', '/departments', { params: { query: { corp } } }, { enabled: may('staff.read'), staleTime: 60_000 })
  const initial: Fields = rule
    ? { name: rule.name, staff: rule.staff ?? [], departments: rule.departments ?? [], position: rule.position, on: !rule.disabled, message: { text: rule.greeting.text, attachments: rule.greeting.attachments }, fallback: rule.greeting.fallback, variants: rule.greeting.variants ?? [] }
    : { name: '', staff: [], departments: [], position: 0, on: true, message: { text: t.placeholder }, variants: [] }
  const values = (Form.useWatch([], form) as Fields | undefined) ?? initial
  const done = () => { void client.invalidateQueries({ queryKey: ['get', '/welcome/rules'] }); message.success(c.saved); onClose() }
  const clear = () => { setProblem(undefined); setFaults({}) }
  const failed = (thrown: unknown) => {
    const { faults: found, rest } = faultsAt(thrown, '/greeting')
    setFaults(below(found, '/greeting'))
    setProblem(rest && placeFaults(form, rest, ['name', 'staff', 'departments', 'position']))
  }
  const create = api.useMutation('post', '/welcome/rules', { onSuccess: done, onError: failed })
  const change = api.useMutation('put', '/welcome/rules/{id}', { onSuccess: done, onError: failed })
  const save = (v: Fields) => {
    clear()
    const body = { name: v.name.trim(), staff: v.staff, departments: v.departments, position: v.position ?? 0, disabled: !v.on, greeting: greetingOf(v) }
    if (rule) change.mutate({ params: { path: { id: rule.id } }, body })
    else create.mutate({ body: { ...body, corp } })
  }
  const check = async () => {
    const { error } = await call.POST('/welcome/check', { body: greetingOf(values) })
    setChecked(!error)
    if (error) failed(error)
    else clear()
  }
  const speaker = name(values.staff?.[0]) || c.staff
  const shown = values.variants?.[variant] ?? values.message
  return (
    <DrawerForm open size={960} title={rule ? t.edit : t.new} onClose={onClose} onSave={() => form.submit()} saving={create.isPending || change.isPending} problem={problem}>
      <div className="y-acquire-drawer">
        <Form form={form} layout="vertical" initialValues={initial} onFinish={save} onValuesChange={() => setChecked(false)}>
          <div className="y-acquire-two">
            <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true, message: c.required }]}><Input maxLength={60} autoFocus /></Form.Item>
            <div className="y-acquire-two" style={{ gridTemplateColumns: '1fr 1fr' }}>
              <Form.Item name="position" label={<>{t.position}<Hint>{t.positionHint}</Hint></>}><InputNumber min={0} max={100000} style={{ width: '100%' }} /></Form.Item>
              <Form.Item name="on" label={t.disabled} valuePropName="checked"><Switch /></Form.Item>
            </div>
          </div>
          <div className="y-acquire-two">
            <Form.Item name="staff" label={t.staff} extra={t.both}><StaffPicker corp={corp} aria-label={t.staff} style={{ width: '100%' }} /></Form.Item>
            <Form.Item name="departments" label={t.departments}><Select mode="multiple" allowClear showSearch={{ optionFilterProp: 'label' }} options={(departments.data?.items ?? []).map((d) => ({ value: d.id, label: d.name }))} /></Form.Item>
          </div>
          <Form.Item name="message" label={t.greeting}><MessageEditor label={t.greeting} bare dialect="greeting" faults={faults} /></Form.Item>
          {!values.message?.text?.trim() && <Form.Item name="fallback" label={t.fallback} extra={t.fallbackHint}><FallbackField label={t.fallback} fault={faults['/fallback'] ?? faults['/fallback/text']} /></Form.Item>}
          <Form.List name="variants">
            {(fields, { add, remove }) => (
              <div>
                <div className="y-rowline" style={{ marginBottom: 8 }}><b>{t.variants}</b><Hint>{t.variantsHint}</Hint></div>
                {fields.map((f) => (
                  <div className="y-acquire-variant" key={f.key}>
                    <Form.Item name={f.name} noStyle><VariantEditor faults={below(faults, `/variants/${f.name}`)} onRemove={() => { remove(f.name); setVariant(-1) }} /></Form.Item>
                  </div>
                ))}
                <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => { add({ from: '18:00', to: '09:00', text: '' }); setVariant(fields.length) }}>{t.addVariant}</Button>
              </div>
            )}
          </Form.List>
        </Form>
        <aside className="y-stack">
          <div className="y-rowline">
            {Boolean(values.variants?.length) && <Select size="small" aria-label={t.which} value={variant} onChange={setVariant} options={[{ value: -1, label: t.base }, ...(values.variants ?? []).map((x, i) => ({ value: i, label: `${x?.from ?? ''}–${x?.to ?? ''}` }))]} />}
            <Button size="small" onClick={() => void check()}>{t.check}</Button>
            {checked && <State tone="good">{t.good}</State>}
          </div>
          <PhonePreview from={speaker} title={t.preview} bubbles={bubbles(shown, (x) => filled(x, speaker, t.customer))} />
        </aside>
      </div>
    </DrawerForm>
  )
}

function FallbackField({ value = '', onChange, label, fault, id }: { value?: string; onChange?: (text: string) => void; label: string; fault?: string; id?: string }) {
  return <TextField bare id={id} label={label} rows={2} dialect="greeting" limit={places.message.text} value={value} onChange={(text) => onChange?.(text)} fault={fault} />
}

function VariantEditor({ value = {}, onChange, onRemove, faults }: { value?: Variant; onChange?: (v: Variant) => void; onRemove: () => void; faults: Faults }) {
  const t = useText(said)
  const w = useText(week)
  const times = ['/days', '/from', '/to'].flatMap((p) => Object.values(below(faults, p)))
  const time = (x?: string) => (x ? dayjs(`2026-01-01T${x === '24:00' ? '00:00' : x}`) : null)
  return (
    <>
      <div className="y-rowline">
        <Select mode="multiple" size="small" style={{ minWidth: 180 }} aria-label={t.days} placeholder={t.days} value={value.days ?? []} onChange={(days: number[]) => onChange?.({ ...value, days: days.length ? days : undefined })} options={[1, 2, 3, 4, 5, 6, 7].map((d) => ({ value: d, label: dayName(w, d) }))} />
        <TimeRangePicker size="small" format="HH:mm" order={false} aria-label={t.hours} value={value.from && value.to ? [time(value.from), time(value.to)] : null} onChange={(v) => onChange?.({ ...value, from: v?.[0]?.format('HH:mm'), to: v?.[1]?.format('HH:mm') })} />
        <span className="y-grow" />
        <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t.remove} onClick={onRemove} />
      </div>
      {times.length > 0 && <div className="y-tone-bad" role="alert">{times.join(' ')}</div>}
      <MessageEditor dialect="greeting" value={value} onChange={(m) => onChange?.({ ...value, ...m })} faults={faults} />
    </>
  )
}
