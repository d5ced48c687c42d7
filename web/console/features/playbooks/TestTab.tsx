import { api, type Schema } from '@shared/api/client'
import { exactly, when } from '@shared/format'
import { lang, named, texts, useText } from '@shared/i18n'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Alert, Button, Input, Select, Timeline } from 'antd'
import { useState } from 'react'
import { PhonePreview } from '../../ui/PhonePreview'
import { MomentPicker } from '../../ui/MomentPicker'
import { CustomerPicker } from '../../ui/pickers'
import { Card, State } from '../../ui/PageShell'
import { Empty, Failure, Loading } from '../../ui/states'
import { Faults } from '../../ui/forms'
import { problemOf } from '@shared/api/client'
import { bubblesOf } from './bubbles'
import type { Draft, Playbook } from './data'
import { kindOf, type Kind } from './document'
import { Field } from './fields'
import { KindIcon } from './icons'
import { waysOf, walk } from './model'
import { detailName, endText, span, wayName, type NameOf } from './say'
import { kindWords, noteWords, outcomeTone, outcomeWords } from './words'

type Trial = Schema<'RehearseTrial'>
type TrialStep = Schema<'RehearseTrialStep'>
type Why = Schema<'RehearseWhy'>

const said = texts({
  setup: ['选一位客户，走一遍', 'Walk a customer through'],
  note: ['走的是编辑中的草稿，时间快进，不写任何数据、不发任何消息。', 'Walks the draft as it stands now, on a fast clock. Nothing is written or sent.'],
  customer: ['客户', 'Customer'],
  at: ['从什么时候开始', 'Starts at'],
  now: ['现在', 'Now'],
  event: ['触发事件的属性（JSON，可空）', 'Properties of the event (JSON, may be empty)'],
  eventHelp: ['不填则用这位客户最近一次同名事件。', 'Empty: the newest such event of the customer.'],
  bad: ['不是合法的 JSON', 'This is not JSON'],
  assume: ['假设', 'Assume'],
  assumeHelp: ['不假设的按客户的真实数据和规则判断。', 'What is not assumed follows the customer’s real data.'],
  real: ['按真实情况', 'As it is'],
  holdout: ['对照组', 'Control group'],
  inHoldout: ['在对照组', 'In it'],
  notHoldout: ['不在对照组', 'Not in it'],
  go: ['试运行', 'Run the test'],
  empty: ['还没有试运行', 'No test yet'],
  emptyText: ['选一位客户，看他会在什么时间走到哪一步、为什么走这条路、收到什么内容。', 'Choose a customer to see when they come to which step, why, and what they would get.'],
  took: [(s: string) => `从开始到结束共 ${s}`, (s: string) => `${s} from start to end`],
  notStart: ['注意：按触发条件这位客户不会进入，这里照样走了一遍。', 'The trigger would not let this customer in; walked all the same.'],
  control: ['这位客户分在对照组：照走流程，但不会触达。', 'This customer is in the control group: nothing would be done.'],
  sentAt: [(w: string) => `${w} 发出`, (w: string) => `Sent ${w}`],
  refused: [(r: string) => `不会发出：${r}`, (r: string) => `Not sent: ${r}`],
  quiet: ['避开免打扰后', 'after quiet hours'],
  missing: [(s: string) => `缺少变量：${s}`, (s: string) => `Missing values: ${s}`],
  assignee: [(s: string) => `派给 ${s}`, (s: string) => `For ${s}`],
  nobody: ['没有跟进员工，任务无人可派', 'Nobody has this customer; the task has no one'],
  due: [(w: string) => `${w} 前完成`, (w: string) => `due ${w}`],
  waited: [(s: string) => `停留 ${s}`, (s: string) => `for ${s}`],
  assumed: ['假设', 'assumed'],
  yes: ['符合', 'holds'],
  no: ['不符合', 'does not hold'],
  why: ['为什么', 'Why'],
  end: ['结束', 'End'],
  minutes: [(n: string) => `${n} 分钟`, (n: string) => `${n} min`],
  hours: [(n: string) => `${n} 小时`, (n: string) => `${n} h`],
  days: [(n: string) => `${n} 天`, (n: string) => `${n} days`],
  onlyMessages: ['收到的消息', 'What the customer gets'],
  phone: ['客户的手机', 'The customer’s phone'],
  nothing: ['一条也不会收到', 'Nothing at all'],
})

