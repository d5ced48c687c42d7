import { texts, useText } from '@shared/i18n'
import { Button, Input, InputNumber, Segmented, Select, Slider } from 'antd'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { RuleBuilder } from '../../ui/rule/Later'
import type { Doc, Subject } from './document'
import { Clock, ConditionField, Duration, FaultsOf, Field } from './fields'
import { KindIcon } from './icons'
import { clean, type Issue } from './model'
import { tasksOf } from './stepForms'
import { TriggerForm } from './TriggerForm'
import { subjectWords } from './words'

const said = texts({
  trigger: ['触发与进入', 'Trigger and entry'],
  triggerNote: ['什么时候、谁会进入', 'Who enters, and when'],
  rules: ['目标与限制', 'Goal and limits'],
  rulesNote: ['什么算成功、何时退出、发多少', 'What counts, who leaves, how much'],
  close: ['关闭', 'Close'],
  name: ['名称', 'Name'],
  description: ['说明', 'Description'],
  subject: ['谁在走', 'Who goes through it'],
  subjectHelp: ['换对象会让只适用于客户的步骤不可用。', 'Steps that are for customers do not fit others.'],
  reentry: ['再次进入', 'Entering again'],
  byDefault: ['默认', 'Default'],
  once: ['只进一次', 'Once'],
  always: ['每次都进', 'Always'],
  after: ['间隔后可再进', 'After a while'],
  key: ['按编号分别进入', 'One run for each key'],
  keyHelp: ['填触发事件的属性，如 order_id：每个订单各走一遍。不填则每位客户一遍。', 'A property of the event such as order_id. Empty: one run for each customer.'],
  goal: ['目标', 'Goal'],
  goalHelp: ['达成即成功结束，无论走到哪一步。', 'Reached, the run ends well, wherever it stands.'],
  noGoal: ['不设目标', 'No goal'],
  setGoal: ['设定目标', 'Set a goal'],
  exits: ['退出条件', 'Exits'],
  exitsHelp: ['发生任何一个就离开，不再触达。', 'Any of them ends the run.'],
  addExit: ['添加退出条件', 'Add an exit'],
  remove: ['删除', 'Remove'],
  holdout: ['全程对照组', 'Holdout of the playbook'],
  holdoutHelp: ['这部分客户照常走流程但不触达，用来算出增量。建议 5%–10%。', 'They walk through and are not touched, which shows the lift. 5 to 10 percent is usual.'],
  experiment: ['实验名', 'Experiment'],
  experimentHelp: ['默认用这条 SOP 的编号。', 'Default: the playbook’s id.'],
  quiet: ['免打扰时段', 'Quiet hours'],
  quietBrand: ['用品牌的设置', 'As the brand'],
  quietNone: ['不设', 'None'],
  quietOwn: ['单独设置', 'Its own'],
  cap: ['每位客户最多触达', 'Touches to one customer'],
  day: ['每天', 'a day'],
  week: ['每周', 'a week'],
  month: ['每月', 'a month'],
  limit: ['同时进行', 'Runs at once'],
  inAll: ['总数', 'In all'],
  each: ['每位客户', 'Each customer'],
  priority: ['优先级', 'Priority'],
  priorityHelp: ['1–100，默认 50。触达额度不够时，高的先发。', '1 to 100, default 50. The higher goes first when not everything may be sent.'],
  own: ['自带人群', 'Audiences it brings'],
  ownHelp: ['发布时创建或更新，触发和规则里用编号引用。', 'Made or updated at publishing; name them by key.'],
  addOwn: ['添加人群', 'Add an audience'],
  ownKey: ['编号', 'Key'],
  ownName: ['人群名', 'Name'],
})

interface Props {
  doc: Doc
  issues: readonly Issue[]
  onChange: (doc: Doc, mark?: string) => void
  onClose: () => void
}

function Panel({ title, note, onClose, issues, children }: { title: string; note: string; onClose: () => void; issues: readonly Issue[]; children: React.ReactNode }) {
  const t = useText(said)
  return (
    <section className="y-playbooks-panel" aria-label={title}>
      <header><KindIcon kind="trigger" /><div><b>{title}</b><small>{note}</small></div><Button type="text" icon={<CloseOutlined />} aria-label={t.close} onClick={onClose} /></header>
      <FaultsOf value={issues.filter((i) => i.step === '')}><div className="y-playbooks-panel-body">{children}</div></FaultsOf>
    </section>
  )
}

