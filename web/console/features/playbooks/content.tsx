import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Button, Input, InputNumber, Segmented } from 'antd'
import { useState } from 'react'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { useMay } from '../../app/session'
import { MaterialSelect } from '../../ui/message/MaterialSelect'
import { tidy, type Message } from '../../ui/message/message'
import { MessageEditor } from '../../ui/message/MessageEditor'
import { places, type Place } from '../../ui/message/places'
import { TextField } from '../../ui/message/TextField'
import { CustomerPicker } from '../../ui/pickers'
import { PhonePreview } from '../../ui/PhonePreview'
import { Failure } from '../../ui/states'
import { bubblesOf } from './bubbles'
import type { Content, Doc, Send, Step, Variant } from './document'
import { Field, Pairs, useFaults, Wrong } from './fields'
import { clean } from './model'
import { detailName } from './say'

const said = texts({
  text: ['正文', 'Text'],
  json: ['JSON', 'JSON'],
  form: ['表单', 'Form'],
  bad: ['不是合法的 JSON 对象', 'This is not a JSON object'],
  write: ['直接写', 'Write it'],
  material: ['用素材', 'A material'],
  url: ['网址', 'Address'],
  page: ['页面路径', 'Page'],
  remove: ['删除', 'Remove'],
  subject: ['邮件主题', 'Subject'],
  html: ['HTML（可空）', 'HTML (may be empty)'],
  template: ['已备案的模板编号', 'Approved template'],
  params: ['模板变量', 'Its parameters'],
  data: ['模板数据', 'Its data'],
  variants: ['版本测试', 'Variants'],
  one: ['一个内容', 'One content'],
  test: ['A/B 测试内容', 'A/B test'],
  share: ['比例 %', 'Share %'],
  arm: ['版本名', 'Variant'],
  addArm: ['添加版本', 'Add a variant'],
  preview: ['预览给谁看', 'Preview for'],
  previewLead: ['选一位客户，看变量填好以后的样子；不会发送。', 'Choose a customer to see the values filled in; nothing is sent.'],
  wouldNot: [(r: string) => `这位客户不会收到：${r}`, (r: string) => `This customer would not get it: ${r}`],
  asIs: ['变量未填', 'Variables as written'],
})

/** The content of a message: what there is to fill in depends on the channel; JSON shows all of it. `place` is where a post goes. */
export function ContentField({ channel, value, onChange, path, place }: { channel: string; value: Content; onChange: (v: Content) => void; path: string; place?: Place }) {
  const t = useText(said)
  const [raw, setRaw] = useState<string>()
  const [bad, setBad] = useState(false)
  const set = (key: string, v: unknown) => onChange(clean({ ...value, [key]: v === '' && key !== 'text' ? undefined : v }))
  const line = (key: string, label: string) => <Field label={label}><Input aria-label={label} value={String(value[key] ?? '')} onChange={(e) => set(key, e.target.value)} /></Field>
  const has = (...keys: string[]) => Object.keys(value).some((k) => !keys.includes(k))
  const to = place ?? (channel === 'wecom_mass' ? places.message : undefined)
  const faults = useFaults(path)
  const isOdd = raw !== undefined || (['webhook', 'wechat_service'].includes(channel) && has('text'))
  return (
    <div className="y-playbooks-stack">
      {isOdd ? (
        <>
          <Input.TextArea
            aria-label={t.json} className="y-mono" autoSize={{ minRows: 5, maxRows: 20 }} value={raw ?? JSON.stringify(value, null, 2)} status={bad ? 'error' : undefined}
            onChange={(e) => {
              setRaw(e.target.value)
              try {
                const next = JSON.parse(e.target.value) as unknown
                const isObject = Boolean(next) && typeof next === 'object' && !Array.isArray(next)
                setBad(!isObject)
                if (isObject) onChange(next as Content)
              } catch {
                setBad(true)
              }
            }}
          />
          {bad && <small className="y-tone-bad" role="alert">{t.bad}</small>}
        </>
      ) : channel === 'sms' ? (
        <>{line('template', t.template)}<Field label={t.params}><Pairs label={t.params} value={value.params as Record<string, unknown>} onChange={(v) => set('params', v)} /></Field></>
      ) : channel === 'email' ? (
        <>{line('subject', t.subject)}<TextField label={t.text} dialect="step" value={String(value.text ?? '')} onChange={(v) => set('text', v)} /><Field label={t.html}><Input.TextArea aria-label={t.html} className="y-mono" autoSize={{ minRows: 2, maxRows: 10 }} value={String(value.html ?? '')} onChange={(e) => set('html', e.target.value)} /></Field></>
      ) : channel === 'wechat_template' || channel === 'mini_subscribe' ? (
        <>{line('template_id', t.template)}<Field label={t.data}><Pairs label={t.data} value={value.data as Record<string, unknown>} onChange={(v) => set('data', v)} /></Field>{channel === 'mini_subscribe' ? line('page', t.page) : line('url', t.url)}</>
      ) : (
        to ? <MessageEditor label={t.text} place={to} dialect={channel === 'post' ? 'post' : 'step'} library={false} calm value={value as Message} onChange={(m) => onChange({ ...tidy(m), text: m.text ?? '' })} faults={faults} />
          : <TextField label={t.text} dialect="step" value={String(value.text ?? '')} onChange={(v) => set('text', v)} />
      )}
      {(isOdd || !to) && <Wrong path={path} />}
      <Segmented size="small" value={isOdd ? 'json' : 'form'} onChange={(v) => { setBad(false); setRaw(v === 'json' ? JSON.stringify(value, null, 2) : undefined) }} options={[{ value: 'form', label: t.form }, { value: 'json', label: t.json }]} />
    </div>
  )
}

