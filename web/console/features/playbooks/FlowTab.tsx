import { api, call, must, type Schema } from '@shared/api/client'
import { num, pct, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented, Select } from 'antd'
import { useMemo, useState } from 'react'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import { DaySpan } from '../../ui/DaySpan'
import { useDrill } from '../../ui/Drill'
import { reportPeople } from '../../ui/people'
import { Hint, Number as Figure } from '../../ui/PageShell'
import { Failure, Loading } from '../../ui/states'
import { Canvas } from './Canvas'
import { docOf, type Playbook } from './data'
import { kindOf, type Doc } from './document'
import { KindIcon } from './icons'
import { find } from './model'
import { useNarrow } from './narrow'
import { Outline } from './Outline'
import { conditionText, detailName, endText, stepText, wayName, type NameOf } from './say'
import { kindWords, outcomeWords, touchWords } from './words'

type Report = Schema<'PlaybookReport'>
type StepReport = Schema<'PlaybookStep'>

const said = texts({
  all: ['全部版本', 'All versions'],
  version: [(v: string) => `v${v}`, (v: string) => `v${v}`],
  now: ['当前', 'current'],
  numbers: ['人数', 'Numbers'],
  percent: ['占进入', 'Share'],
  canvas: ['画布', 'Canvas'],
  outline: ['大纲', 'Outline'],
  runs: ['累计进入', 'Runs'],
  live: ['进行中', 'Under way'],
  goal: ['达成目标', 'Goal reached'],
  rate: ['达成率', 'Goal rate'],
  exited: ['退出', 'Exited'],
  done: ['走完', 'Walked through'],
  stopped: ['被停止', 'Stopped'],
  holdout: ['对照组', 'Control group'],
  refused: ['未能进入', 'Refused'],
  entered: ['进入', 'In'],
  waiting: ['停留', 'Now'],
  passed: ['完成', 'Done'],
  failed: ['失败', 'Failed'],
  define: ['进入：来到这一步的次数；完成：做完往下走的（含超时、对照组）；停留：此刻还在这里；失败：做不成，记下原因后继续走。点数字看是谁。', 'In: came here. Done: went on, by time-out and the control group too. Now: still here. Failed: could not be done; the run goes on. A number opens its people.'],
  defineSpan: ['选了日期后：经过按发生的那天计，触达按计划的那天计、状态取现在的；“进行中”“停留”始终是此刻。', 'With days chosen: what happened counts on its day, touches on the day they were planned, in their state of now; under way and Now are as of now.'],
  span: ['只看这段时间', 'Within days'],
  rateHelp: ['已结束的实例中达成目标的比例', 'Of the runs that have ended'],
  people: [(step: string, what: string) => `${step} · ${what}`, (step: string, what: string) => `${step} · ${what}`],
  whole: ['整条 SOP', 'The playbook'],
  outcomes: ['经过与去向', 'What became of them'],
  touches: ['触达结果', 'Touches'],
  nothing: ['还没有人来到这一步', 'Nobody came here yet'],
  close: ['关闭', 'Close'],
  gone: ['已删除的步骤', 'Steps that older versions had'],
  goalIs: ['目标', 'Goal'],
  exits: ['退出条件', 'Exits'],
  edit: ['编辑这一步', 'Edit this step'],
  at: [(w: string) => w, (w: string) => w],
})

const passing = ['done', 'planned', 'took', 'met', 'timed_out', 'held_out']

const sumOf = (s: StepReport, outcomes: readonly string[]) => s.outcomes.filter((o) => outcomes.includes(o.outcome)).reduce((n, o) => n + o.count, 0)

