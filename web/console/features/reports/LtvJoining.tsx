import { api } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Alert, InputNumber } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Columns, Facts, Number, State, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Body, Common } from './Body'
import { reportPeople } from './people'
import { Plot } from './Plot'
import { sayJoining } from './readings'
import { usePatch } from './search'
import { useSpan } from './useSpan'
import { both } from './words'

const route = getRouteApi('/shell/reports/ltv')

const said = texts({
  pre: ['加入前', 'Before'], post: ['加入后', 'After'], days: ['天', 'days'],
  joiners: ['加入的客户', 'Joined'], matched: ['匹配上的', 'Matched'], compared: ['对照（未加入）', 'Others, not joined'], effect: ['加入带来的变化', 'Effect of joining'], per: ['每人每 30 天净收入', 'net revenue per customer per 30 days'], interval: [(a: string, b: string) => `95% 区间 ${a} 到 ${b}`, (a: string, b: string) => `95 % interval ${a} to ${b}`], relative: [(s: string) => `相对不加入 ${s}`, (s: string) => `${s} of what it would have been`],
  certain: ['可信', 'Certain'], unsure: ['不能断定', 'Not certain'], parallel: ['加入前走势一致', 'Alike before joining'], apart: ['加入前走势不同，结论不可采信', 'Not alike before: do not rely on it'],
  chart: ['前后对比', 'Before and after'], joined: ['加入者（匹配）', 'Joined, matched'], others: ['对照', 'Others'], before: ['加入前', 'Before'], after: ['加入后', 'After'], when: ['时间', 'When'],
  left: ['没有匹配的加入者', 'Joined and not matched'], new: ['新客户：加入前不为品牌所知', 'New: not known before joining'], recent: ['刚加入：还没观察满', 'Recent: not seen for long enough'], alone: ['没有相似的未加入者', 'Nobody like them'],
  naive: ['不匹配会得出的错误结论', 'What comparisons without matching would say'], after_difference: ['加入者减其他人，加入后', 'Joined less others, after'], own_change: ['加入者自己的前后变化', 'Own change of those who joined'], unmatched_difference: ['不匹配的双重差分', 'Difference in differences, unmatched'], trend: ['加入前趋势检验', 'Pre-trend'],
  balance: ['匹配得像不像', 'How alike they were'], name: ['指标', 'Measure'], orders: ['订单数', 'Orders'], revenue: ['净收入', 'Net revenue'], all: ['全部未加入者', 'All others'], smdBefore: ['匹配前标准化差', 'Standardised before'], smdAfter: ['匹配后标准化差', 'Standardised after'], small: ['小于 0.1 算很像。', 'Below 0.1 is small.'],
  assumptions: ['结论的前提', 'What this takes for granted'],
})

