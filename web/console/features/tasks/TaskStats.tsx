import { api, type Schema } from '@shared/api/client'
import { isoDay, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Progress, Segmented } from 'antd'
import { Chart } from '../../charts/Chart'
import { DaySpan } from '../../ui/DaySpan'
import { FilterBar } from '../../ui/FilterBar'
import { Card, Number } from '../../ui/PageShell'
import { useCorps } from '../../ui/pickers'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'

type Stat = Schema<'TaskStat'>

const said = texts({
  by: ['分组', 'By'], staff: ['员工', 'Member'], playbook: ['SOP', 'Playbook'], step: ['步骤', 'Step'], department: ['部门', 'Department'], day: ['日期', 'Day'], rank: ['排名', 'Rank'], told: ['已通知', 'Told'], done: ['完成', 'Done'], onTime: ['按时率', 'On time'], overdue: ['超时', 'Overdue'], median: ['用时中位数', 'Median time'], results: ['结果', 'Results'],
  minutes: [(n: string) => `${n} 分钟`, (n: string) => `${n} min`], hours: [(n: string) => `${n} 小时`, (n: string) => `${n} h`], chart: ['完成与超时', 'Done and overdue'], tasks: ['任务数', 'tasks'], empty: ['这段时间没有任务', 'No tasks in this time'], table: ['完成情况', 'Results'], created: ['创建', 'Made'],
})

const route = getRouteApi('/shell/tasks')

/** What came of tasks: a table by member, playbook, step, department or day. */
export function TaskStats() {
  const t = useText(said)
  const search = route.useSearch()
  const go = route.useNavigate()
  const by = search.by ?? 'staff'
  const from = search.from ?? isoDay(Date.now() - 29 * 86_400_000)
  const to = search.to ?? isoDay(Date.now())
  const { first } = useCorps()
  const members = api.useQuery('get', '/staff', { params: { query: { corp: first ?? '', limit: 1000 } } }, { enabled: by === 'staff' && Boolean(first) })
  const names = new Map(members.data?.items?.map((m) => [m.staff, m.name]))
  const stats = api.useQuery('get', '/tasks/stats', { params: { query: { by, from, to } } })
  const set = (more: Partial<typeof search>) => void go({ search: (s) => ({ ...s, ...more }), replace: true })
  const time = (s?: number) => (s === undefined ? '–' : s < 5400 ? t.minutes(num(s / 60)) : t.hours(num(s / 3600, 1)))
  const list = (x: Stat) => void go({ search: { tab: 'list', staff: by === 'staff' ? x.key : undefined, playbook: by === 'playbook' ? x.key : undefined } })
  return (
    <div className="y-stack">
      <FilterBar>
        <Segmented aria-label={t.by} value={by} onChange={(v) => set({ by: v as 'staff' })} options={(['staff', 'playbook', 'step', 'department', 'day'] as const).map((value) => ({ value, label: t[value] }))} />
        <DaySpan value={{ from, to }} onChange={(s) => set(s)} />
      </FilterBar>
      <Asked query={stats}>
        {(d) => {
          const rows = [...(d.items ?? [])].sort((a, b) => (by === 'day' ? a.key.localeCompare(b.key) : b.done - a.done))
          const label = (x: Stat) => (by === 'staff' ? names.get(x.key) : x.name) || x.key || '–'
          if (rows.length === 0) return <Card><Empty title={t.empty} /></Card>
          return (
            <>
              {rows.some((x) => x.done || x.overdue) && <Card>
                <Chart
                  title={t.chart} unit={t.tasks} height={Math.min(420, 90 + rows.length * (by === 'day' ? 0 : 26) + (by === 'day' ? 180 : 0))} sheet={{ columns: [t[by], t.done, t.overdue], rows: rows.map((x) => [label(x), num(x.done), num(x.overdue)]) }}
                  option={(c) => {
                    const names = rows.slice(0, 30).map(label)
                    const category = { ...(c.base.xAxis as object), data: by === 'day' ? names : [...names].reverse() }
                    const values = (pick: (x: Stat) => number) => { const all = rows.slice(0, 30).map(pick); return by === 'day' ? all : all.reverse() }
                    return {
                      ...c.base, ...(by === 'day' ? { xAxis: category } : { xAxis: c.base.yAxis, yAxis: category }),
                      series: [{ name: t.done, type: 'bar', stack: 'a', data: values((x) => x.done) }, { name: t.overdue, type: 'bar', data: values((x) => x.overdue), itemStyle: { color: c.series[2] } }],
                    }
                  }}
                />
              </Card>}
              <Card title={t.table} flush>
                <PlainTable<Stat>
                  label={t.table} rows={rows} rowKey={(x) => x.key + (x.corp ?? '')}
                  columns={[
                    { key: 'key', title: t[by], width: 220, render: (_, x) => label(x) }, { key: 'told', title: t.told, width: 90, num: true, render: (_, x) => num(x.told) },
                    { key: 'done', title: t.done, width: 90, num: true, render: (_, x) => <Number onOpen={by === 'staff' || by === 'playbook' ? () => list(x) : undefined}>{num(x.done)}</Number> },
                    { key: 'ontime', title: t.onTime, width: 160, render: (_, x) => (x.on_time_rate === undefined || x.done + x.overdue === 0 ? '–' : <Progress percent={Math.round(x.on_time_rate * 100)} size="small" format={() => pct(x.on_time_rate, 0)} aria-label={t.onTime} />) },
                    { key: 'overdue', title: t.overdue, width: 90, num: true, render: (_, x) => <span className={x.overdue ? 'y-tone-bad' : undefined}>{num(x.overdue)}</span> },
                    { key: 'median', title: t.median, width: 120, num: true, render: (_, x) => x.done ? time(x.median_seconds) : '–' },
                    { key: 'results', title: t.results, width: 260, render: (_, x) => Object.entries((x.results ?? {}) as Record<string, number>).map(([r, n]) => `${r} ${num(n)}`).join(' · ') },
                  ]}
                />
              </Card>
            </>
          )
        }}
      </Asked>
    </div>
  )
}