/** Walks one customer through the draft. */
export function TestTab({ book, draft, nameOf }: { book: Playbook; draft: Draft; nameOf: NameOf }) {
  const t = useText(said)
  const go = useNavigate()
  const search = useSearch({ from: '/shell/playbooks/$id' })
  const [at, setAt] = useState<string>()
  const [event, setEvent] = useState('')
  const [assume, setAssume] = useState<Record<string, string>>({})
  const test = api.useMutation('post', '/playbooks/{id}/test')
  const customer = search.customer
  const isBad = event.trim() !== '' && !isJSON(event)
  const run = () => {
    if (!customer) return
    test.mutate({ params: { path: { id: book.id } }, body: {
      customer, at, event: event.trim() ? (JSON.parse(event) as never) : undefined,
      definition: draft.isDirty ? draft.doc : undefined, assume: Object.keys(assume).length > 0 ? assume : undefined,
    } as never })
  }
  const problem = test.error ? problemOf(test.error) : undefined
  return (
    <div className="y-playbooks-two">
      <Card title={t.setup}>
        <p className="y-faint">{t.note}</p>
        <div className="y-playbooks-stack">
          <Field label={t.customer}><CustomerPicker style={{ width: '100%' }} value={customer} onChange={(c) => void go({ to: '/playbooks/$id', params: { id: book.id }, search: { ...search, customer: c }, replace: true })} /></Field>
          <Field label={t.at}><MomentPicker aria-label={t.at} placeholder={t.now} value={at} onChange={setAt} /></Field>
          {draft.doc.trigger.event !== undefined && <Field label={t.event} help={isBad ? t.bad : t.eventHelp}><Input.TextArea aria-label={t.event} className="y-mono" rows={3} status={isBad ? 'error' : undefined} placeholder='{"order_id": "7", "total": 120}' value={event} onChange={(e) => setEvent(e.target.value)} /></Field>}
          <details className="y-playbooks-more"><summary>{t.assume}</summary><p className="y-faint">{t.assumeHelp}</p><Assume draft={draft} value={assume} onChange={setAssume} nameOf={nameOf} /></details>
          <Button type="primary" disabled={!customer || isBad} loading={test.isPending} onClick={run}>{t.go}</Button>
        </div>
      </Card>
      <div className="y-stack">
        {problem && (problem.errors?.length ? <Faults problem={problem} /> : <Failure error={test.error} />)}
        {test.isPending ? <Loading rows={8} /> : test.data ? <TrialView trial={test.data} draft={draft} nameOf={nameOf} /> : !problem && <Card><Empty title={t.empty}>{t.emptyText}</Empty></Card>}
      </div>
    </div>
  )
}