/** The published flow with the numbers of each step. */
export function FlowTab({ book, nameOf }: { book: Playbook; nameOf: NameOf }) {
  const t = useText(said)
  const go = useNavigate()
  const drill = useDrill()
  const isNarrow = useNarrow()
  const search = useSearch({ from: '/shell/playbooks/$id' })
  const [share, setShare] = useState(false)
  const [selected, setSelected] = useState<string[]>([])
  const versions = api.useQuery('get', '/playbooks/{id}/versions', { params: { path: { id: book.id } } }, { enabled: book.version > 0 })
  const report = api.useQuery('get', '/playbooks/{id}/report', { params: { path: { id: book.id }, query: { version: search.version, from: search.from, to: search.to } } }, { enabled: book.version > 0, refetchInterval: 30_000, placeholderData: (old) => old })
  const doc = docOf(versions.data?.items?.find((v) => v.version === (search.version ?? book.version))?.definition ?? book.definition)
  const by = useMemo(() => new Map(report.data?.steps.map((s) => [s.id, s])), [report.data])
  const isForCustomers = (doc.subject ?? 'customer') === 'customer'
  const outcomeNames = useText(outcomeWords)
  const span = { from: search.from, to: search.to }
  const set = (part: Partial<typeof search>) => void go({ to: '/playbooks/$id', params: { id: book.id }, search: { ...search, ...part }, replace: true })
  const open = (step: string, title: string, count: number, query: { outcome?: string; detail?: string; state?: string; reason?: string }) => {
    if (!isForCustomers || count === 0) return undefined
    return () => drill({
      ...reportPeople('playbook', { playbook: book.id, version: search.version, ...span }, { step: step || undefined, ...query }, t.people(step ? nameOf('step', step) : t.whole, title), count),
      list: async (cursor) => {
        const page = await must(call.GET('/playbooks/{id}/people', { params: { path: { id: book.id }, query: { step: step || undefined, version: search.version, cursor, ...span, ...query } as never } }))
        return { items: (page.items ?? []).map((p) => ({ id: p.customer ?? '', detail: when(p.at) })).filter((p) => p.id), next: page.next }
      },
    })
  }
  const figure = (n: number, of: number) => (share ? pct(of > 0 ? n / of : null, 0) : num(n))
  const badge = useMemo(() => (id: string) => {
    const s = by.get(id)
    const runs = report.data?.runs ?? 0
    if (!id) return <div className="y-playbooks-numbers"><span>{t.runs} <Figure onOpen={open('', t.runs, runs, { outcome: 'entered' })}>{num(runs)}</Figure></span></div>
    if (!s) return null
    const single = passing.filter((o) => s.outcomes.some((x) => x.outcome === o))
    const passed = sumOf(s, passing)
    const failed = sumOf(s, ['failed'])
    return (
      <div className="y-playbooks-numbers nodrag">
        <span>{t.entered} <Figure label={`${t.entered} ${num(s.entered)}`} onOpen={open(id, t.entered, s.entered, { outcome: 'entered' })}>{figure(s.entered, runs)}</Figure></span>
        <span>{t.passed} <Figure label={`${t.passed} ${num(passed)}`} onOpen={single.length === 1 ? open(id, t.passed, passed, { outcome: single[0] }) : passed > 0 ? () => setSelected([id]) : undefined}>{figure(passed, s.entered)}</Figure></span>
        <span>{t.waiting} <Figure label={`${t.waiting} ${num(s.waiting)}`} onOpen={open(id, t.waiting, s.waiting, { outcome: 'waiting' })}>{figure(s.waiting, s.entered)}</Figure></span>
        <span className={failed > 0 ? 'y-tone-bad' : undefined}>{t.failed} <Figure label={`${t.failed} ${num(failed)}`} onOpen={open(id, t.failed, failed, { outcome: 'failed' })}>{figure(failed, s.entered)}</Figure></span>
      </div>
    )
  }, [by, report.data, share, isForCustomers, t])
  const wayBadge = useMemo(() => (owner: string, way: string) => {
    const s = by.get(owner)
    const took = s?.outcomes.filter((o) => o.detail === way || (!o.detail && o.outcome === way)) ?? []
    const n = took.reduce((sum, o) => sum + o.count, 0)
    if (!s || n === 0) return null
    return <Figure onOpen={open(owner, way, n, { outcome: took[0]?.outcome, detail: took[0]?.detail })}>{figure(n, s.entered)}</Figure>
  }, [by, share, isForCustomers])
  if (versions.error || report.error) return <Failure error={versions.error ?? report.error} onRetry={() => { void versions.refetch(); void report.refetch() }} />
  if (book.version > 0 && (!versions.data || !report.data)) return <Loading tall />
  const as = search.as ?? (isNarrow ? 'outline' : 'canvas')
  const id = selected[0]
  return (
    <div className="y-playbooks-edit">
      {report.data && <Totals report={report.data} t={t} open={open} outcome={(o) => named(outcomeNames, o)} />}
      <div className="y-playbooks-bar">
        <Segmented value={as} onChange={(v) => set({ as: v as 'canvas' })} options={[{ value: 'canvas', label: t.canvas }, { value: 'outline', label: t.outline }]} />
        <Segmented value={share ? 'share' : 'n'} onChange={(v) => setShare(v === 'share')} options={[{ value: 'n', label: t.numbers }, { value: 'share', label: t.percent }]} />
        <Select
          aria-label={t.all} style={{ width: 150 }} value={search.version ?? 0} onChange={(v: number) => set({ version: v || undefined })}
          options={[{ value: 0, label: t.all }, ...(versions.data?.items ?? []).map((v) => ({ value: v.version, label: `${t.version(String(v.version))}${v.version === book.version ? ` (${t.now})` : ''}` }))]}
        />
        <span role="group" aria-label={t.span}><DaySpan allowClear value={span} onChange={set} /></span>
        <Hint>{t.define} {t.defineSpan}</Hint>
      </div>
      <div className="y-playbooks-stage">
        {as === 'canvas'
          ? <Canvas doc={doc} nameOf={nameOf} selected={selected} onSelect={(ids) => setSelected((old) => (old.join() === ids.join() ? old : ids))} badge={badge} wayBadge={wayBadge} onOpen={(step) => void go({ to: '/playbooks/$id', params: { id: book.id }, search: { tab: 'edit', step } })} />
          : <Outline doc={doc} nameOf={nameOf} selected={selected} onSelect={setSelected} badge={badge} />}
        {id && <Detail doc={doc} id={id} report={report.data} nameOf={nameOf} open={open} onClose={() => setSelected([])} />}
      </div>
    </div>
  )
}