/** Edits who enters: name, subject, trigger, key and entering again. */
export function EntryPanel({ doc, issues, onChange, onClose }: Props) {
  const t = useText(said)
  const subjects = useText(subjectWords)
  const put = (part: Partial<Doc>, mark?: string) => onChange(clean({ ...doc, ...part }), mark)
  const again = doc.reentry === undefined ? 'default' : doc.reentry === 'once' || doc.reentry === 'always' ? doc.reentry : 'after'
  return (
    <Panel title={t.trigger} note={t.triggerNote} issues={issues} onClose={onClose}>
      <Field label={t.name} path="/name"><Input aria-label={t.name} value={doc.name} maxLength={60} onChange={(e) => put({ name: e.target.value }, 'name')} /></Field>
      <Field label={t.description} path="/description"><Input.TextArea aria-label={t.description} autoSize={{ minRows: 2, maxRows: 6 }} value={doc.description ?? ''} onChange={(e) => put({ description: e.target.value || undefined }, 'description')} /></Field>
      <Field label={t.subject} path="/subject" help={t.subjectHelp}><Segmented value={doc.subject ?? 'customer'} onChange={(s) => put({ subject: s === 'customer' ? undefined : (s as Subject) })} options={Object.entries(subjects).map(([value, label]) => ({ value, label }))} /></Field>
      <TriggerForm doc={doc} onChange={(trigger) => put({ trigger }, 'trigger')} />
      {doc.trigger.event !== undefined && <Field label={t.key} path="/key" help={t.keyHelp}><Input aria-label={t.key} className="y-mono" value={doc.key ?? ''} onChange={(e) => put({ key: e.target.value || undefined }, 'key')} /></Field>}
      <Field label={t.reentry} path="/reentry">
        <div className="y-rowline">
          <Segmented value={again} onChange={(v) => put({ reentry: v === 'default' ? undefined : v === 'after' ? '7d' : v })} options={[{ value: 'default', label: t.byDefault }, { value: 'once', label: t.once }, { value: 'always', label: t.always }, { value: 'after', label: t.after }]} />
          {again === 'after' && <Duration label={t.reentry} units="hdw" value={doc.reentry} onChange={(v) => put({ reentry: v })} />}
        </div>
      </Field>
      <Field label={t.own} path="/audiences" help={t.ownHelp}><OwnAudiences doc={doc} onChange={(audiences) => put({ audiences })} /></Field>
    </Panel>
  )
}

function OwnAudiences({ doc, onChange }: { doc: Doc; onChange: (a: Doc['audiences']) => void }) {
  const t = useText(said)
  const list = Object.entries(doc.audiences ?? {})
  const put = (next: typeof list) => onChange(next.length > 0 ? Object.fromEntries(next) : undefined)
  return (
    <div className="y-playbooks-stack">
      {list.map(([key, a], i) => (
        <div key={i} className="y-playbooks-sub">
          <div className="y-playbooks-arm">
            <Input aria-label={t.ownKey} placeholder={t.ownKey} className="y-mono" value={key} onChange={(e) => put(list.map((x, j) => (i === j ? [e.target.value, a] : x)))} />
            <Input aria-label={t.ownName} placeholder={t.ownName} value={a.name} onChange={(e) => put(list.map((x, j) => (i === j ? [key, { ...a, name: e.target.value }] : x)))} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={t.remove} onClick={() => put(list.filter((_, j) => j !== i))} />
          </div>
          <RuleBuilder compact value={a.rule} onChange={(rule) => put(list.map((x, j) => (i === j ? [key, { ...a, rule }] : x)))} />
        </div>
      ))}
      <Button size="small" icon={<PlusOutlined />} onClick={() => put([...list, [`audience${list.length + 1}`, { name: '', rule: { all: [] } }]])}>{t.addOwn}</Button>
    </div>
  )
}

