import type { Schema } from '@shared/api/client'
import { day, money, num, pct, when } from '@shared/format'
import { lang, named, texts, useText } from '@shared/i18n'
import { Alert } from 'antd'
import { Chart } from '../../charts/Chart'
import { Card, Columns, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { useStaffName } from '../../ui/Who'
import { detailName } from './say'
import { channelWords, kindWords, noteWords, outcomeWords } from './words'

type Result = Schema<'RehearseResult'>

const said = texts({
  span: [(from: string, to: string, n: string) => `${from} 至 ${to}，看了 ${n} 位客户`, (from: string, to: string, n: string) => `${from} to ${to}, ${n} customers`],
  sample: [(p: string) => `，抽样 ${p}%，数字没有放大`, (p: string) => `, a sample of ${p}%; nothing is scaled up`],
  entries: ['会进入', 'Would enter'], unique: [(n: string) => `${n} 位客户`, (n: string) => `${n} customers`],
  touches: ['会触达', 'Touches'], perEntry: [(n: string) => `平均每人 ${n} 条`, (n: string) => `${n} each`],
  blocked: ['不会发出', 'Not sent'],
  goal: ['达成目标', 'Goal reached'], median: [(h: string) => `一半的人在 ${h} 小时内`, (h: string) => `half within ${h} h`],
  peak: ['同时进行最多', 'Most at once'],
  buyers: ['7 天内下单', 'Bought within 7 days'], meaning: ['这些订单本来就会发生，不是 SOP 带来的；要看增量请设对照组。', 'These orders happened anyway. For the lift, publish with a holdout.'],
  byDay: ['每天的进入与触达', 'Entries and touches by day'], unit: ['条', 'touches'],
  entered: ['进入', 'Entries'], tasks: ['任务', 'Tasks'],
  channels: ['按渠道', 'By channel'], channel: ['渠道', 'Channel'], planned: ['计划', 'Planned'], sent: ['发出', 'Sent'], shifted: ['避开免打扰', 'After quiet hours'], unsent: ['没发的原因', 'Why not'], peakDay: ['最多的一天', 'Peak day'],
  steps: ['每一步', 'By step'], step: ['步骤', 'Step'], came: ['来到', 'Came'], outcomes: ['去向', 'Outcomes'], ways: ['走了哪条', 'Ways'],
  each: ['每位客户收到几条', 'Touches to a customer'], customers: ['客户', 'Customers'], count: ['条数', 'Touches'],
  staff: ['员工工作量', 'Work of staff'], member: ['员工', 'Member'], total: ['任务', 'Tasks'], perDay: ['最多一天', 'Peak day'], nobody: ['无人跟进的客户', 'Customers nobody has'],
  quota: ['平台额度', 'The platform’s quota'], corp: ['企业', 'Corp'], period: ['周期', 'Period'], messages: ['消息', 'Messages'], full: ['达到上限的客户', 'At the limit'],
  refused: ['没有进入', 'Refused'], notes: ['读数前要知道', 'Before you read the numbers'],
  took: [(n: string) => `用时 ${n} 秒`, (n: string) => `took ${n} s`],
})

const list = (of: Record<string, number> | undefined, name: (k: string) => string) => Object.entries(of ?? {}).map(([k, n]) => `${name(k)} ${num(n)}`).join(lang() === 'zh-CN' ? '、' : ', ')

/** What a replay found. */
export function ReplayView({ replay, result: r }: { replay: Schema<'RehearseReplay'>; result: Result }) {
  const t = useText(said)
  const notes = useText(noteWords)
  const names = useText(channelWords)
  const kinds = useText(kindWords)
  const outcomes = useText(outcomeWords)
  const staff = useStaffName()
  const sent = r.channels.reduce((n, c) => n + c.sent, 0)
  const why: Record<string, number> = {}
  for (const c of r.channels) for (const [k, n] of Object.entries(c.unsent)) why[k] = (why[k] ?? 0) + n
  const unsent = Object.values(why).reduce((a, b) => a + b, 0)
  const channels = [...new Set(r.days.flatMap((d) => Object.keys(d.touches)))]
  return (
    <div className="y-stack">
      <p className="y-faint">{t.span(day(r.from), day(r.to), num(r.customers))}{r.sample < 100 && t.sample(num(r.sample, 1))} · {t.took(num(r.took_ms / 1000, 1))}</p>
      <div className="y-stats">
        <Stat label={t.entries} value={num(r.entries)} note={t.unique(num(r.unique_customers))} />
        <Stat label={t.touches} value={num(sent)} note={t.perEntry(num(r.unique_customers ? sent / r.unique_customers : null, 1))} />
        <Stat label={t.blocked} value={num(unsent)} note={list(why, detailName)} />
        {r.goal && <Stat label={t.goal} value={pct(r.goal.share)} note={`${num(r.goal.reached)} · ${t.median(num(r.goal.median_hours, 1))}`} />}
        <Stat label={t.peak} value={num(r.peak_runs)} />
        <Stat label={t.buyers} value={num(r.revenue.buyers)} hint={t.meaning} note={money(r.revenue.net, r.revenue.currency, 0)} />
      </div>
      {r.refused && Object.keys(r.refused).length > 0 && <p>{t.refused}: {list(r.refused, detailName)}</p>}
      <Card>
        <Chart
          title={t.byDay} unit={t.unit} height={260}
          sheet={{ columns: ['', t.entered, ...channels.map((c) => named(names, c)), t.tasks], rows: r.days.map((d) => [day(d.day), num(d.entries), ...channels.map((c) => num(d.touches[c] ?? 0)), num(d.tasks)]) }}
          option={(look) => ({
            ...look.base, xAxis: { ...(look.base.xAxis as object), data: r.days.map((d) => day(d.day)) },
            series: [
              ...channels.map((c) => ({ type: 'bar', stack: 'touch', name: named(names, c), data: r.days.map((d) => d.touches[c] ?? 0), barMaxWidth: 18 })),
              { type: 'bar', stack: 'touch', name: t.tasks, data: r.days.map((d) => d.tasks), barMaxWidth: 18 }, { type: 'line', name: t.entered, data: r.days.map((d) => d.entries), showSymbol: r.days.length < 4 },
            ],
          })}
        />
      </Card>
      <Columns min={420}>
        {r.channels.length > 0 && <Card title={t.channels} flush>
          <PlainTable label={t.channels} rows={r.channels} rowKey="channel" columns={[
            { key: 'c', title: t.channel, width: 130, render: (_, c) => named(names, c.channel) }, { key: 'p', title: t.planned, width: 80, num: true, render: (_, c) => num(c.planned) }, { key: 's', title: t.sent, width: 80, num: true, render: (_, c) => num(c.sent) },
            { key: 'q', title: t.shifted, width: 110, num: true, render: (_, c) => num(c.shifted) }, { key: 'u', title: t.unsent, width: 180, render: (_, c) => list(c.unsent, detailName) || '–' }, { key: 'd', title: t.peakDay, width: 150, render: (_, c) => (c.peak_day ? `${day(c.peak_day)} · ${num(c.peak)}` : '–') },
          ]} />
        </Card>}
        {sent > 0 && (
          <Card>
            <Chart
              title={t.each} unit={t.customers} height={220} sheet={{ columns: [t.count, t.customers], rows: r.touches_per_customer.map((b) => [num(b.touches), num(b.customers)]) }}
              option={(look) => ({ ...look.base, xAxis: { ...(look.base.xAxis as object), data: r.touches_per_customer.map((b) => String(b.touches)) }, series: [{ type: 'bar', name: t.customers, data: r.touches_per_customer.map((b) => b.customers), barMaxWidth: 36 }] })}
            />
          </Card>
        )}
      </Columns>
      <Card title={t.steps} flush>
        <PlainTable label={t.steps} rows={r.steps} rowKey="step" columns={[
          { key: 'n', title: t.step, width: 230, ellipsis: true, render: (_, s) => <>{s.name || named(kinds, s.kind)} {s.name && <small className="y-faint">{named(kinds, s.kind)}</small>}</> }, { key: 'e', title: t.came, width: 90, num: true, render: (_, s) => num(s.entered) },
          { key: 'o', title: t.outcomes, width: 260, render: (_, s) => list(s.outcomes, (k) => named(outcomes, k)) }, { key: 'w', title: t.ways, width: 200, render: (_, s) => list(s.ways, detailName) || '–' },
          { key: 's', title: t.sent, width: 80, num: true, render: (_, s) => (s.sent === undefined ? '–' : num(s.sent)) }, { key: 'u', title: t.unsent, width: 180, render: (_, s) => list(s.unsent, detailName) || '–' },
        ]} />
      </Card>
      <Columns min={380}>
        {Boolean(r.staff?.length) && (
          <Card title={t.staff} flush>
            <PlainTable label={t.staff} rows={r.staff} rowKey="member" height={320} columns={[
              { key: 'm', title: t.member, width: 180, render: (_, s) => (s.member ? staff(s.member.split('/').at(-1)) : t.nobody) }, { key: 't', title: t.total, width: 90, num: true, render: (_, s) => num(s.tasks) }, { key: 'd', title: t.perDay, width: 160, render: (_, s) => (s.peak_day ? `${day(s.peak_day)} · ${num(s.peak)}` : '–') },
            ]} />
          </Card>
        )}
        {Boolean(r.quota?.length) && (
          <Card title={t.quota} flush>
            <PlainTable label={t.quota} rows={r.quota} rowKey={(q) => q.corp + q.from} height={320} columns={[
              { key: 'p', title: t.period, width: 170, render: (_, q) => when(q.from) }, { key: 'm', title: t.messages, width: 90, num: true, render: (_, q) => num(q.messages) }, { key: 'c', title: t.customers, width: 90, num: true, render: (_, q) => num(q.customers) }, { key: 'f', title: t.full, width: 130, num: true, render: (_, q) => num(q.full) },
            ]} />
          </Card>
        )}
      </Columns>
      {r.notes.length > 0 && <Alert type="info" showIcon title={t.notes} description={<ul>{r.notes.map((n) => <li key={n.code}>{named(notes, n.code) === n.code ? n.text : named(notes, n.code)}</li>)}</ul>} />}
      <small className="y-faint">{replay.id}</small>
    </div>
  )
}
