import { api, byCursor } from '@shared/api/client'
import { ago, brandCurrency, day, money, pct, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Tooltip } from 'antd'
import { Card, State } from '../../ui/PageShell'
import { PlainTable, QueryTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { nodeName, showNode } from './planWords'

const said = texts({
  label: ['规划', 'Plans'], name: ['名称', 'Name'], target: ['收入目标', 'Target'], span: ['时间', 'Time'], version: ['版本', 'Version'], changed: ['最近修改', 'Changed'],
  none: ['还没有规划', 'No plans yet'], lead: ['从一个收入目标开始：系统用你自己的历史转化率倒推购买客户、新增好友和预算，并每天提醒落后的指标。', 'Begin with a revenue target: your own rates tell buyers, adds and budget, and alarms tell every day what is behind.'], fresh: ['新建规划', 'New plan'],
  alarms: ['最近的偏差提醒', 'Recent alarms'], day: ['日期', 'Day'], what: ['指标', 'Number'], planned: ['应完成', 'Planned to date'], actual: ['实际', 'Actual'], kind: ['提醒', 'Alarm'], behind: [(s: string) => `落后（概率 ${s}）`, (s: string) => `behind (probability ${s})`], over: ['超支', 'over budget'],
})

/** Kept plans and what was behind lately. */
export function PlanList() {
  const t = useText(said)
  const navigate = useNavigate()
  const list = api.useInfiniteQuery('get', '/insight/plans', {}, byCursor)
  const alarms = api.useQuery('get', '/insight/plans/alarms', { params: { query: { limit: 20 } } })
  const open = (id: string, tab?: string) => void navigate({ to: '/reports/planner' as string, search: { plan: id, tab } as never })
  return (
    <>
      <QueryTable
        id="plans" label={t.label} query={list} rowKey="id" height={360} onOpen={(p) => open(p.id)}
        empty={<Empty title={t.none} action={<Link to={'/reports/planner' as string} search={{ fresh: true } as never}><Button type="primary">{t.fresh}</Button></Link>}>{t.lead}</Empty>}
        columns={[
          { key: 'name', title: t.name, width: 260, always: true, render: (_, p) => <Link to={'/reports/planner' as string} search={{ plan: p.id } as never}>{p.name}</Link> }, { key: 'target', title: t.target, width: 150, num: true, render: (_, p) => money(p.revision.scenario.target, undefined, 0) },
          { key: 'span', title: t.span, width: 220, render: (_, p) => `${day(p.revision.scenario.from)} – ${day(p.revision.scenario.to)}` }, { key: 'version', title: t.version, width: 90, num: true, render: (_, p) => p.version }, { key: 'at', title: t.changed, width: 140, render: (_, p) => <Tooltip title={when(p.revision.created_at)}>{ago(p.revision.created_at)}</Tooltip> },
        ]}
      />
      {alarms.data && alarms.data.items.length > 0 && (
        <Card flush title={t.alarms}>
          <PlainTable
            label={t.alarms} rows={alarms.data.items} rowKey={(a) => `${a.plan}${a.day}${a.node}${a.channel ?? ''}`} onOpen={(a) => open(a.plan, 'progress')}
            columns={[
              { key: 'day', title: t.day, width: 120, render: (_, a) => day(a.day) }, { key: 'plan', title: t.name, width: 200, render: (_, a) => a.name }, { key: 'what', title: t.what, width: 170, render: (_, a) => nodeName(a.node, a.channel) },
              { key: 'planned', title: t.planned, width: 140, num: true, render: (_, a) => showNode(a.node === 'revenue' || a.node === 'budget' ? 'money' : '', a.planned_to_date, brandCurrency()) }, { key: 'actual', title: t.actual, width: 140, num: true, render: (_, a) => showNode(a.node === 'revenue' || a.node === 'budget' ? 'money' : '', a.actual, brandCurrency()) },
              { key: 'kind', title: t.kind, width: 200, render: (_, a) => <State tone="bad">{a.kind === 'over' ? t.over : t.behind(pct(a.probability, 0))}</State> },
            ]}
          />
        </Card>
      )}
    </>
  )
}