function isJSON(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function Assume({ draft, value, onChange, nameOf }: { draft: Draft; value: Record<string, string>; onChange: (v: Record<string, string>) => void; nameOf: NameOf }) {
  const t = useText(said)
  const rows = [
    ...(draft.doc.holdout_percent ? [{ id: '*', name: t.holdout, options: [{ value: 'control', label: t.inHoldout }, { value: 'treatment', label: t.notHoldout }] }] : []),
    ...walk(draft.doc.steps).flatMap(({ step }) => {
      const arms = [...waysOf(step).map((w) => ({ value: w.name, label: wayName(step, w.name) })), ...(step.send?.variants ?? step.task?.variants ?? []).map((v) => ({ value: v.name, label: v.name }))]
      const results = step.task ? [...(step.task.results ?? ['done', 'unreachable', 'refused']), 'timed_out'].map((r) => ({ value: r, label: detailName(r) })) : []
      const options = [...arms, ...results]
      return options.length > 0 ? [{ id: step.id, name: nameOf('step', step.id), options }] : []
    }),
  ]
  const set = (id: string, v?: string) => { const { [id]: _, ...rest } = value; onChange(v ? { ...rest, [id]: v } : rest) }
  return (
    <div className="y-playbooks-stack">
      {rows.map((r) => <Field key={r.id} label={r.name} inline><Select allowClear aria-label={r.name} placeholder={t.real} style={{ width: 160 }} value={value[r.id]} onChange={(v?: string) => set(r.id, v)} options={r.options} /></Field>)}
    </div>
  )
}

function TrialView({ trial, draft, nameOf }: { trial: Trial; draft: Draft; nameOf: NameOf }) {
  const t = useText(said)
  const outcomes = useText(outcomeWords)
  const notes = useText(noteWords)
  const length = Date.parse(trial.ended_at) - Date.parse(trial.started_at)
  const sent = trial.steps.filter((s) => s.message && !s.message.refuse)
  return (
    <>
      {!trial.starts && <Alert type="warning" showIcon title={t.notStart} />}
      {trial.holdout && <Alert type="info" showIcon title={t.control} />}
      {trial.notes.length > 0 && <Alert type="info" showIcon title={<ul className="y-playbooks-notes">{trial.notes.map((n) => <li key={n.code}>{named(notes, n.code) === n.code ? n.text : named(notes, n.code)}</li>)}</ul>} />}
      <div className="y-playbooks-trial">
        <Card title={<>{named(outcomes, trial.outcome)}{trial.detail ? ` · ${endText(draft.doc, trial.detail, nameOf)}` : ''}</>} extra={<span className="y-faint">{t.took(lengthText(t, length))}</span>}>
          <Timeline
            items={trial.steps.map((s) => ({ color: { good: 'green', bad: 'red', warn: 'orange', live: 'blue', quiet: 'gray' }[outcomeTone(s.outcome)], content: <TrialLine step={s} draft={draft} nameOf={nameOf} /> }))}
          />
        </Card>
        <div><h3 className="y-playbooks-h3">{t.onlyMessages}</h3>{sent.length === 0 ? <p className="y-faint">{t.nothing}</p> : (
          <PhonePreview from={t.phone}>
            {sent.map((s) => <div key={s.step + s.at} className="y-playbooks-bubbles"><time>{when(s.message?.sent_at)}</time>{bubblesOf(s.message?.content).map((b, i) => <div key={i} className="y-bubble">{b.text ?? b.title}</div>)}</div>)}
          </PhonePreview>
        )}</div>
      </div>
    </>
  )
}

type Said = ReturnType<typeof useText<typeof said>>

function lengthText(t: Said, ms: number): string {
  const m = Math.round(ms / 60_000)
  if (m < 90) return t.minutes(String(m))
  const h = m / 60
  return h < 36 ? t.hours(h.toFixed(h < 10 ? 1 : 0)) : t.days((h / 24).toFixed(1))
}

function TrialLine({ step: s, draft, nameOf }: { step: TrialStep; draft: Draft; nameOf: NameOf }) {
  const t = useText(said)
  const outcomes = useText(outcomeWords)
  const kinds = useText(kindWords)
  const own = walk(draft.doc.steps).find((f) => f.step.id === s.step)?.step
  const stay = Date.parse(s.left_at) - Date.parse(s.at)
  const detail = s.detail && (s.step === '' || s.outcome === 'exited' || s.outcome === 'goal' ? endText(draft.doc, s.detail, nameOf) : own ? wayName(own, s.detail) : detailName(s.detail))
  return (
    <div className="y-playbooks-event">
      <header>
        <KindIcon kind={own ? kindOf(own) : (s.kind as Kind)} /><b>{s.name || named(kinds, s.kind)}</b> <State tone={outcomeTone(s.outcome)}>{named(outcomes, s.outcome)}</State>
        {detail && <span>{detail}</span>}{s.assumed && <State tone="quiet">{t.assumed}</State>}<time title={exactly(s.at)}>{when(s.at)}</time>
      </header>
      {stay > 0 && <p className="y-faint">{t.waited(lengthText(t, stay))}{own?.wait_for ? ` / ${span(own.wait_for.timeout)}` : ''}</p>}
      {s.message && (
        <div className="y-playbooks-sub">
          <small className={s.message.refuse ? 'y-tone-bad' : 'y-tone-good'}>{s.message.refuse ? t.refused(`${detailName(s.message.refuse)}${s.message.detail ? ` (${s.message.detail})` : ''}`) : `${t.sentAt(when(s.message.sent_at))}${s.message.quiet ? ` · ${t.quiet}` : ''}`}</small>
          {bubblesOf(s.message.content).map((b, i) => <p key={i} className="y-playbooks-pre">{b.text ?? b.title}</p>)}
          {Boolean(s.message.missing?.length) && <small className="y-tone-warn">{t.missing(s.message.missing?.join('、') ?? '')}</small>}
        </div>
      )}
      {s.task && (
        <div className="y-playbooks-sub">
          <small className={s.task.assignee ? undefined : 'y-tone-warn'}>{s.task.assignee ? t.assignee(s.task.assignee.split('/').at(-1) ?? '') : t.nobody} · {t.due(when(s.task.deadline))}</small>
          <b>{s.task.title}</b>
          {s.task.script && <p className="y-playbooks-pre">{s.task.script}</p>}
          {Boolean(s.task.missing?.length) && <small className="y-tone-warn">{t.missing(s.task.missing?.join('、') ?? '')}</small>}
        </div>
      )}
      {Boolean(s.why?.length) && <details className="y-playbooks-more"><summary>{t.why}</summary><ul className="y-playbooks-why">{s.why?.map((w, i) => <WhyLine key={i} why={w} />)}</ul></details>}
    </div>
  )
}

function WhyLine({ why }: { why: Why }) {
  const t = useText(said)
  const text = why.rule ? why.rule.text[lang() === 'zh-CN' ? 'zh' : 'en'] : why.text
  return <li><State tone={why.result ? 'good' : 'quiet'}>{why.result ? t.yes : t.no}</State> {why.case && <b>{detailName(why.case)}</b>} {text}{why.rule?.observed !== undefined && why.rule.observed !== null && <small className="y-faint"> ({String(why.rule.observed)})</small>}</li>
}