/** Edits how the playbook ends and what bounds it: goal, exits, holdout, quiet hours, caps, limits, priority. */
export function RulesPanel({ doc, issues, onChange, onClose }: Props) {
  const t = useText(said)
  const put = (part: Partial<Doc>, mark?: string) => onChange(clean({ ...doc, ...part }), mark)
  const tasks = tasksOf(doc)
  const isForCustomers = (doc.subject ?? 'customer') === 'customer'
  const first = isForCustomers ? { event: '' } : { task: tasks[0]?.id ?? '' }
  const common = { tasks, own: doc.audiences, hasKey: Boolean(doc.key), customers: isForCustomers }
  return (
    <Panel title={t.rules} note={t.rulesNote} issues={issues} onClose={onClose}>
      <Field label={t.goal} path="/goal" help={t.goalHelp}>
        {doc.goal ? (
          <div className="y-playbooks-sub">
            <ConditionField {...common} value={doc.goal} onChange={(goal) => put({ goal })} />
            <Button size="small" type="text" icon={<DeleteOutlined />} onClick={() => put({ goal: undefined })}>{t.noGoal}</Button>
          </div>
        ) : <Button size="small" icon={<PlusOutlined />} onClick={() => put({ goal: first })}>{t.setGoal}</Button>}
      </Field>
      <Field label={t.exits} path="/exit" help={t.exitsHelp}>
        <div className="y-playbooks-stack">
          {doc.exit?.map((c, i) => (
            <div key={i} className="y-playbooks-sub">
              <ConditionField {...common} value={c} onChange={(next) => put({ exit: doc.exit?.map((x, j) => (i === j ? next : x)) })} />
              <Button size="small" type="text" icon={<DeleteOutlined />} onClick={() => put({ exit: doc.exit && doc.exit.length > 1 ? doc.exit.filter((_, j) => j !== i) : undefined })}>{t.remove}</Button>
            </div>
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => put({ exit: [...(doc.exit ?? []), first] })}>{t.addExit}</Button>
        </div>
      </Field>
      {isForCustomers && (
        <>
          <Field label={t.holdout} path="/holdout_percent" help={t.holdoutHelp}>
            <div className="y-playbooks-arm"><Slider className="y-grow" min={0} max={50} value={doc.holdout_percent ?? 0} onChange={(n) => put({ holdout_percent: n || undefined }, 'holdout')} ariaLabelForHandle={t.holdout} /><b>{doc.holdout_percent ?? 0}%</b></div>
          </Field>
          {Boolean(doc.holdout_percent) && <Field label={t.experiment} path="/experiment" help={t.experimentHelp}><Input aria-label={t.experiment} value={doc.experiment ?? ''} onChange={(e) => put({ experiment: e.target.value || undefined }, 'experiment')} /></Field>}
          <QuietField doc={doc} put={put} />
          <Field label={t.cap} path="/cap">
            <div className="y-rowline">
              {(['per_day', 'per_week', 'per_month'] as const).map((k, i) => (
                <InputNumber key={k} aria-label={`${t.cap} ${[t.day, t.week, t.month][i]}`} min={1} max={99} style={{ width: 112 }} prefix={[t.day, t.week, t.month][i]} value={doc.cap?.[k]} onChange={(n) => { const cap = clean({ ...doc.cap, [k]: n ?? undefined }); put({ cap: Object.keys(cap).length > 0 ? cap : undefined }) }} />
              ))}
            </div>
          </Field>
        </>
      )}
      <Field label={t.limit} path="/limit">
        <div className="y-rowline">
          {(['concurrent', 'per_customer'] as const).map((k, i) => (
            <InputNumber key={k} aria-label={`${t.limit} ${[t.inAll, t.each][i]}`} min={1} style={{ width: 160 }} prefix={[t.inAll, t.each][i]} value={doc.limit?.[k]} onChange={(n) => { const limit = clean({ ...doc.limit, [k]: n ?? undefined }); put({ limit: Object.keys(limit).length > 0 ? limit : undefined }) }} />
          ))}
        </div>
      </Field>
      <Field label={t.priority} path="/priority" help={t.priorityHelp}><InputNumber aria-label={t.priority} min={1} max={100} placeholder="50" value={doc.priority} onChange={(n) => put({ priority: n ?? undefined })} /></Field>
    </Panel>
  )
}

function QuietField({ doc, put }: { doc: Doc; put: (part: Partial<Doc>) => void }) {
  const t = useText(said)
  const q = doc.quiet_hours
  const mode = !q ? 'brand' : q.from === q.to ? 'none' : 'own'
  return (
    <Field label={t.quiet} path="/quiet_hours">
      <div className="y-rowline">
        <Select aria-label={t.quiet} style={{ width: 150 }} value={mode} onChange={(m: string) => put({ quiet_hours: m === 'brand' ? undefined : m === 'none' ? { from: '00:00', to: '00:00' } : { from: '21:00', to: '09:00' } })} options={[{ value: 'brand', label: t.quietBrand }, { value: 'own', label: t.quietOwn }, { value: 'none', label: t.quietNone }]} />
        {q && mode === 'own' && <><Clock label={t.quiet} value={q.from} onChange={(from) => put({ quiet_hours: { ...q, from: from ?? '21:00' } })} />–<Clock label={t.quiet} value={q.to} onChange={(to) => put({ quiet_hours: { ...q, to: to ?? '09:00' } })} /></>}
      </div>
    </Field>
  )
}

