import { call, must } from '@shared/api/client'
import { isoDay, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { Chart, type Colours } from '../../charts/Chart'
import { DaySpan } from '../../ui/DaySpan'
import { Card } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { byOwner, totals, type GroupStat } from './groupStats'

const said = texts({
  title: ['群数据', 'Figures of groups'],
  byDay: ['每日入群与发言', 'Joins and writers by day'],
  unit: ['人', 'people'],
  joined: ['新入群', 'Joined'],
  talkers: ['发言人数', 'Who wrote'],
  messages: ['消息数', 'Messages'],
  perDay: ['每日消息', 'Messages by day'],
  messageUnit: ['条', 'messages'],
  byOwner: ['按群主', 'By owner'],
  owner: ['群主', 'Owner'],
  groups: ['群数', 'Groups'],
  members: ['群成员', 'Members'],
  active: ['最多活跃群', 'Most active groups'],
  newGroups: ['新建群', 'New groups'],
  day: ['日期', 'Day'],
  none: ['还没有群统计', 'No figures yet'],
  noneText: ['企业微信每天给出前一天的群统计；第一次要等到明天。', 'WeCom gives the figures of a day on the next.'],
})

/** Reads all figures of groups between two days. */
export async function statPages(corp: string, from: string, to: string, owner?: string, signal?: AbortSignal): Promise<GroupStat[]> {
  const out: GroupStat[] = []
  let cursor: string | undefined
  do {
    const page = await must(call.GET('/groups/statistics', { params: { query: { corp, from, to, owner, cursor, limit: 1000 } }, signal }))
    out.push(...(page.items ?? []))
    cursor = page.next
  } while (cursor)
  return out
}

/** What happened in groups, by day and by owner. */
export function GroupFigures({ corp, from, to, set }: { corp: string; from?: string; to?: string; set: (span: { from?: string; to?: string }) => void }) {
  const t = useText(said)
  const name = useStaffName(corp)
  const span = { from: from ?? isoDay(Date.now() - 29 * 86_400_000), to: to ?? isoDay(Date.now()) }
  const stats = useQuery({ queryKey: ['group-stats', corp, span], queryFn: ({ signal }) => statPages(corp, span.from, span.to, undefined, signal) })
  const days = useMemo(() => totals(stats.data ?? []), [stats.data])
  const owners = useMemo(() => byOwner(stats.data ?? []), [stats.data])
  const people = useCallback((look: Colours) => ({
    ...look.base, xAxis: { ...(look.base.xAxis as object), data: days.map((d) => d.day.slice(5)) }, yAxis: { ...(look.base.yAxis as object), minInterval: 1 },
    series: [{ type: 'line', name: t.talkers, data: days.map((d) => d.talkers), showSymbol: false }, { type: 'bar', name: t.joined, data: days.map((d) => d.new_members), barMaxWidth: 18, color: look.series[1] }],
  }), [days, t])
  const messages = useCallback((look: Colours) => ({
    ...look.base, legend: { show: false }, grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true }, xAxis: { ...(look.base.xAxis as object), data: days.map((d) => d.day.slice(5)) }, yAxis: { ...(look.base.yAxis as object), minInterval: 1 },
    series: [{ type: 'line', name: t.messages, data: days.map((d) => d.messages), showSymbol: false, areaStyle: { opacity: 0.12 } }],
  }), [days, t])
  const columns: Column<GroupStat>[] = [
    { key: 'owner', title: t.owner, width: 150, render: (_, x) => name(x.owner) },
    { key: 'groups', title: t.groups, width: 90, num: true, render: (_, x) => num(x.groups) },
    { key: 'active', title: t.active, width: 130, num: true, render: (_, x) => num(x.active_groups) },
    { key: 'members', title: t.members, width: 100, num: true, render: (_, x) => num(x.members) },
    { key: 'new', title: t.joined, width: 100, num: true, render: (_, x) => num(x.new_members) },
    { key: 'talkers', title: t.talkers, width: 100, num: true, render: (_, x) => num(x.talkers) },
    { key: 'messages', title: t.messages, width: 100, num: true, render: (_, x) => num(x.messages) },
    { key: 'newGroups', title: t.newGroups, width: 100, num: true, render: (_, x) => num(x.new_groups) },
  ]
  return (
    <div className="y-stack">
      <div className="y-rowline"><DaySpan value={span} onChange={set} /></div>
      <Asked query={stats}>
        {(all) => (all.length === 0 ? <Card><Empty title={t.none}>{t.noneText}</Empty></Card> : (
          <>
            <Card><Chart title={t.byDay} unit={t.unit} option={people} sheet={{ columns: [t.day, t.talkers, t.joined], rows: days.map((d) => [d.day, num(d.talkers), num(d.new_members)]) }} /></Card>
            <Card><Chart title={t.perDay} unit={t.messageUnit} option={messages} height={200} sheet={{ columns: [t.day, t.messages], rows: days.map((d) => [d.day, num(d.messages)]) }} /></Card>
            <Card title={t.byOwner} flush><PlainTable label={t.byOwner} rows={owners} columns={columns} rowKey="owner" /></Card>
          </>
        ))}
      </Asked>
    </div>
  )
}
