import { texts, useText } from '@shared/i18n'
import { Button, Checkbox, Input, InputNumber, Segmented, Select } from 'antd'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { TagPicker } from '../../ui/pickers'
import { places } from '../../ui/message/places'
import { RuleBuilder } from '../../ui/rule/Later'
import { ArmHead, ContentField, SaysField, SendContent } from './content'
import { useEndpoints, usePlaybooks } from './data'
import { kindOf, type Case, type Doc, type Does, type Step } from './document'
import { Clock, ConditionField, Duration, Field, Pairs, TextList, Weekdays, WhereList } from './fields'
import { clean, walk } from './model'
import { SelectField } from './SelectField'
import { TaskForm } from './taskForm'
import { channelWords, stageWords } from './words'

const said = texts({
  channel: ['渠道', 'Channel'],
  endpoint: ['发送账号', 'Account'],
  content: ['内容', 'Content'],
  more: ['更多设置', 'More'],
  expires: ['多久内有效', 'Valid for'],
  expiresHelp: ['超过这个时间还没发出就不发了，默认 24 小时。', 'Not sent after that; default 24 hours.'],
  skip: ['缺少变量时不发送', 'Do not send when a value is missing'],
  track: ['链接转短链，统计点击', 'Short links that tell who clicked'],
  service: ['服务通知：不受授权、免打扰和频次限制', 'Transactional: free of consent, quiet hours and caps'],
  traits: ['一并传出的属性', 'Traits passed on'],
  identities: ['一并传出的标识', 'Identities passed on'],
  experiment: ['实验名', 'Experiment'],
  experimentHelp: ['不填则用“SOP/步骤”命名。', 'Default: playbook/step.'],
  to: ['发到', 'Where'],
  groups: ['客户群', 'Groups'],
  moments: ['朋友圈', 'Moments'],
  who: ['范围', 'Which'],
  rest: ['等多久', 'How long'],
  time: ['时刻', 'Time'],
  until: ['最晚（可空）', 'Until (may be empty)'],
  windowHelp: ['填了最晚，就是一个时间窗：在窗内到达的立即往下走。', 'With an end it is a window: who comes within it goes on at once.'],
  weekdays: ['限星期（可空）', 'Weekdays (may be empty)'],
  date: ['限日期（可空）', 'Date (may be empty)'],
  zone: ['按谁的时区', 'Whose clock'],
  zoneCustomer: ['客户', 'The customer’s'],
  zoneBrand: ['品牌', 'The brand’s'],
  waitFor: ['等什么', 'What it waits for'],
  timeout: ['最多等', 'At most'],
  cases: ['情况（从上到下，走第一条符合的）', 'Cases: the first that fits is taken'],
  byRule: ['按客户', 'By customer'],
  byWhere: ['按触发事件', 'By the event'],
  addCase: ['添加一种情况', 'Add a case'],
  elseNote: ['都不符合的走“其他”。', 'Whoever fits none takes “else”.'],
  arms: ['分组（相加等于 100）', 'Arms, 100 in all'],
  addArm: ['添加一组', 'Add an arm'],
  by: ['按谁分', 'By'],
  byCustomer: ['每位客户', 'Each customer'],
  byStaff: ['跟进员工', 'Owner'],
  byTeam: ['部门', 'Department'],
  hold: ['不触达的比例', 'Share that is not touched'],
  holdHelp: ['这些客户继续往下走，但此后什么都不发，用来比较增量。', 'They walk on and nothing is done, so the groups can be compared.'],
  tag: ['打标签', 'Tag'],
  untag: ['去标签', 'Untag'],
  stage: ['推进阶段', 'Stage'],
  set: ['设置属性', 'Set traits'],
  setOnce: ['首次设置', 'Set once'],
  increase: ['数值增加', 'Increase'],
  unset: ['清除属性', 'Unset'],
  template: ['券模板', 'Coupon template'],
  couponFor: ['有效期（可空）', 'Valid for (may be empty)'],
  playbook: ['哪条 SOP', 'Which playbook'],
  endName: ['记作（可空）', 'Noted as (may be empty)'],
  sentTo: ['通知到', 'Tell'],
  body: ['发送的内容', 'What is sent'],
})

