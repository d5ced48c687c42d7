import { api, call, must } from '@shared/api/client'
import { ago, day, money, num, pct, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Progress, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { useSure } from '../../ui/forms'
import { Card, Number, PageShell, State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { Body } from './Body'
import { reportPeople } from './people'
import { PlanScenario } from './PlanScenario'
import { formula, nodeName, showNode } from './planWords'
import { Plot } from './Plot'
import { usePatch } from './search'
import { TabBar } from './TabBar'

const route = getRouteApi('/shell/reports/planner')

const said = texts({
  plan: ['规划与试算', 'Plan and what-if'], progress: ['计划与实际', 'Plan and actual'], versions: ['版本', 'Versions'], lead: [(s: string, a: string, b: string) => `目标 ${s}，${a} – ${b}`, (s: string, a: string, b: string) => `${s} from ${a} to ${b}`],
  del: ['删除规划', 'Delete'], sure: ['删除这个规划？', 'Delete this plan?'], sureText: ['所有版本和偏差提醒都会删除。', 'All versions and alarms go with it.'],
  elapsed: [(s: string) => `时间已过 ${s}`, (s: string) => `${s} of the time is over`], number: ['指标', 'Number'], planned: ['计划', 'Plan'], toDate: ['截至今日应完成', 'Planned to date'], actual: ['实际', 'Actual'], gap: ['差距', 'Gap'], forecast: ['按目前速度，期末', 'At this pace, in the end'], risk: ['落后概率', 'Probability behind'], state: ['状态', 'State'], behind: ['落后，需处理', 'Behind'], over: ['超支', 'Over budget'], fine: ['正常', 'Fine'], early: ['尚未开始', 'Not begun'], unknown: ['无计划值', 'no plan'],
  chart: ['完成率：实际 ÷ 截至今日应完成', 'Actual ÷ planned to date'], done: ['完成率', 'Share'], goal: ['应完成', 'Due'],
  sayBehind: [(n: string, names: string) => `${n} 个指标落后：${names}。点人数看是谁，先处理它们。`, (n: string, names: string) => `${n} numbers are behind: ${names}. Work on these first.`], sayFine: ['没有指标明显落后，按目前速度继续。', 'Nothing is clearly behind.'], sayEarly: ['计划还没有开始，先看“规划与试算”。', 'The plan has not begun yet.'],
  alarms: ['偏差提醒', 'Alarms'], day: ['日期', 'Day'], none: ['还没有提醒', 'No alarms'], noneLead: ['每天早上八点检查一次；落后超过 10% 且把握够大时写一条，并通知负责人。', 'Checked every morning at eight; one is written when a number is clearly behind by more than 10 %.'],
  version: ['版本', 'Version'], note: ['说明', 'Note'], target: ['目标', 'Target'], span: ['时间', 'Time'], by: ['由', 'By'], at: ['时间', 'At'],
})

/** A kept plan: its scenario, what has happened since, and its versions. */
export function PlanOpen({ id }: { id: string }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const navigate = useNavigate()
  const client = useQueryClient()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const tab = search.tab ?? 'plan'
  const plan = api.useQuery('get', '/insight/plans/{id}', { params: { path: { id } } })
  const remove = () => sure({
    title: t.sure, content: t.sureText, danger: true, ok: t.del,
    go: async () => { await must<unknown>(call.DELETE('/insight/plans/{id}', { params: { path: { id } } })); await client.invalidateQueries({ queryKey: ['get', '/insight/plans'] }); void navigate({ to: '/reports/planner' as string, search: {} as never }) },
  })
  const s = plan.data?.revision.scenario
  return (
    <PageShell title={plan.data?.name ?? t.plan} back="/reports/planner" lead={s && t.lead(money(s.target, undefined, 0), day(s.from), day(s.to))} actions={may('insight.write') && <Button danger onClick={remove}>{t.del}</Button>}>
      <TabBar label={t.plan} value={tab} onChange={(k) => patch({ tab: k })} items={(['plan', 'progress', 'versions'] as const).map((key) => [key, t[key]] as const)} />
      <Asked query={plan}>{(p) => <div className="y-stack">{tab === 'plan' ? <PlanScenario plan={p} /> : tab === 'progress' ? <Follow id={id} currency={p.revision.answer?.currency ?? ''} /> : <Versions id={id} />}</div>}</Asked>
    </PageShell>
  )
}

function Follow({ id, currency }: { id: string; currency: string }) {
  const t = useText(said)
  const drill = useDrill()
  const asked = api.useQuery('get', '/insight/plans/{id}/progress', { params: { path: { id } } })
  const alarms = api.useQuery('get', '/insight/plans/{id}/alarms', { params: { path: { id }, query: { limit: 50 } } })
  return (
    <Body
      asked={asked} filters={asked.data && <div className="y-rowline"><span>{t.elapsed(pct(asked.data.elapsed, 0))}</span><Progress aria-label={t.elapsed(pct(asked.data.elapsed, 0))} style={{ maxWidth: 420, flex: 1 }} percent={Math.round(asked.data.elapsed * 100)} showInfo={false} /></div>}
      reading={(a) => { const late = a.nodes.filter((n) => n.alarm); return a.elapsed === 0 ? t.sayEarly : late.length > 0 ? t.sayBehind(num(late.length), late.map((n) => nodeName(n.name, n.channel)).join('、')) : t.sayFine }}
      grid={(a) => ({ name: 'progress', columns: [t.number, t.planned, t.toDate, t.actual, t.gap, 'p10', 'p50', 'p90', t.risk], rows: a.nodes.map((n) => [nodeName(n.name, n.channel), n.planned, n.planned_to_date, n.actual, n.gap, n.forecast_p10, n.forecast_p50, n.forecast_p90, n.behind_probability]) })}
    >
      {(a) => {
        const due = a.nodes.filter((n) => (n.planned_to_date ?? 0) >= 1)
        const open = (n: (typeof a.nodes)[number]) => (n.people > 0 ? () => drill(reportPeople('plan', { plan: id }, { node: n.name, channel: n.channel }, nodeName(n.name, n.channel), n.people)) : undefined)
        return (
          <>
            {due.length > 0 && <Card><Plot flat kind="bar" title={t.chart} first={t.number} x={due.map((n) => nodeName(n.name, n.channel))} series={[{ name: t.done, values: due.map((n) => Math.min(2, n.actual / (n.planned_to_date ?? 1))) }]} format={(n) => (n != null && n >= 2 ? '≥ 200%' : pct(n, 0))} onPick={(_, i) => { const n = due[i]; if (n) open(n)?.() }} /></Card>}
            <Card flush>
              <PlainTable
                label={t.progress} rows={a.nodes} rowKey={(n) => n.name + (n.channel ?? '')}
                columns={[
                  { key: 'n', title: t.number, width: 180, render: (_, n) => <Tooltip title={formula(n.name)}>{nodeName(n.name, n.channel)}</Tooltip> }, { key: 'p', title: t.planned, width: 120, num: true, render: (_, n) => showNode(n.unit, n.planned, currency) }, { key: 'd', title: t.toDate, width: 140, num: true, render: (_, n) => showNode(n.unit, n.planned_to_date, currency) },
                  { key: 'a', title: t.actual, width: 120, num: true, render: (_, n) => <Number onOpen={open(n)}>{showNode(n.unit, n.actual, currency)}</Number> }, { key: 'g', title: t.gap, width: 110, num: true, render: (_, n) => (n.gap == null ? '–' : <span className={n.gap < 0 === (n.name !== 'budget') ? 'y-tone-bad' : 'y-tone-good'}>{showNode(n.unit, n.gap, currency)}</span>) },
                  { key: 'f', title: t.forecast, width: 190, num: true, render: (_, n) => <>{showNode(n.unit, n.forecast_p50, currency)}{n.forecast_p10 != null && <><br /><small className="y-faint">{showNode(n.unit, n.forecast_p10, currency)} – {showNode(n.unit, n.forecast_p90, currency)}</small></>}</> }, { key: 'r', title: t.risk, width: 130, num: true, render: (_, n) => pct(n.behind_probability, 0) },
                  { key: 's', title: t.state, width: 140, render: (_, n) => (n.planned == null ? <State tone="quiet">{t.unknown}</State> : a.elapsed === 0 ? <State tone="quiet">{t.early}</State> : n.alarm ? <State tone="bad">{n.name === 'budget' ? t.over : t.behind}</State> : <State tone="good">{t.fine}</State>) },
                ]}
              />
            </Card>
            <Card flush title={t.alarms}>
              <Asked query={alarms} rows={2}>
                {(l) => (
                  <PlainTable
                    label={t.alarms} rows={l.items} rowKey={(x) => x.day + x.node + (x.channel ?? '')} empty={<Empty title={t.none}>{t.noneLead}</Empty>}
                    columns={[{ key: 'd', title: t.day, width: 120, render: (_, x) => day(x.day) }, { key: 'n', title: t.number, width: 180, render: (_, x) => nodeName(x.node, x.channel) }, { key: 'p', title: t.toDate, width: 150, num: true, render: (_, x) => showNode(x.node === 'revenue' || x.node === 'budget' ? 'money' : '', x.planned_to_date, currency) }, { key: 'a', title: t.actual, width: 130, num: true, render: (_, x) => showNode(x.node === 'revenue' || x.node === 'budget' ? 'money' : '', x.actual, currency) }, { key: 'k', title: t.state, width: 160, render: (_, x) => <State tone="bad">{x.kind === 'over' ? t.over : t.behind}</State> }, { key: 'r', title: t.risk, width: 120, num: true, render: (_, x) => pct(x.probability, 0) }]}
                  />
                )}
              </Asked>
            </Card>
          </>
        )
      }}
    </Body>
  )
}

function Versions({ id }: { id: string }) {
  const t = useText(said)
  const list = api.useQuery('get', '/insight/plans/{id}/versions', { params: { path: { id } } })
  return (
    <Card flush>
      <Asked query={list}>
        {(l) => (
          <PlainTable
            label={t.versions} rows={l.items} rowKey="version"
            columns={[{ key: 'v', title: t.version, width: 90, num: true, render: (_, v) => v.version }, { key: 'n', title: t.note, width: 320, render: (_, v) => v.note || '–' }, { key: 't', title: t.target, width: 140, num: true, render: (_, v) => money(v.scenario.target, undefined, 0) }, { key: 's', title: t.span, width: 220, render: (_, v) => `${day(v.scenario.from)} – ${day(v.scenario.to)}` }, { key: 'a', title: t.at, width: 140, render: (_, v) => <Tooltip title={when(v.created_at)}>{ago(v.created_at)}</Tooltip> }]}
          />
        )}
      </Asked>
    </Card>
  )
}
