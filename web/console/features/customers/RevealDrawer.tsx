import { call, must, problemOf, type Schema } from '@shared/api/client'
import { texts, useLang, useText } from '@shared/i18n'
import { Button, Checkbox, Drawer, Form, Input } from 'antd'
import { useEffect, useState } from 'react'
import { Faults, useOops } from '../../ui/forms'
import { Facts } from '../../ui/PageShell'
import { propLabel } from '../../ui/rule/labels'
import { useWords } from '../../ui/rule/words'
import { useStaffName } from '../../ui/Who'
import { asTyped } from './traits'
import { typeName } from './words'

const said = texts({
  title: ['查看明文', 'Show in clear'], why: ['原因', 'Reason'], whyHelp: ['4 到 200 个字。原因、字段和你的账号会先记入操作日志，再显示。', '4 to 200 characters. Reason, fields and your account are logged before anything is shown.'], example: ['例如：客户来电核对订单 A7', 'Such as: the customer calls about order A7'], fields: ['要看的内容', 'What to show'], all: ['全部', 'Everything'], contacts: ['员工备注的手机与描述', 'Remarks and mobiles that staff noted'],
  show: ['显示', 'Show'], hides: [(s: number) => `${s} 秒后自动隐藏`, (s: number) => `Hidden again in ${s} s`], hide: ['立即隐藏', 'Hide now'], remark: ['备注', 'Remark'], nothing: ['这些字段没有内容', 'Nothing is held in these fields'],
})

/** How many seconds values stay in clear. */
const open = 120

/** Shows personal values in clear, for a reason and for two minutes. */
export function RevealDrawer({ customer: c, onClose }: { customer: Schema<'CustomerView'>; onClose: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const oops = useOops()
  const [form] = Form.useForm<{ reason: string; fields: string[] }>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const [clear, setClear] = useState<Schema<'PrivacyRevealed'>>()
  const personal = Object.keys(c.traits).filter((n) => words.traitType(n) === 'personal')
  const types = [...new Set(c.identities.map((x) => x.type))]
  const show = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(true)
    try {
      setClear(await must(call.POST('/customers/{id}/reveal', { params: { path: { id: c.id } }, body: v })))
      setProblem(undefined)
    } catch (thrown) {
      if (problemOf(thrown).errors?.length) setProblem(thrown)
      else oops(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Drawer open onClose={onClose} size={460} title={t.title} footer={clear ? undefined : <div className="y-foot"><Button type="primary" loading={busy} onClick={() => void show()}>{t.show}</Button></div>}>
      {clear ? <Clear of={clear} onHide={() => setClear(undefined)} /> : (
        <Form form={form} layout="vertical" initialValues={{ fields: ['all'] }}>
          <Form.Item name="reason" label={t.why} extra={t.whyHelp} rules={[{ required: true, min: 4, max: 200 }]}><Input.TextArea autoFocus rows={2} maxLength={200} placeholder={t.example} /></Form.Item>
          <Form.Item name="fields" label={t.fields} rules={[{ required: true }]}>
            <Ticks label={t.fields} options={[{ value: 'all', label: t.all }, ...personal.map((n) => ({ value: n, label: propLabel(n, lang) })), ...types.filter((x) => !personal.includes(x)).map((x) => ({ value: x, label: typeName(x, lang) })), { value: 'contacts', label: t.contacts }]} />
          </Form.Item>
          {problem !== undefined && <Faults problem={problemOf(problem)} />}
        </Form>
      )}
    </Drawer>
  )
}

/** A group of boxes takes no aria-required, which the form gives to what it holds. */
function Ticks({ id, label, value, onChange, options }: { id?: string; label: string; value?: string[]; onChange?: (to: string[]) => void; options: { value: string; label: string }[] }) {
  return <div id={id} role="group" aria-label={label}><Checkbox.Group className="y-stack" options={options} value={value} onChange={onChange} /></div>
}

function Clear({ of: v, onHide }: { of: Schema<'PrivacyRevealed'>; onHide: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const name = useStaffName()
  const [left, setLeft] = useState(open)
  useEffect(() => {
    const timer = setInterval(() => setLeft((s) => s - 1), 1000)
    return () => clearInterval(timer)
  }, [])
  useEffect(() => { if (left <= 0) onHide() }, [left, onHide])
  const noted = v.contacts.flatMap((x) => [[name(x.staff), [x.remark && `${t.remark} ${x.remark}`, ...(x.mobiles ?? []), x.company, x.description].filter(Boolean).join(' · ')] as [string, string]]).filter(([, text]) => text)
  const all = [...Object.entries(v.traits).map(([n, x]) => [propLabel(n, lang), asTyped(x)] as [string, string]), ...v.identities.map((x) => [typeName(x.type, lang), x.value] as [string, string]), ...noted]
  return (
    <div className="y-stack">
      <div className="y-rowline"><span className="y-faint" role="timer">{t.hides(left)}</span><span className="y-grow" /><Button size="small" onClick={onHide}>{t.hide}</Button></div>
      {all.length === 0 ? <p className="y-faint">{t.nothing}</p> : <Facts items={all.map(([k, x]) => [k, <span key={k + x} className="y-customers-mono">{x}</span>])} />}
    </div>
  )
}
