import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Button, Input, InputNumber, Segmented, Select } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useRef, useState } from 'react'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { useMay } from '../../app/session'
import { CustomerPicker } from '../../ui/pickers'
import { PhonePreview } from '../../ui/PhonePreview'
import { Failure } from '../../ui/states'
import { bubblesOf } from './bubbles'
import type { Content, Doc, Send, Step, Variant } from './document'
import { Field, Pairs } from './fields'
import { clean } from './model'
import { detailName } from './say'

const said = texts({
  text: ['正文', 'Text'],
  insert: ['插入变量', 'Insert a variable'],
  name: ['客户姓名', 'Name'],
  nickname: ['昵称（无则“朋友”）', 'Nickname, or “friend”'],
  city: ['城市', 'City'],
  tier: ['等级', 'Tier'],
  prop: ['触发事件的属性', 'Property of the event'],
  ifName: ['有姓名才写', 'Only with a name'],
  json: ['JSON', 'JSON'],
  form: ['表单', 'Form'],
  bad: ['不是合法的 JSON 对象', 'This is not a JSON object'],
  write: ['直接写', 'Write it'],
  material: ['用素材', 'A material'],
  pick: ['选择已批准的素材', 'Choose an approved material'],
  attach: ['附件', 'Attachments'],
  addLink: ['链接', 'Link'],
  addMini: ['小程序', 'Mini-program'],
  addAsset: ['图片/视频/文件', 'Image, video, file'],
  title: ['标题', 'Title'],
  url: ['网址', 'Address'],
  detail: ['说明', 'Description'],
  app: ['小程序 AppID', 'AppID'],
  page: ['页面路径', 'Page'],
  asset: ['选择文件', 'Choose a file'],
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

/** A text with variables. */
export function LiquidArea({ value, onChange, label, rows = 5 }: { value: string; onChange: (v: string) => void; label: string; rows?: number }) {
  const t = useText(said)
  const area = useRef<TextAreaRef>(null)
  const put = (piece: string) => {
    const box = area.current?.resizableTextArea?.textArea
    const at = box?.selectionStart ?? value.length
    onChange(value.slice(0, at) + piece + value.slice(box?.selectionEnd ?? at))
    box?.focus()
  }
  const pieces = [
    { value: '{{ traits.name }}', label: t.name }, { value: "{{ traits.nickname | default: '朋友' }}", label: t.nickname }, { value: '{{ traits.city }}', label: t.city },
    { value: '{{ customer.tier }}', label: t.tier }, { value: '{{ event.props. }}', label: t.prop }, { value: '{% if traits.name %}{{ traits.name }}，{% endif %}', label: t.ifName },
  ]
  return (
    <div className="y-playbooks-liquid">
      <Input.TextArea ref={area} aria-label={label} autoSize={{ minRows: rows, maxRows: 18 }} value={value} onChange={(e) => onChange(e.target.value)} />
      <Select size="small" aria-label={t.insert} placeholder={t.insert} value={null} style={{ width: 160 }} popupMatchSelectWidth={220} options={pieces} onChange={(v: string | null) => v && put(v)} />
    </div>
  )
}

interface Attachment {
  kind: string
  asset?: string
  title?: string
  description?: string
  url?: string
  app_id?: string
  page?: string
}

function Attachments({ value, onChange }: { value: Attachment[]; onChange: (v: Attachment[]) => void }) {
  const t = useText(said)
  const may = useMay()
  const assets = api.useQuery('get', '/assets', { params: { query: { limit: 200 } } }, { enabled: may('content.read') && value.some((a) => ['image', 'video', 'file'].includes(a.kind)) })
  const put = (i: number, a: Attachment) => onChange(value.map((x, j) => (i === j ? a : x)))
  const field = (i: number, a: Attachment, key: 'title' | 'url' | 'description' | 'app_id' | 'page', label: string) => (
    <Input key={key} aria-label={label} placeholder={label} value={a[key] ?? ''} onChange={(e) => put(i, clean({ ...a, [key]: e.target.value || undefined }))} />
  )
  return (
    <div className="y-playbooks-stack">
      {value.map((a, i) => (
        <div key={i} className="y-playbooks-sub">
          {a.kind === 'link' && [field(i, a, 'title', t.title), field(i, a, 'url', t.url), field(i, a, 'description', t.detail)]}
          {a.kind === 'miniprogram' && [field(i, a, 'title', t.title), field(i, a, 'app_id', t.app), field(i, a, 'page', t.page)]}
          {['image', 'video', 'file'].includes(a.kind) && (
            <Select
              showSearch={{ optionFilterProp: 'label' }} aria-label={t.asset} placeholder={t.asset} style={{ width: '100%' }} value={a.asset || undefined}
              options={(assets.data?.items ?? []).map((x) => ({ value: x.id, label: x.name || x.id }))}
              onChange={(id: string) => put(i, { kind: assets.data?.items?.find((x) => x.id === id)?.kind ?? a.kind, asset: id })}
            />
          )}
          <Button size="small" type="text" icon={<DeleteOutlined />} onClick={() => onChange(value.filter((_, j) => j !== i))}>{t.remove}</Button>
        </div>
      ))}
      {value.length < 9 && (
        <div className="y-rowline">
          <Button size="small" icon={<PlusOutlined />} onClick={() => onChange([...value, { kind: 'link' }])}>{t.addLink}</Button>
          <Button size="small" icon={<PlusOutlined />} onClick={() => onChange([...value, { kind: 'miniprogram' }])}>{t.addMini}</Button>
          <Button size="small" icon={<PlusOutlined />} onClick={() => onChange([...value, { kind: 'image' }])}>{t.addAsset}</Button>
        </div>
      )}
    </div>
  )
}

/** The content of a message: what there is to fill in depends on the channel; JSON shows all of it. */
export function ContentField({ channel, value, onChange }: { channel: string; value: Content; onChange: (v: Content) => void }) {
  const t = useText(said)
  const [raw, setRaw] = useState<string>()
  const [bad, setBad] = useState(false)
  const set = (key: string, v: unknown) => onChange(clean({ ...value, [key]: v === '' && key !== 'text' ? undefined : v }))
  const line = (key: string, label: string) => <Field label={label}><Input aria-label={label} value={String(value[key] ?? '')} onChange={(e) => set(key, e.target.value)} /></Field>
  const has = (...keys: string[]) => Object.keys(value).some((k) => !keys.includes(k))
  const canAttach = channel === 'wecom_mass' || channel === 'post'
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
        <>{line('subject', t.subject)}<LiquidArea label={t.text} value={String(value.text ?? '')} onChange={(v) => set('text', v)} /><Field label={t.html}><Input.TextArea aria-label={t.html} className="y-mono" autoSize={{ minRows: 2, maxRows: 10 }} value={String(value.html ?? '')} onChange={(e) => set('html', e.target.value)} /></Field></>
      ) : channel === 'wechat_template' || channel === 'mini_subscribe' ? (
        <>{line('template_id', t.template)}<Field label={t.data}><Pairs label={t.data} value={value.data as Record<string, unknown>} onChange={(v) => set('data', v)} /></Field>{channel === 'mini_subscribe' ? line('page', t.page) : line('url', t.url)}</>
      ) : (
        <>
          <LiquidArea label={t.text} value={String(value.text ?? '')} onChange={(v) => set('text', v)} />
          {canAttach && <Field label={t.attach}><Attachments value={(value.attachments as Attachment[] | undefined) ?? []} onChange={(v) => set('attachments', v.length > 0 ? v : undefined)} /></Field>}
        </>
      )}
      <Segmented size="small" value={isOdd ? 'json' : 'form'} onChange={(v) => { setBad(false); setRaw(v === 'json' ? JSON.stringify(value, null, 2) : undefined) }} options={[{ value: 'form', label: t.form }, { value: 'json', label: t.json }]} />
    </div>
  )
}