interface FormOf<K extends keyof Does> {
  doc: Doc
  value: Does[K]
  onChange: (v: Does[K]) => void
}

/** The task steps of a document, with what may be answered. */
export function tasksOf(doc: Doc) {
  return walk(doc.steps).filter((f) => f.step.task).map((f) => ({ id: f.step.id, name: f.step.name || f.step.id, results: f.step.task?.results ?? ['done', 'unreachable', 'refused'] }))
}

/** The form of what a step does. */
export function StepForm({ doc, step, onChange }: { doc: Doc; step: Step; onChange: (s: Step) => void }) {
  const kind = kindOf(step)
  const Form = forms[kind] as (p: FormOf<typeof kind>) => React.ReactNode
  return <Form key={step.id} doc={doc} value={step[kind] as never} onChange={(v) => onChange({ ...step, [kind]: v })} />
}

const forms: { [K in keyof Does]: (p: FormOf<K>) => React.ReactNode } = {
  send: SendForm, task: TaskForm, post: PostForm, wait: WaitForm, wait_until: UntilForm, wait_for: WaitForForm, branch: BranchForm, split: SplitForm, holdout: HoldoutForm,
  update: UpdateForm, coupon: CouponForm, start: OtherForm, stop: OtherForm, webhook: WebhookForm, goal: MarkForm, exit: MarkForm,
}

const channels = ['wecom_mass', 'webhook', 'sms', 'email', 'wechat_service', 'wechat_template', 'mini_subscribe'] as const

function EndpointField({ channel, value, onChange, label, path }: { channel: string; value?: string; onChange: (v: string) => void; label: string; path: string }) {
  const list = useEndpoints().filter((e) => e.channels.includes(channel))
  const options = list.map((e) => ({ value: e.id, label: e.name }))
  if (value && !options.some((o) => o.value === value)) options.unshift({ value, label: value })
  return <Field label={label} path={path}><Select aria-label={label} placeholder={label} style={{ width: '100%' }} value={value || undefined} onChange={onChange} options={options} /></Field>
}

function SendForm({ value: s, onChange }: FormOf<'send'>) {
  const t = useText(said)
  const names = useText(channelWords)
  const endpoints = useEndpoints()
  const turn = (channel: string) => {
    const fits = endpoints.filter((e) => e.channels.includes(channel))
    onChange(clean({ ...s, channel, endpoint: fits.some((e) => e.id === s.endpoint) ? s.endpoint : fits.length === 1 ? fits[0]?.id : undefined }))
  }
  return (
    <>
      <Field label={t.channel} path="/send/channel"><Select aria-label={t.channel} style={{ width: '100%' }} value={s.channel} onChange={turn} options={channels.map((c) => ({ value: c, label: names[c] }))} /></Field>
      <EndpointField channel={s.channel} value={s.endpoint} label={t.endpoint} path="/send/endpoint" onChange={(endpoint) => onChange({ ...s, endpoint })} />
      <Field label={t.content} path={s.variants ? '/send/variants' : undefined} exact><SendContent send={s} onChange={onChange} /></Field>
      <details className="y-playbooks-more">
        <summary>{t.more}</summary>
        <Field label={t.expires} path="/send/expires_in" help={t.expiresHelp}><Duration allowClear label={t.expires} units="mhd" value={s.expires_in} onChange={(v) => onChange(clean({ ...s, expires_in: v }))} /></Field>
        <Checkbox checked={s.missing === 'skip'} onChange={(e) => onChange(clean({ ...s, missing: e.target.checked ? 'skip' as const : undefined }))}>{t.skip}</Checkbox>
        <Checkbox checked={s.track_links ?? false} onChange={(e) => onChange(clean({ ...s, track_links: e.target.checked || undefined }))}>{t.track}</Checkbox>
        <Checkbox checked={s.transactional ?? false} onChange={(e) => onChange(clean({ ...s, transactional: e.target.checked || undefined }))}>{t.service}</Checkbox>
        {s.channel === 'webhook' && (
          <>
            <Field label={t.traits} path="/send/traits"><TextList label={t.traits} value={s.traits} onChange={(traits) => onChange(clean({ ...s, traits }))} /></Field>
            <Field label={t.identities} path="/send/identities"><TextList label={t.identities} value={s.identities} onChange={(identities) => onChange(clean({ ...s, identities }))} /></Field>
          </>
        )}
        {s.variants && <Field label={t.experiment} path="/send/experiment" help={t.experimentHelp}><Input aria-label={t.experiment} value={s.experiment ?? ''} onChange={(e) => onChange(clean({ ...s, experiment: e.target.value || undefined }))} /></Field>}
      </details>
    </>
  )
}

