import { api, type Schema } from '@shared/api/client'
import { day, money, num, pct } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Progress } from 'antd'
import { Spark } from '../../charts/Chart'
import { Card, Columns, PageShell, Stat, State } from '../../ui/PageShell'
import { Asked, Empty } from '../../ui/states'
import { useExperimentName } from '../../ui/experimentName'
import { planNodes } from '../../ui/words/plan'
import { Demo } from './Demo'
import { Start } from './Start'
import { Live } from './Live'
import { matters, numberHints, numberNames, places } from './words'
import './home.css'

type Overview = Schema<'OutputBody'>

const said = texts({
  title: ['概览', 'Overview'], span: ['近 30 天', 'Last 30 days'], than: [(p: string) => `较前 30 天 ${p}`, (p: string) => `${p} on 30 days before`], first: ['前 30 天没有数据', 'no earlier data'],
  attention: ['今天要处理', 'Needs attention today'], calm: ['没有要处理的事', 'Nothing needs you now'], calmLead: ['任务、审批、连接与同步都正常。', 'Tasks, approvals, connections and sync are fine.'],
  lift: ['实验证明的增量', 'What experiments proved'], liftHint: ['对照组没有被触达，差额才是触达带来的钱；各实验互相重叠，不相加。', 'Control groups were not touched: the difference is what touching brought. Experiments overlap, so they are not added up.'], noLift: ['还没有可以下结论的实验。给 SOP 加一个对照组，就能看到它带来的钱。', 'No experiment has a result yet. Give a playbook a control group and see the money that it brings.'], experiments: ['去看实验', 'See experiments'], liftLater: ['有对照组的实验出结果后可得', 'Known when a control group has results'],
  plan: ['计划与实际', 'Plan and actual'], elapsed: [(p: string) => `已过 ${p}`, (p: string) => `${p} of its days are over`], behind: ['落后', 'Behind'], on: ['跟上', 'On track'], noPlan: ['还没有进行中的增长计划。从收入目标倒推需要多少客户、加粉、预算和人手。', 'No growth plan runs. Begin with a revenue target: it gives customers, contacts, budget and staff.'], makePlan: ['做一个计划', 'Make a plan'], to: ['到', 'to'], of: [(a: string, b: string) => `${a} / 应到 ${b}`, (a: string, b: string) => `${a} of ${b} by now`],
  noCosts: ['录入获客成本后可得，去录入', 'Enter acquisition costs to know it'], noMargin: ['设置毛利率和成本后可得', 'Set the gross margin and costs to know it'],
  unknown: ['未知', 'Not known'], more: ['更多', 'More'],
})

const order: string[] = ['net_revenue', 'ltv_to_cac', 'cac', 'orders', 'new_contacts', 'losses', 'spend']

/** The first page: money, what was proved, the plan, and what needs somebody today. */
export function Home() {
  const t = useText(said)
  const asked = api.useQuery('get', '/overview', {}, { refetchInterval: (q) => (q.state.data?.stale ? 2_000 : 60_000) })
  return (
    <PageShell title={t.title} extra={<span className="y-asof">{t.span}</span>} asOf={asked.data?.as_of}>
      <Demo />
      <Start />
      <Asked query={asked}>
        {(o) => (
          <>
            <div className="y-stats y-home-stats">
              {[...(o.numbers ?? [])].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)).flatMap((n, i) => [<Figure key={n.id} number={n} currency={o.currency} />, i === 0 && <LiftFigure key="lift" overview={o} />])}
            </div>
            <Columns min={400}>
              <div className="y-stack"><Attention overview={o} /><PlanCard overview={o} /></div>
              <div className="y-stack"><Lift overview={o} /><Live /></div>
            </Columns>
          </>
        )}
      </Asked>
    </PageShell>
  )
}

function Figure({ number: n, currency }: { number: Schema<'OverviewNumber'>; currency: string }) {
  const t = useText(said)
  const names = useText(numberNames)
  const hints = useText(numberHints)
  const value = n.value == null ? t.unknown : n.unit === 'money' ? money(n.value, currency, n.value >= 1000 ? 0 : 2) : n.unit === 'times' ? num(n.value, 1) : num(n.value)
  const share = n.value != null && n.before ? (n.value - n.before) / n.before : undefined
  const less = ['losses', 'spend', 'cac'].includes(n.id)
  return (
    <Stat
      label={named(names, n.id)} hint={named(hints, n.id)} value={<span className={n.value == null ? 'y-home-unknown' : undefined}>{value}</span>}
      delta={n.value == null ? undefined : { share, good: !less, text: share === undefined ? t.first : t.than(pct(Math.abs(share), 0)) }} note={n.value == null ? <Link to={'/reports/cac' as string} title={n.reason}>{n.id === 'ltv_to_cac' ? t.noMargin : t.noCosts}</Link> : undefined}
      spark={n.value == null ? undefined : <Spark values={(n.series ?? []).map((v) => v ?? 0)} width={72} />}
    />
  )
}