/** Either a content or a material, at a path of the step. */
export function SaysField({ channel, content, material, onChange, path, place }: { channel: string; content?: Content; material?: string; onChange: (v: { content?: Content; material?: string }) => void; path: string; place?: Place }) {
  const t = useText(said)
  const isMaterial = material !== undefined
  return (
    <div className="y-playbooks-stack">
      <Segmented size="small" value={isMaterial ? 'material' : 'write'} onChange={(v) => onChange(v === 'material' ? { material: '' } : { content: { text: '' } })} options={[{ value: 'write', label: t.write }, { value: 'material', label: t.material }]} />
      {isMaterial
        ? <><MaterialSelect style={{ width: '100%' }} value={material} onChange={(m) => onChange({ material: m ?? '' })} /><Wrong path={`${path}/material`} /></>
        : <ContentField key={channel} channel={channel} place={place} path={`${path}/content`} value={content ?? {}} onChange={(c) => onChange({ content: c })} />}
    </div>
  )
}

/** What a send says: once, or in variants that are tried against one another. */
export function SendContent({ send, onChange }: { send: Send; onChange: (s: Send) => void }) {
  const t = useText(said)
  const arms = send.variants
  const put = (i: number, v: Variant) => onChange({ ...send, variants: arms?.map((x, j) => (i === j ? clean(v) : x)) })
  const toTest = () => {
    const { content, material, ...rest } = send
    onChange({ ...rest, variants: [clean({ name: 'a', percent: 50, content: material ? undefined : (content ?? { text: '' }), material }), { name: 'b', percent: 50, content: { text: '' } }] })
  }
  const toOne = () => {
    const { variants, experiment: _, ...rest } = send
    onChange(clean({ ...rest, content: variants?.[0]?.content, material: variants?.[0]?.material }))
  }
  return (
    <div className="y-playbooks-stack">
      <Segmented size="small" value={arms ? 'test' : 'one'} onChange={(v) => (v === 'test' ? toTest() : toOne())} options={[{ value: 'one', label: t.one }, { value: 'test', label: t.test }]} aria-label={t.variants} />
      {arms ? (
        <>
          {arms.map((v, i) => (
            <div key={i} className="y-playbooks-sub">
              <ArmHead name={v.name} percent={v.percent} onChange={(x) => put(i, { ...v, ...x })} onRemove={arms.length > 2 ? () => onChange({ ...send, variants: arms.filter((_, j) => j !== i) }) : undefined} />
              <SaysField channel={send.channel} path={`/send/variants/${i}`} content={v.content} material={v.material} onChange={(x) => put(i, { name: v.name, percent: v.percent, ...x })} />
            </div>
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...send, variants: [...arms, { name: String.fromCharCode(97 + arms.length), percent: 0, content: { text: '' } }] })}>{t.addArm}</Button>
        </>
      ) : <SaysField channel={send.channel} path="/send" content={send.content} material={send.material} onChange={(x) => { const { content: _, material: __, ...rest } = send; onChange({ ...rest, ...x }) }} />}
    </div>
  )
}

/** The name and the share of an arm. */
export function ArmHead({ name, percent, onChange, onRemove }: { name: string; percent?: number; onChange: (v: { name?: string; percent?: number }) => void; onRemove?: () => void }) {
  const t = useText(said)
  return (
    <div className="y-playbooks-arm">
      <Input aria-label={t.arm} placeholder={t.arm} value={name} maxLength={60} onChange={(e) => onChange({ name: e.target.value })} />
      {percent !== undefined && <InputNumber aria-label={t.share} min={0} max={100} value={percent} suffix="%" style={{ width: 92 }} onChange={(n) => onChange({ percent: n ?? 0 })} />}
      {onRemove && <Button type="text" icon={<DeleteOutlined />} aria-label={t.remove} onClick={onRemove} />}
    </div>
  )
}

/** A message on a phone, with the values of a chosen customer. */
export function MessagePreview({ doc, step }: { doc: Doc; step: Step }) {
  const t = useText(said)
  const may = useMay()
  const [customer, setCustomer] = useState<string>()
  const send = step.send
  const alone = { ...doc, steps: [step], goal: undefined, exit: undefined }
  const asked = api.useQuery('post', '/playbooks/render', { body: { definition: alone, customer: customer ?? '' } }, { enabled: Boolean(customer), retry: false })
  const content = send?.variants?.length ? send.variants[0]?.content : send?.content
  const filled = customer && asked.data ? (asked.data.message as { message?: unknown } | undefined)?.message : undefined
  return (
    <div className="y-playbooks-stack">
      {may('customers.unmask') && <Field label={t.preview} help={t.previewLead}><CustomerPicker value={customer} onChange={setCustomer} style={{ width: '100%' }} /></Field>}
      {asked.error ? <Failure compact error={asked.error} /> : null}
      {asked.data?.suppress && <small className="y-tone-warn">{t.wouldNot(detailName(asked.data.suppress))}</small>}
      <PhonePreview from={filled ? undefined : t.asIs} bubbles={bubblesOf(filled ?? content)} />
    </div>
  )
}