function PostForm({ value: p, onChange }: FormOf<'post'>) {
  const t = useText(said)
  return (
    <>
      <Field label={t.to} path="/post/to"><Segmented value={p.to} onChange={(to) => onChange(clean({ ...p, to, select: undefined }))} options={[{ value: 'groups', label: t.groups }, { value: 'moments', label: t.moments }]} /></Field>
      <Field label={t.who} path="/post/select"><SelectField kind={p.to === 'groups' ? 'group' : 'staff'} value={p.select} onChange={(select) => onChange(clean({ ...p, select }))} /></Field>
      <Field label={t.content}><SaysField channel="post" path="/post" place={p.to === 'moments' ? places.moment : places.message} content={p.content} material={p.material} onChange={(x) => { const { content: _, material: __, ...rest } = p; onChange({ ...rest, ...x }) }} /></Field>
    </>
  )
}

function WaitForm({ value, onChange }: FormOf<'wait'>) {
  const t = useText(said)
  return <Field label={t.rest} path="/wait/for"><Duration label={t.rest} value={value.for} onChange={(v) => onChange({ for: v ?? '' })} /></Field>
}

function UntilForm({ value: u, onChange }: FormOf<'wait_until'>) {
  const t = useText(said)
  return (
    <>
      <Field label={t.time} path="/wait_until/time" help={t.windowHelp}>
        <div className="y-rowline"><Clock label={t.time} value={u.time} onChange={(time) => onChange(clean({ ...u, time }))} /><span>–</span><Clock label={t.until} value={u.until} onChange={(until) => onChange(clean({ ...u, until }))} /></div>
      </Field>
      <Field label={t.weekdays} path="/wait_until/weekdays"><Weekdays label={t.weekdays} value={u.weekdays} onChange={(weekdays) => onChange(clean({ ...u, weekdays }))} /></Field>
      <Field label={t.date} path="/wait_until/date"><Input type="date" aria-label={t.date} style={{ width: 160 }} value={u.date ?? ''} onChange={(e) => onChange(clean({ ...u, date: e.target.value || undefined }))} /></Field>
      <Field label={t.zone} path="/wait_until/zone"><Segmented value={u.zone ?? 'customer'} onChange={(z) => onChange(clean({ ...u, zone: z === 'brand' ? 'brand' as const : undefined }))} options={[{ value: 'customer', label: t.zoneCustomer }, { value: 'brand', label: t.zoneBrand }]} /></Field>
    </>
  )
}

function WaitForForm({ doc, value: w, onChange }: FormOf<'wait_for'>) {
  const t = useText(said)
  const { timeout, steps, else: otherwise, ...condition } = w
  return (
    <>
      <Field label={t.waitFor} path="/wait_for">
        <ConditionField value={condition} tasks={tasksOf(doc)} own={doc.audiences} hasKey={Boolean(doc.key)} customers={(doc.subject ?? 'customer') === 'customer'} onChange={(c) => onChange(clean({ ...c, timeout, steps, else: otherwise }))} />
      </Field>
      <Field label={t.timeout}><Duration label={t.timeout} value={timeout} onChange={(v) => onChange({ ...w, timeout: v ?? '' })} /></Field>
    </>
  )
}