type Opener = (step: string, title: string, count: number, query: { outcome?: string; detail?: string; state?: string; reason?: string }) => (() => void) | undefined

function Totals({ report: r, t, open, outcome }: { report: Report; t: ReturnType<typeof useText<typeof said>>; open: Opener; outcome: (o: string) => string }) {
  const refused = (r.refused ?? []).reduce((n, f) => n + f.count, 0)
  const one = (label: string, n: number, query?: { outcome: string }) => <div><dt>{label}</dt><dd><Figure onOpen={query && open('', label, n, query)}>{num(n)}</Figure></dd></div>
  return (
    <dl className="y-playbooks-totals">
      {one(t.runs, r.runs, { outcome: 'entered' })}
      {one(t.live, r.live, { outcome: 'waiting' })}
      {one(t.goal, r.goal, { outcome: 'goal' })}
      <div><dt>{t.rate} <Hint>{t.rateHelp}</Hint></dt><dd>{r.runs > r.live ? pct(r.goal_rate) : '–'}</dd></div>
      {one(t.done, r.done, { outcome: 'done' })}
      {one(t.exited, r.exited, { outcome: 'exited' })}
      {r.stopped > 0 && one(t.stopped, r.stopped, { outcome: 'stopped' })}
      {r.holdout > 0 && one(t.holdout, r.holdout)}
      {refused > 0 && <div><dt>{t.refused} <Hint>{(r.refused ?? []).map((f) => `${detailName(f.detail) || outcome(f.outcome)} ${num(f.count)}`).join(' · ')}</Hint></dt><dd>{num(refused)}</dd></div>}
    </dl>
  )
}