/** Chooses an approved material. */
export function MaterialField({ value, onChange }: { value?: string; onChange: (id: string | undefined) => void }) {
  const t = useText(said)
  const may = useMay()
  const list = api.useQuery('get', '/materials', { params: { query: { limit: 200, state: 'approved', space: 'materials', folder: '*' } } }, { enabled: may('content.read') })
  const options = (list.data?.items ?? []).map((m) => ({ value: m.id, label: m.name }))
  if (value && !options.some((o) => o.value === value)) options.unshift({ value, label: value })
  return <Select allowClear showSearch={{ optionFilterProp: 'label' }} aria-label={t.pick} placeholder={t.pick} style={{ width: '100%' }} loading={list.isLoading} value={value || undefined} onChange={onChange} options={options} />
}

/** Either a content or a material. */
export function SaysField({ channel, content, material, onChange }: { channel: string; content?: Content; material?: string; onChange: (v: { content?: Content; material?: string }) => void }) {
  const t = useText(said)
  const isMaterial = material !== undefined
  return (
    <div className="y-playbooks-stack">
      <Segmented size="small" value={isMaterial ? 'material' : 'write'} onChange={(v) => onChange(v === 'material' ? { material: '' } : { content: { text: '' } })} options={[{ value: 'write', label: t.write }, { value: 'material', label: t.material }]} />
      {isMaterial ? <MaterialField value={material} onChange={(m) => onChange({ material: m ?? '' })} /> : <ContentField key={channel} channel={channel} value={content ?? {}} onChange={(c) => onChange({ content: c })} />}
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
              <SaysField channel={send.channel} content={v.content} material={v.material} onChange={(x) => put(i, { name: v.name, percent: v.percent, ...x })} />
            </div>
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...send, variants: [...arms, { name: String.fromCharCode(97 + arms.length), percent: 0, content: { text: '' } }] })}>{t.addArm}</Button>
        </>
      ) : <SaysField channel={send.channel} content={send.content} material={send.material} onChange={(x) => { const { content: _, material: __, ...rest } = send; onChange({ ...rest, ...x }) }} />}
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