function BranchForm({ value: b, onChange }: FormOf<'branch'>) {
  const t = useText(said)
  const put = (i: number, c: Case) => onChange({ ...b, cases: b.cases.map((x, j) => (i === j ? clean(c) : x)) })
  return (
    <Field label={t.cases} path="/branch" help={t.elseNote}>
      <div className="y-playbooks-stack">
        {b.cases.map((c, i) => (
          <div key={i} className="y-playbooks-sub">
            <ArmHead name={c.name} onChange={(x) => put(i, { ...c, name: x.name ?? '' })} onRemove={b.cases.length > 1 ? () => onChange({ ...b, cases: b.cases.filter((_, j) => j !== i) }) : undefined} />
            <Segmented size="small" value={c.where ? 'where' : 'rule'} onChange={(v) => put(i, v === 'where' ? { name: c.name, steps: c.steps, where: [{ prop: '', op: 'gte', value: 0 }] } : { name: c.name, steps: c.steps, rule: { all: [] } })} options={[{ value: 'rule', label: t.byRule }, { value: 'where', label: t.byWhere }]} />
            {c.where ? <WhereList value={c.where} onChange={(where) => put(i, { ...c, where: where ?? [] })} /> : <RuleBuilder compact value={c.rule ?? { all: [] }} onChange={(rule) => put(i, { ...c, rule })} />}
          </div>
        ))}
        <Button size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...b, cases: [...b.cases, { name: free(b.cases.map((c) => c.name)), rule: { all: [] } }] })}>{t.addCase}</Button>
      </div>
    </Field>
  )
}

/** A name that no way has yet. */
function free(names: readonly string[]): string {
  for (let n = 0; ; n++) {
    const name = n < 26 ? String.fromCharCode(97 + n) : `a${n}`
    if (!names.includes(name)) return name
  }
}

function SplitForm({ value: s, onChange }: FormOf<'split'>) {
  const t = useText(said)
  return (
    <>
      <Field label={t.arms} path="/split/arms">
        <div className="y-playbooks-stack">
          {s.arms.map((a, i) => (
            <ArmHead key={i} name={a.name} percent={a.percent} onChange={(x) => onChange({ ...s, arms: s.arms.map((y, j) => (i === j ? { ...y, ...x } : y)) })} onRemove={s.arms.length > 2 ? () => onChange({ ...s, arms: s.arms.filter((_, j) => j !== i) }) : undefined} />
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...s, arms: [...s.arms, { name: free(s.arms.map((a) => a.name)), percent: 0 }] })}>{t.addArm}</Button>
        </div>
      </Field>
      <Field label={t.by} path="/split/by"><Segmented value={s.by ?? ''} onChange={(by) => onChange(clean({ ...s, by: by || undefined }))} options={[{ value: '', label: t.byCustomer }, { value: 'staff', label: t.byStaff }, { value: 'department', label: t.byTeam }]} /></Field>
      <Field label={t.experiment} path="/split/experiment" help={t.experimentHelp}><Input aria-label={t.experiment} value={s.experiment ?? ''} onChange={(e) => onChange(clean({ ...s, experiment: e.target.value || undefined }))} /></Field>
    </>
  )
}

function HoldoutForm({ value: h, onChange }: FormOf<'holdout'>) {
  const t = useText(said)
  return (
    <>
      <Field label={t.hold} path="/holdout/percent" help={t.holdHelp}><InputNumber aria-label={t.hold} min={0.1} max={90} suffix="%" style={{ width: 120 }} value={h.percent} onChange={(n) => onChange({ ...h, percent: n ?? 0 })} /></Field>
      <Field label={t.experiment} path="/holdout/experiment" help={t.experimentHelp}><Input aria-label={t.experiment} value={h.experiment ?? ''} onChange={(e) => onChange(clean({ ...h, experiment: e.target.value || undefined }))} /></Field>
    </>
  )
}

const aipl = ['aware', 'interest', 'purchase', 'loyal']
const aarrr = ['acquisition', 'activation', 'retention', 'revenue', 'referral']