function Detail({ doc, id, report, nameOf, open, onClose }: { doc: Doc; id: string; report?: Report; nameOf: NameOf; open: Opener; onClose: () => void }) {
  const t = useText(said)
  const names = useText(kindWords)
  const outcomes = useText(outcomeWords)
  const touches = useText(touchWords)
  const step = find(doc, id)?.step
  const s = report?.steps.find((x) => x.id === id)
  const says = step ? stepText(step, nameOf) : undefined
  const rest = id === '@trigger' ? report?.steps.filter((x) => x.gone) ?? [] : []
  return (
    <section className="y-playbooks-panel" aria-label={nameOf('step', id)}>
      <header>
        <KindIcon kind={step ? kindOf(step) : 'trigger'} />
        <div><b>{step ? (step.name || names[kindOf(step)]) : t.whole}</b><small>{step ? names[kindOf(step)] : doc.description}</small></div>
        <Button type="text" icon={<CloseOutlined />} aria-label={t.close} onClick={onClose} />
      </header>
      <div className="y-playbooks-panel-body">
        {says && <p>{says.says}</p>}
        {says?.quote && <blockquote className="y-playbooks-quote">{says.quote}</blockquote>}
        {!step && doc.goal && <div><h3>{t.goalIs}</h3><p>{conditionText(doc.goal, nameOf)}</p></div>}
        {!step && Boolean(doc.exit?.length) && <div><h3>{t.exits}</h3><ul>{doc.exit?.map((c, i) => <li key={i}>{conditionText(c, nameOf)}</li>)}</ul></div>}
        {step && s && s.entered === 0 && <p className="y-faint">{t.nothing}</p>}
        {step && s && s.entered > 0 && (
          <>
            <h3>{t.outcomes}</h3>
            <table className="y-playbooks-figures">
              <tbody>
                <tr><th scope="row">{outcomes.entered}</th><td><Figure onOpen={open(id, outcomes.entered, s.entered, { outcome: 'entered' })}>{num(s.entered)}</Figure></td><td>{pct(report?.runs ? s.entered / report.runs : null)}</td></tr>
                {s.waiting > 0 && <tr><th scope="row">{outcomes.waiting}</th><td><Figure onOpen={open(id, outcomes.waiting, s.waiting, { outcome: 'waiting' })}>{num(s.waiting)}</Figure></td><td>{pct(s.waiting / s.entered)}</td></tr>}
                {s.outcomes.map((o) => {
                  const label = `${named(outcomes, o.outcome)}${o.detail ? ` · ${o.outcome === 'exited' || o.outcome === 'goal' ? endText(doc, o.detail, nameOf) : wayName(step, o.detail)}` : ''}`
                  return <tr key={o.outcome + (o.detail ?? '')}><th scope="row">{label}</th><td><Figure onOpen={open(id, label, o.count, { outcome: o.outcome, detail: o.detail })}>{num(o.count)}</Figure></td><td>{pct(o.count / s.entered)}</td></tr>
                })}
              </tbody>
            </table>
          </>
        )}
        {s && s.deliveries.length > 0 && (
          <>
            <h3>{t.touches}</h3>
            <table className="y-playbooks-figures">
              <tbody>
                {s.deliveries.map((d) => {
                  const label = `${named(touches, d.state)}${d.reason ? ` · ${detailName(d.reason)}` : ''}`
                  return <tr key={d.state + (d.reason ?? '')}><th scope="row">{label}</th><td><Figure onOpen={open(id, label, d.count, { state: d.state, reason: d.reason })}>{num(d.count)}</Figure></td><td>{pct(s.entered ? d.count / s.entered : null)}</td></tr>
                })}
              </tbody>
            </table>
          </>
        )}
        {rest.length > 0 && <div><h3>{t.gone}</h3><ul>{rest.map((x) => <li key={x.id}>{x.name || x.id} · {t.entered} <Figure onOpen={open(x.id, t.entered, x.entered, { outcome: 'entered' })}>{num(x.entered)}</Figure></li>)}</ul></div>}
      </div>
    </section>
  )
}
