import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { money, num, pct, when } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Alert, Tabs } from 'antd'
import { useDrill } from '../../ui/Drill'
import { reportPeople } from '../../ui/people'
import { Card, Columns, Facts, Number, PageShell, State } from '../../ui/PageShell'
import { PlainTable, QueryTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { Who } from '../../ui/Who'
import { Comparison } from './Comparison'
import { ExperimentActions } from './ExperimentActions'
import { useExperimentName } from '../../ui/experimentName'
import { Origin, pText } from './kit'
import { definitions, terms, warnings } from './experimentWords'
import { armWords, eventWords, kindWords } from './words'

const said = texts({
  result: ['结果', 'Result'], exposures: ['入组记录', 'Exposures'], about: ['设置与定义', 'Settings, definitions'], arms: ['各组', 'Arms'], arm: ['组别', 'Arm'], control: ['对照', 'control'], planned: ['计划', 'Planned'], exposed: ['入组客户', 'Exposed'], mature: ['已满观察期', 'Mature'], converted: ['转化', 'Converted'],
  rate: ['转化率', 'Conversion'], each: ['人均收入', 'Revenue each'], orders: ['订单', 'Orders'], revenue: ['收入', 'Revenue'], early: ['未满期已转化', 'Not mature: converted'], splitOk: [(p: string) => `分流检查通过：人数与计划相符（p = ${p}）`, (p: string) => `The split is as planned (p = ${p})`],
  srm: [(p: string) => `分流比例异常（SRM），p = ${p}`, (p: string) => `Sample ratio mismatch, p = ${p}`], srmNote: ['各组人数与计划不符。原因没找到之前，不要相信下面的结果。', 'The arms are not as large as planned. Do not trust the result before the cause is found.'], warn: [(p: string) => `各组人数有些偏差（p = ${p}），做决定前先找找原因`, (p: string) => `The arms are somewhat uneven (p = ${p}); look for the cause before you decide`],
  stopped: ['已停止入组', 'Enrolment ended'], running: ['进行中', 'Running'], decided: [(arm: string) => `已决定：${arm}`, (arm: string) => `Decided: ${arm}`], origin: ['来自', 'Made by'], conversion: ['转化是', 'Conversion is'], within: [(e: string, d: string) => `入组后 ${d} 天内「${e}」`, (e: string, d: string) => `${e} within ${d} days of the exposure`],
  began: ['开始', 'Began'], ended: ['停止', 'Stopped'], hypothesis: ['假设', 'Hypothesis'], owner: ['负责人', 'Owner'], plan: ['计划人数', 'Planned customers'], until: ['计划到', 'Planned until'], reached: ['已到计划时点', 'The plan is reached'], alpha: ['误判概率', 'Chance of a false finding'], left: ['没有计入', 'Left out'],
  leftIs: [(m: string, e: string, c: string) => `合并后属于两组 ${m}，已删除 ${e}，没有归属 ${c}`, (m: string, e: string, c: string) => `${m} merged into two arms, ${e} erased, ${c} without a cluster`], decision: ['决定', 'Decision'], definitions: ['名词解释', 'Definitions'], settings: ['设置', 'Settings'], customer: ['客户', 'Customer'], at: ['时间', 'When'], none: ['还没有客户入组', 'Nobody is exposed yet'],
  noneNote: ['客户走到这一步、组别第一次起作用时入组。', 'A customer is exposed when the arm first makes a difference.'], guard: ['护栏指标', 'Guardrails'], bought: [(n: string, m: string) => `${n} 单 ${m}`, (n: string, m: string) => `${n} orders, ${m}`],
})

const route = getRouteApi('/shell/experiments/$id')

/** What came of an experiment: its arms, their comparison, and who is behind each number. */
export function ExperimentPage() {
  const { id } = route.useParams()
  const outcome = api.useQuery('get', '/experiments/{experiment}', { params: { path: { experiment: id } } }, { staleTime: 30_000 })
  return <Asked query={outcome}>{(o) => <One outcome={o} />}</Asked>
}

function One({ outcome: o }: { outcome: Schema<'ExperimentOutcome'> }) {
  const t = useText(said)
  const kinds = useText(kindWords)
  const arms = useText(armWords)
  const { tab } = route.useSearch()
  const go = route.useNavigate()
  const x = o.experiment
  const name = useExperimentName(x.name)
  const items = [{ key: 'result', label: t.result, children: <Result outcome={o} /> }, { key: 'exposures', label: t.exposures, children: <Exposures id={x.id} /> }, { key: 'about', label: t.about, children: <About outcome={o} /> }]
  return (
    <PageShell
      title={name} back="/experiments" asOf={o.as_of} lead={x.settings.hypothesis} actions={<ExperimentActions info={x} />}
      extra={<><State tone="quiet">{named(kinds, x.kind)}</State>{x.decision ? <State tone="good">{t.decided(named(arms, x.decision.arm) || '–')}</State> : x.stopped_at ? <State tone="quiet">{t.stopped}</State> : <State tone="live">{t.running}</State>}</>}
    >
      <Tabs activeKey={tab ?? 'result'} destroyOnHidden items={items} onChange={(key) => void go({ search: { tab: key as 'result' }, replace: true })} tabBarStyle={{ marginBottom: 14 }} />
    </PageShell>
  )
}

function Result({ outcome: o }: { outcome: Schema<'ExperimentOutcome'> }) {
  const t = useText(said)
  const zh = useLang() === 'zh-CN'
  const w = useText(warnings)
  const others = o.warnings.filter((x) => !x.code.startsWith('split_'))
  return (
    <div className="y-stack">
      {o.split?.verdict === 'mismatch' && <Alert type="error" showIcon title={t.srm(pText(o.split.p))} description={t.srmNote} />}
      {o.split?.verdict === 'warning' && <Alert type="warning" showIcon title={t.warn(pText(o.split.p))} />}
      {others.map((x) => <Alert key={x.code + x.text} type={x.code === 'guardrail' ? 'error' : 'info'} showIcon title={zh && x.code in w ? named(w, x.code) : x.text} />)}
      <Arms outcome={o} />
      {o.comparisons.map((c) => <Comparison key={c.arm} outcome={o} comparison={c} />)}
    </div>
  )
}

function Arms({ outcome: o }: { outcome: Schema<'ExperimentOutcome'> }) {
  const t = useText(said)
  const arms = useText(armWords)
  const drill = useDrill()
  const people = (arm: string, title: string, count: number, filter: { converted?: 'true' | 'false'; mature?: 'true' | 'false' }) => (count > 0 ? () => drill({
    ...reportPeople('experiment', { experiment: o.experiment.id }, { arm, ...(filter.converted && { converted: filter.converted === 'true' }), ...(filter.mature && { mature: filter.mature === 'true' }) }, `${named(arms, arm)} · ${title}`, count),
    list: async (cursor, signal) => {
      const page = await must(call.GET('/experiments/{experiment}/customers', { params: { path: { experiment: o.experiment.id }, query: { arm, ...filter, cursor, limit: 100 } }, signal }))
      return { items: page.items.map((p) => ({ id: p.customer, detail: p.orders > 0 ? t.bought(num(p.orders), money(p.revenue, o.currency)) : when(p.exposed_at) })), next: page.next }
    },
  }) : undefined)
  return (
    <Card title={t.arms} extra={o.split?.verdict === 'ok' && <State tone="good">{t.splitOk(pText(o.split.p))}</State>}>
      <PlainTable
        label={t.arms} rows={o.arms} rowKey="arm"
        columns={[
          { key: 'arm', title: t.arm, width: 150, render: (_, a) => <><b>{named(arms, a.arm)}</b>{a.control && <small className="y-faint"> {t.control}</small>}</> }, { key: 'planned', title: t.planned, width: 80, num: true, render: (_, a) => (a.share_percent === undefined ? '–' : `${num(a.share_percent, 1)}%`) },
          { key: 'exposed', title: t.exposed, width: 100, num: true, render: (_, a) => <Number onOpen={people(a.arm, t.exposed, a.exposed, {})}>{num(a.exposed)}</Number> }, { key: 'mature', title: t.mature, width: 110, num: true, render: (_, a) => <Number onOpen={people(a.arm, t.mature, a.mature, { mature: 'true' })}>{num(a.mature)}</Number> },
          { key: 'converted', title: t.converted, width: 90, num: true, render: (_, a) => <Number onOpen={people(a.arm, t.converted, a.converted, { mature: 'true', converted: 'true' })}>{num(a.converted)}</Number> },
          { key: 'rate', title: t.rate, width: 150, num: true, render: (_, a) => (a.mature > 0 ? <>{pct(a.conversion_rate)} <small className="y-faint">{pct(a.conversion_low)}–{pct(a.conversion_high)}</small></> : '–') }, { key: 'orders', title: t.orders, width: 80, num: true, render: (_, a) => num(a.orders) },
          { key: 'revenue', title: t.revenue, width: 110, num: true, render: (_, a) => money(a.revenue, o.currency) }, { key: 'each', title: t.each, width: 110, num: true, render: (_, a) => money(a.revenue_per_customer, o.currency) },
          { key: 'early', title: t.early, width: 130, num: true, render: (_, a) => <Number onOpen={people(a.arm, t.early, a.not_mature.converted, { mature: 'false', converted: 'true' })}>{`${num(a.not_mature.converted)} / ${num(a.not_mature.customers)}`}</Number> },
        ]}
      />
    </Card>
  )
}

function Exposures({ id }: { id: string }) {
  const t = useText(said)
  const arms = useText(armWords)
  const list = api.useInfiniteQuery('get', '/experiments/{experiment}/exposures', { params: { path: { experiment: id }, query: { limit: 100 } } }, byCursor)
  const rows = { ...list, data: list.data && { pages: list.data.pages.map((p) => ({ items: p.items.map((e) => ({ ...e, key: `${e.customer}/${e.at}` })) })) } }
  return (
    <QueryTable
      id="exposures" label={t.exposures} query={rows} rowKey="key" height={560} empty={<Empty title={t.none}>{t.noneNote}</Empty>}
      columns={[{ key: 'customer', title: t.customer, width: 200, always: true, render: (_, e) => <Who id={e.customer} /> }, { key: 'arm', title: t.arm, width: 140, render: (_, e) => named(arms, e.arm) }, { key: 'at', title: t.at, width: 170, render: (_, e) => when(e.at) }, { key: 'origin', title: t.origin, width: 240, render: (_, e) => e.origin && <Origin id={e.origin} /> }]}
    />
  )
}

function About({ outcome: o }: { outcome: Schema<'ExperimentOutcome'> }) {
  const t = useText(said)
  const zh = useLang() === 'zh-CN'
  const events = useText(eventWords)
  const arms = useText(armWords)
  const term = useText(terms)
  const defined = useText(definitions)
  const x = o.experiment
  const s = x.settings
  const left = o.left_out
  const explain = (d: Schema<'ExperimentDefinition'>) => (zh && d.term in defined ? named(defined, d.term).replace('{days}', num(s.horizon_days)).replace('{event}', named(events, s.event)) : d.text)
  return (
    <Columns min={380}>
      <Card title={t.settings}>
        <Facts
          items={[
            Boolean(x.origin) && [t.origin, <Origin key="o" id={x.origin ?? ''} />], [t.conversion, t.within(named(events, s.event), num(s.horizon_days))], [t.guard, s.guardrails?.map((g) => named(events, g)).join('、')], [t.alpha, pct(s.alpha)], [t.plan, s.planned_customers ? num(s.planned_customers) : '–'],
            Boolean(s.planned_until) && [t.until, when(s.planned_until)], o.planned_reached && [t.reached, '✓'], Boolean(s.owner) && [t.owner, s.owner], [t.began, when(x.started_at)], Boolean(x.stopped_at) && [t.ended, when(x.stopped_at)],
            [t.left, t.leftIs(num(left.merged), num(left.erased), num(left.no_cluster ?? 0))], Boolean(x.decision) && [t.decision, <span key="d">{named(arms, x.decision?.arm)} · {x.decision?.note} <small className="y-faint">{when(x.decision?.at)}</small></span>],
          ]}
        />
      </Card>
      <Card title={t.definitions}><Facts items={o.definitions.map((d) => [named(term, d.term), explain(d)])} /></Card>
    </Columns>
  )
}