function UpdateForm({ value: u, onChange }: FormOf<'update'>) {
  const t = useText(said)
  const stages = useText(stageWords)
  const put = (part: Partial<Does['update']>) => onChange(clean({ ...u, ...part }))
  const some = (list: string[]) => (list.length > 0 ? list : undefined)
  const stage = (key: 'aipl' | 'aarrr', all: string[]) => (
    <Select
      allowClear aria-label={key.toUpperCase()} placeholder={key.toUpperCase()} style={{ width: 150 }} value={u.stage?.[key]} options={all.map((v) => ({ value: v, label: stages[v as 'aware'] }))}
      onChange={(v?: string) => { const next = clean({ ...u.stage, [key]: v }) as Record<string, string>; put({ stage: Object.keys(next).length > 0 ? next : undefined }) }}
    />
  )
  return (
    <>
      <Field label={t.tag} path="/update/tag"><TagPicker free style={{ width: '100%' }} value={u.tag ?? []} onChange={(v) => put({ tag: some(v) })} /></Field>
      <Field label={t.untag} path="/update/untag"><TagPicker free style={{ width: '100%' }} value={u.untag ?? []} onChange={(v) => put({ untag: some(v) })} /></Field>
      <Field label={t.stage} path="/update/stage"><div className="y-rowline">{stage('aipl', aipl)}{stage('aarrr', aarrr)}</div></Field>
      <Field label={t.set} path="/update/set"><Pairs label={t.set} value={u.set} onChange={(v) => put({ set: v })} /></Field>
      <Field label={t.setOnce} path="/update/set_once"><Pairs label={t.setOnce} value={u.set_once} onChange={(v) => put({ set_once: v })} /></Field>
      <Field label={t.increase} path="/update/increase"><Pairs numeric label={t.increase} value={u.increase} onChange={(v) => put({ increase: v as Record<string, number> | undefined })} /></Field>
      <Field label={t.unset} path="/update/unset"><TextList label={t.unset} value={u.unset} onChange={(v) => put({ unset: v })} /></Field>
    </>
  )
}

function CouponForm({ value: c, onChange }: FormOf<'coupon'>) {
  const t = useText(said)
  return (
    <>
      <Field label={t.template} path="/coupon/template"><Input aria-label={t.template} value={c.template} onChange={(e) => onChange({ ...c, template: e.target.value })} /></Field>
      <Field label={t.couponFor} path="/coupon/expires_in"><Duration allowClear units="hdw" label={t.couponFor} value={c.expires_in} onChange={(v) => onChange(clean({ ...c, expires_in: v }))} /></Field>
    </>
  )
}

function OtherForm({ value, onChange }: Pick<FormOf<'start'>, 'value' | 'onChange'>) {
  const t = useText(said)
  const list = usePlaybooks()
  const options = (list.data?.items ?? []).map((b) => ({ value: b.id, label: b.name }))
  if (value.playbook && !options.some((o) => o.value === value.playbook)) options.unshift({ value: value.playbook, label: value.playbook })
  return <Field label={t.playbook} path="/start"><Select showSearch={{ optionFilterProp: 'label' }} aria-label={t.playbook} style={{ width: '100%' }} value={value.playbook || undefined} onChange={(playbook: string) => onChange({ playbook })} options={options} /></Field>
}

function WebhookForm({ value: w, onChange }: FormOf<'webhook'>) {
  const t = useText(said)
  return (
    <>
      <EndpointField channel="webhook" value={w.endpoint} label={t.sentTo} path="/webhook/endpoint" onChange={(endpoint) => onChange({ ...w, endpoint })} />
      <Field label={t.body}><ContentField channel="webhook" path="/webhook/content" value={w.content} onChange={(content) => onChange({ ...w, content })} /></Field>
      <Field label={t.traits} path="/webhook/traits"><TextList label={t.traits} value={w.traits} onChange={(traits) => onChange(clean({ ...w, traits }))} /></Field>
      <Field label={t.identities} path="/webhook/identities"><TextList label={t.identities} value={w.identities} onChange={(identities) => onChange(clean({ ...w, identities }))} /></Field>
    </>
  )
}

function MarkForm({ value, onChange }: Pick<FormOf<'goal'>, 'value' | 'onChange'>) {
  const t = useText(said)
  return <Field label={t.endName}><Input aria-label={t.endName} value={value.name ?? ''} onChange={(e) => onChange(clean({ name: e.target.value || undefined }))} /></Field>
}