/** What joining changed, against others alike. */
export function Joining() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const spanned = useSpan(search.span || search.from ? search : { span: 'y1' }, 'Contact Added')
  const query = { from: spanned.span.from, to: spanned.span.to, audience: search.audience, pre_days: search.pre ?? 90, post_days: search.post ?? 90 }
  const asked = api.useQuery('post', '/insight/beforeafter', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const open = (group: string, title: string, count: number) => (count > 0 ? () => drill(reportPeople('beforeafter', query, { group }, title, count)) : undefined)
  return (
    <Body
      asked={asked} spanned={spanned} reading={sayJoining}
      grid={(a) => ({ name: 'before-after', columns: ['group', t.before, t.after], rows: [[t.joined, a.joined?.before, a.joined?.after], [t.others, a.others?.before, a.others?.after]] })}
      filters={(
        <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch}>
          <span className="y-reports-field">{t.pre}<InputNumber aria-label={t.pre} style={{ width: 100 }} min={7} max={730} suffix={t.days} value={query.pre_days} onChange={(n) => patch({ pre: n ?? undefined })} /></span>
          <span className="y-reports-field">{t.post}<InputNumber aria-label={t.post} style={{ width: 100 }} min={7} max={730} suffix={t.days} value={query.post_days} onChange={(n) => patch({ post: n ?? undefined })} /></span>
        </Common>
      )}
    >
      {(a) => {
        const m = (n: number | null | undefined) => money(n, a.currency)
        return (
          <>
            {a.reason && <Alert type="info" showIcon title={both(a.reason)} />}
            <div className="y-stats">
              <Stat label={t.joiners} value={num(a.joiners)} onOpen={open('joiners', t.joiners, a.joiners)} />
              <Stat label={t.matched} value={num(a.matched)} onOpen={open('matched', t.matched, a.matched)} />
              <Stat label={t.compared} value={num(a.compared)} onOpen={open('compared', t.compared, a.compared)} />
              {a.effect && <Stat label={t.effect} hint={t.per} value={m(a.effect.value)} note={<>{t.interval(m(a.effect.low), m(a.effect.high))}{a.relative != null && <> · {t.relative(pct(a.relative))}</>}</>} />}
            </div>
            {a.effect && <div className="y-rowline"><State tone={a.effect.certain ? 'good' : 'quiet'}>{a.effect.certain ? t.certain : t.unsure}</State>{a.pre_trend && <State tone={a.pre_trend.parallel ? 'good' : 'bad'}>{a.pre_trend.parallel ? t.parallel : t.apart}</State>}</div>}
            <Columns min={420}>
              {a.joined && a.others && <Card><Plot title={t.chart} unit={t.per} first={t.when} x={[t.before, t.after]} series={[{ name: t.joined, values: [a.joined.before, a.joined.after] }, { name: t.others, values: [a.others.before, a.others.after], dashed: true }]} format={m} height={240} onPick={(s) => open(s === 0 ? 'matched' : 'compared', s === 0 ? t.matched : t.compared, s === 0 ? a.matched : a.compared)?.()} /></Card>}
              <Card title={t.left}>
                <Facts items={(['new', 'recent', 'alone'] as const).map((k) => [t[k], <Number key={k} onOpen={open(k, t[k], a.unmatched[k])}>{num(a.unmatched[k])}</Number>])} />
              </Card>
              {a.naive && <Card title={t.naive}><Facts items={[[t.after_difference, m(a.naive.after_difference)], [t.own_change, m(a.naive.own_change)], [t.unmatched_difference, m(a.naive.unmatched_difference)], a.pre_trend ? [t.trend, `${m(a.pre_trend.value)} · ${t.interval(m(a.pre_trend.low), m(a.pre_trend.high))}`] : undefined]} /></Card>}
            </Columns>
            {a.balance && a.balance.length > 0 && (
              <Card flush title={`${t.balance} · ${t.small}`}>
                <PlainTable
                  label={t.balance} rows={a.balance} rowKey="name"
                  columns={[
                    { key: 'n', title: t.name, width: 140, render: (_, b) => (b.name === 'orders' ? t.orders : b.name === 'revenue' ? t.revenue : b.name) }, { key: 'j', title: t.joined, width: 130, num: true, render: (_, b) => num(b.joined, 2) }, { key: 'o', title: t.others, width: 110, num: true, render: (_, b) => num(b.others, 2) }, { key: 'a', title: t.all, width: 130, num: true, render: (_, b) => num(b.all_others, 2) },
                    { key: 'sb', title: t.smdBefore, width: 150, num: true, render: (_, b) => num(b.standardised_before, 3) }, { key: 'sa', title: t.smdAfter, width: 150, num: true, render: (_, b) => num(b.standardised_after, 3) },
                  ]}
                />
              </Card>
            )}
            <Card title={t.assumptions}><ul className="y-reports-notes">{a.assumptions.map((x) => <li key={x.en}>{both(x)}</li>)}</ul></Card>
          </>
        )
      }}
    </Body>
  )
}