/** What the first experiment proved: that of the brand's own control group, where there is one. */
function LiftFigure({ overview: o }: { overview: Overview }) {
  const t = useText(said)
  const names = useText(numberNames)
  const l = o.lifts?.[0]
  return (
    <Stat
      label={names.lift} hint={t.liftHint} value={l ? <span className={l.amount < 0 ? 'y-tone-bad' : undefined}>{money(l.amount, o.currency, 0)}</span> : <span className="y-home-unknown">{t.unknown}</span>}
      note={l ? <Link to={`/experiments/${l.experiment}` as string}>{l.low != null && l.high != null ? `${money(l.low, o.currency, 0)} – ${money(l.high, o.currency, 0)}` : t.experiments}</Link> : <Link to={'/experiments' as string}>{t.liftLater}</Link>}
    />
  )
}

function Attention({ overview: o }: { overview: Overview }) {
  const t = useText(said)
  const names = useText(matters)
  if (!o.attention?.length) return <Card title={t.attention}><Empty title={t.calm}>{t.calmLead}</Empty></Card>
  return (
    <Card title={t.attention}>
      <ul className="y-home-matters">
        {o.attention.map((m) => (
          <li key={m.key + m.link}>
            <Link to={(places[m.link] ?? '/') as string}>
              <State tone={m.level === 'bad' ? 'bad' : m.level === 'warn' ? 'warn' : 'live'}>{num(m.count)}{m.more ? '+' : ''}</State>
              <span>{named(names, m.key)}{m.detail && <small>{m.detail}</small>}</span><i aria-hidden="true">›</i>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function ExperimentName({ of }: { of: string }) {
  return <>{useExperimentName(of)}</>
}

function Lift({ overview: o }: { overview: Overview }) {
  const t = useText(said)
  return (
    <Card title={t.lift} extra={<Link to={'/experiments' as string}>{t.experiments}</Link>}>
      {!o.lifts?.length ? <p className="y-faint y-home-p">{t.noLift}</p> : (
        <>
          <ul className="y-home-lifts">
            {o.lifts.slice(0, 5).map((l) => (
              <li key={l.experiment + l.arm}>
                <Link to={`/experiments/${l.experiment}` as string}><ExperimentName of={l.name} /></Link>
                <b className={l.amount >= 0 ? 'y-tone-good' : 'y-tone-bad'}>{l.amount >= 0 ? '+' : ''}{money(l.amount, o.currency, 0)}</b>
                {l.low != null && l.high != null && <small>{money(l.low, o.currency, 0)} – {money(l.high, o.currency, 0)}</small>}
              </li>
            ))}
          </ul>
          <p className="y-faint y-home-p">{t.liftHint}</p>
        </>
      )}
    </Card>
  )
}

function PlanCard({ overview: o }: { overview: Overview }) {
  const t = useText(said)
  const names = useText(planNodes)
  const p = o.plan
  if (!p) return <Card title={t.plan} extra={<Link to={'/reports/planner' as string}>{t.makePlan}</Link>}><p className="y-faint y-home-p">{t.noPlan}</p></Card>
  const show = (v: number | null | undefined, unit: string) => (unit === 'money' ? money(v, o.currency, 0) : num(v))
  return (
    <Card title={<>{t.plan} · <Link to={'/reports/planner' as string}>{p.name}</Link></>} extra={<span className="y-faint">{day(p.from)} {t.to} {day(p.to)} · {t.elapsed(pct(p.elapsed, 0))}</span>}>
      {p.goals?.filter((g) => (g.planned_to_date ?? 0) > 0).map((g) => {
        const share = g.planned_to_date ? g.actual / g.planned_to_date : undefined
        return (
          <div key={g.name} className="y-home-goal">
            <div><span>{named(names, g.name)}</span>{share !== undefined && <State tone={g.behind ? 'bad' : 'good'}>{g.behind ? t.behind : t.on}</State>}<span className="y-grow" /><span className="y-faint">{t.of(show(g.actual, g.unit), show(g.planned_to_date, g.unit))}</span></div>
            <Progress percent={Math.min(100, Math.round((share ?? 0) * 100))} showInfo={false} size="small" status={g.behind ? 'exception' : 'normal'} aria-label={named(names, g.name)} />
          </div>
        )
      })}
    </Card>
  )
}

