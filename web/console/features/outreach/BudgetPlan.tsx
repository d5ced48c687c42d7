import { api, call, must, type Schema } from '@shared/api/client'
import { ago, day, isoDay, money, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { Chart } from '../../charts/Chart'
import { Card, Columns, Number, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { useOops } from '../../ui/forms'
import { Bar, Origin, useBooks } from './kit'
import { limitText } from './limits'
import { byDay, bySource, daysOf, drops, totals } from './planModel'
import { channelWords, reasonNotes, reasonOf, reasonWords } from './words'

const said = texts({
  customers: ['涉及客户', 'Customers'], send: ['会发出', 'Will be sent'], dropped: ['发不出', 'Will not'], value: ['预期收入', 'Expected revenue'], shifted: ['顺延', 'Put off'], lost: [(m: string) => `预期少收入 ${m}`, (m: string) => `${m} expected of them`],
  shiftedHint: ['因为免打扰或员工当日已满，比原定时间晚发。', 'Later than due, by quiet hours or because staff are full.'], valueHint: ['每条触达按历史数据估计的收入之和，见“触达价值”。', 'The sum of what each touch is expected to bring; see “Worth of a touch”.'],
  chart: ['每天会发出多少', 'What goes on each day'], unit: ['条触达，按渠道', 'touches by channel'], day: ['日期', 'Day'], why: ['发不出去的，为什么', 'What is dropped, and why'], fine: ['全部都发得出去', 'Everything can be sent'], fineNote: ['没有触达撞上上限或额度。', 'No touch meets a cap or a quota.'],
  raises: ['放宽一档会多出什么', 'What raising a limit would give'], limit: ['如果把', 'If'], to: ['从多少到多少', 'From, to'], more: ['多发', 'More'], gain: ['多收入', 'Revenue'], binds: ['目前没有限制在起作用：放宽任何一项都不会多发。', 'No limit binds: raising any would give nothing.'], change: ['去调整规则', 'Change the rules'],
  sources: ['来自哪里', 'Where from'], from0: ['SOP 或群发', 'Playbook or mass send'], step: ['步骤', 'Step'], channel: ['渠道', 'Channel'], rule: ['名额不够时谁先', 'Who goes first'], none: ['未来 7 天没有要发的', 'Nothing is planned for the next 7 days'], noneNote: ['发布 SOP 或安排群发后，这里会提前算出每天发什么、什么发不出去。', 'Publish a playbook or schedule a mass send, and see beforehand what goes and what does not.'],
  at: [(at: string) => `${at}推演`, (at: string) => `worked out ${at}`], fresh: ['重新推演', 'Work it out anew'], playbooks: ['看 SOP', 'Playbooks'], sends: ['去群发', 'Mass sends'],
})

const order = texts({
  a: ['优先级高的先（1–100，在 SOP 里设置）。', 'The higher priority (1 to 100, set in the playbook).'], b: ['优先级相同，预期收入高的先。', 'Then the higher expected revenue.'], c: ['仍相同，先到期的先。', 'Then the earlier due time.'],
  d: ['占不到名额的不会挪到第二天：那样会来得太晚，还会挤掉别的。', 'What gets no place is not moved to another day: it would come too late, and take a place from others.'],
})

const route = getRouteApi('/shell/budget')

/** The plan of the next days: what goes, what is dropped and why, and what a higher limit would give. */
export function BudgetPlan() {
  const t = useText(said)
  const client = useQueryClient()
  const oops = useOops()
  const [busy, setBusy] = useState(false)
  const plan = api.useQuery('get', '/budget/plan', { params: { query: { days: 7 } } }, { staleTime: 60_000 })
  const fresh = async () => {
    setBusy(true)
    try {
      client.setQueryData(['get', '/budget/plan', { params: { query: { days: 7 } } }], await must(call.GET('/budget/plan', { params: { query: { days: 7, fresh: true } } })))
    } catch (thrown) {
      oops(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Asked query={plan}>
      {(p) => (
        <div className="y-stack">
          <div className="y-rowline"><span className="y-faint">{t.at(ago(p.at))}</span><Button size="small" loading={busy} onClick={() => void fresh()}>{t.fresh}</Button></div>
          {p.lines.length === 0 ? <Card><Empty title={t.none} action={<><Link to="/playbooks"><Button>{t.playbooks}</Button></Link><Link to="/sends"><Button>{t.sends}</Button></Link></>}>{t.noneNote}</Empty></Card> : <Plan plan={p} />}
        </div>
      )}
    </Asked>
  )
}

function Plan({ plan: p }: { plan: Schema<'BudgetPlan'> }) {
  const t = useText(said)
  const o = useText(order)
  const channels = useText(channelWords)
  const go = route.useNavigate()
  const sum = useMemo(() => totals(p.lines), [p.lines])
  const days = useMemo(() => daysOf(isoDay(p.at), p.days + 1).filter((d, i) => i < p.days || p.lines.some((l) => l.day === d)), [p])
  const series = useMemo(() => byDay(p.lines, days), [p.lines, days])
  const open = (search: { day?: string; channel?: string; verdict?: string; playbook?: string; step?: string; shifted?: boolean }) => void go({ search: { tab: 'touches', ...search } })
  const name = (key: string) => (key === 'dropped' ? t.dropped : named(channels, key))
  const cash = (n: number) => money(n, p.currency)
  const option = useMemo(() => (look: { base: object; series: string[]; faint: string }) => ({
    ...look.base, xAxis: { ...(look.base as { xAxis: object }).xAxis, data: days.map((d) => d.slice(5)) },
    series: series.map((s, i) => ({ type: 'bar', stack: 'all', name: name(s.key), data: s.counts, barMaxWidth: 44, itemStyle: s.key === 'dropped' ? { color: look.faint, opacity: 0.45 } : { color: look.series[i % look.series.length] } })),
  }), [series, days, channels])
  return (
    <>
      <div className="y-stats">
        <Stat label={t.customers} value={num(p.customers)} onOpen={() => open({})} />
        <Stat label={t.send} value={num(sum.send)} onOpen={() => open({ verdict: 'send' })} />
        <Stat label={t.dropped} value={num(sum.dropped)} note={sum.lost > 0 && t.lost(cash(sum.lost))} />
        <Stat label={t.value} hint={t.valueHint} value={cash(sum.value)} />
        <Stat label={t.shifted} hint={t.shiftedHint} value={num(sum.shifted)} onOpen={sum.shifted > 0 ? () => open({ shifted: true }) : undefined} />
      </div>
      <Card>
        <Chart
          title={t.chart} unit={t.unit} option={option} height={260} onPick={(at) => { const key = series[at.series]?.key; open({ day: days[at.index], ...(key && key !== 'dropped' && { channel: key, verdict: 'send' }) }) }}
          sheet={{ columns: [t.day, ...series.map((s) => name(s.key))], rows: days.map((d, i) => [day(d), ...series.map((s) => num(s.counts[i]))]) }}
        />
      </Card>
      <Columns min={360}>
        <Dropped plan={p} open={(verdict) => open({ verdict })} />
        <Raises plan={p} />
        <Card title={t.rule} extra={<Link to={'/budget' as string} search={{ tab: 'policy' } as never}>{t.change}</Link>}><ol className="y-outreach-rules"><li>{o.a}</li><li>{o.b}</li><li>{o.c}</li></ol><p className="y-faint">{o.d}</p></Card>
      </Columns>
      <Card title={t.sources}>
        <PlainTable
          label={t.sources} rows={bySource(p.lines)} rowKey="key" height={360}
          columns={[
            { key: 'from', title: t.from0, width: 200, render: (_, x) => <Origin id={x.playbook} name={x.name} /> }, { key: 'step', title: t.step, width: 140, render: (_, x) => x.step }, { key: 'channel', title: t.channel, width: 120, render: (_, x) => named(channels, x.channel) },
            { key: 'send', title: t.send, width: 100, num: true, render: (_, x) => <Number onOpen={x.send > 0 ? () => open({ playbook: x.playbook, step: x.step, verdict: 'send' }) : undefined}>{num(x.send)}</Number> },
            { key: 'dropped', title: t.dropped, width: 100, num: true, render: (_, x) => <Number onOpen={x.dropped > 0 ? () => open({ playbook: x.playbook, step: x.step }) : undefined}>{num(x.dropped)}</Number> },
            { key: 'value', title: t.value, width: 130, num: true, render: (_, x) => cash(x.value) },
          ]}
        />
      </Card>
    </>
  )
}

function Dropped({ plan: p, open }: { plan: Schema<'BudgetPlan'>; open: (verdict: string) => void }) {
  const t = useText(said)
  const reasons = useText(reasonWords)
  const notes = useText(reasonNotes)
  const rows = drops(p.lines)
  return (
    <Card title={t.why}>
      {rows.length === 0 ? <Empty title={t.fine}>{t.fineNote}</Empty> : (
        <ul className="y-outreach-reasons">
          {rows.map((d) => (
            <li key={d.reason}>
              <span>{reasonOf(reasons, d.reason)}</span><Number onOpen={() => open(d.reason)}>{num(d.count)}</Number>
              {d.reason in notes && <small>{named(notes, d.reason)}</small>}
              <Bar of={rows[0]?.count} parts={[{ tone: 'warn', name: reasonOf(reasons, d.reason), count: d.count }]} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function Raises({ plan: p }: { plan: Schema<'BudgetPlan'> }) {
  const t = useText(said)
  const books = useBooks()
  const rows = p.raises.filter((r) => r.touches !== 0 || r.value !== 0)
  return (
    <Card title={t.raises}>
      {rows.length === 0 ? <p className="y-faint">{t.binds}</p> : (
        <PlainTable
          label={t.raises} rows={rows} rowKey="limit" height={300}
          columns={[
            { key: 'limit', title: t.limit, width: 170, render: (_, r) => limitText(r.limit, books.name) }, { key: 'to', title: t.to, width: 90, render: (_, r) => `${r.from} → ${r.to}` },
            { key: 'more', title: t.more, width: 70, num: true, render: (_, r) => `+${num(r.touches)}` }, { key: 'gain', title: t.gain, width: 100, num: true, render: (_, r) => money(r.value, p.currency) },
          ]}
        />
      )}
    </Card>
  )
}
