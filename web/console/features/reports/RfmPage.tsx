import { api } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Input, InputNumber, Segmented, Select } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Hint, Number, PageShell } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { AtPicker, richEnd } from './AtPicker'
import { Body, Common } from './Body'
import { reportPeople } from './people'
import { Plot } from './Plot'
import { sayRfm } from './readings'
import { RfmMoves } from './RfmMoves'
import { byType, typeOf } from './rfmTypes'
import { usePatch } from './search'
import { useSpan } from './useSpan'

const route = getRouteApi('/shell/reports/rfm')

const said = texts({
  title: ['RFM 分层', 'RFM'],
  lead: ['最近一次购买、购买次数、金额各打分，把买过的客户分成八类。高价值的多花心思，曾经高价值的优先唤醒。', 'Recency, frequency and money are scored and part buyers into eight types. Care for the best; win back those who used to be.'],
  hint: ['每项从 1 分（最差）到最高分。按分位：每档人数相近；按门槛：你定边界。每项高于中间分为“高”。', 'Each from 1 (worst). By quantile: like numbers in each score; by threshold: your own edges. Above the middle score is high.'],
  at: ['截至', 'Until'], buckets: ['分几档', 'Scores'], quantile: ['按分位打分', 'By quantile'], threshold: ['按门槛打分', 'By threshold'], method: ['打分方式', 'Scoring'],
  often: ['次数怎么算', 'Frequency counts'], periods: ['复购天数', 'Repeat days'], events: ['订单数', 'Orders'], value: ['金额怎么算', 'Money is'], mean: ['复购均值', 'Mean of repeats'], sum: ['累计金额', 'Sum of all'],
  r: ['距今天数门槛', 'Days since: edges'], f: ['次数门槛', 'Frequency edges'], m: ['金额门槛', 'Money edges'],
  hhh: ['重要价值客户', 'Champions'], hlh: ['重要发展客户', 'Promising big spenders'], lhh: ['重要保持客户', 'Loyal, drifting away'], llh: ['重要挽留客户', 'Big once, lapsed'], hhl: ['一般价值客户', 'Frequent, small'], hll: ['一般发展客户', 'Recent, small'], lhl: ['一般保持客户', 'Frequent before, small'], lll: ['一般挽留客户', 'Lapsed, small'],
  doHhh: ['专属服务，邀请推荐', 'Care for them, ask for referrals'], doHlh: ['促第二、第三单', 'Bring the next order'], doLhh: ['优先唤醒，一对一联系', 'Win back first, in person'], doLlh: ['大额召回优惠', 'Call back with an offer'], doHhl: ['搭配、加价购提客单', 'Raise the basket'], doHll: ['新客培育 SOP', 'Nurture as new'], doLhl: ['定期提醒', 'Remind regularly'], doLll: ['低成本触达即可', 'Low-cost touches only'],
  people: [(n: string) => `${n} 人`, (n: string) => `${n}`], means: [(days: string, often: string, value: string) => `平均 ${days} 天前 · 复购 ${often} · ${value}`, (days: string, often: string, value: string) => `${days} d ago · ${often} repeats · ${value}`],
  types: ['八类客户', 'Eight types'], tiers: ['价值等级', 'Value levels'], l4: ['高价值', 'Highest'], l3: ['中高价值', 'High'], l2: ['中低价值', 'Low'], l1: ['低价值', 'Lowest'],
  segments: ['全部分层（R F M）', 'All segments (R F M)'], segment: ['分层', 'Segment'], type: ['类型', 'Type'], customers: ['客户', 'Customers'], share: ['占比', 'Share'], days: ['平均距今天数', 'Days since'], repeats: ['平均次数', 'Frequency'], money: ['平均金额', 'Money'],
  level: [(l: string) => `价值等级：${l}`, (l: string) => `Value level: ${l}`], edges: [(r: string, f: string, m: string) => `当前门槛：距今 ${r} 天；次数 ${f}；金额 ${m}`, (r: string, f: string, m: string) => `Edges: ${r} days; frequency ${f}; money ${m}`],
  none: ['还没有买过的客户', 'Nobody has bought yet'], noneLead: ['有了订单事件（付款成功）之后这里自动分层。', 'Segments appear once there are orders.'],
})

/** How recently, how often and for how much customers bought. */
export function RfmPage() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const spanned = useSpan({}, 'Order Completed', 'rich')
  const at = search.at ?? richEnd(spanned.eras)
  const buckets = search.buckets ?? 5
  const method = search.method ?? 'quantile'
  const list = (s: string | undefined) => s?.split(/[,，\s]+/).map(globalThis.Number).filter(globalThis.Number.isFinite)
  const query = {
    at, audience: search.audience, limit: 1,
    scoring: { buckets, method, frequency: search.frequency, monetary: search.monetary, thresholds: method === 'threshold' ? { recency: list(search.r) ?? [30, 60, 90, 180], frequency: list(search.f) ?? [0, 1, 2, 4], monetary: list(search.m) ?? [50, 150, 300, 600] } : undefined },
  }
  const asked = api.useQuery('post', '/insight/rfm', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const advice = { hhh: t.doHhh, hlh: t.doHlh, lhh: t.doLhh, llh: t.doLlh, hhl: t.doHhl, hll: t.doHll, lhl: t.doLhl, lll: t.doLll }
  const tone = { hhh: 'var(--y-good)', hlh: 'var(--y-primary)', lhh: 'var(--y-warn)', llh: 'var(--y-bad)', hhl: 'var(--y-accent)', hll: 'var(--y-accent)', lhl: 'var(--y-faint)', lll: 'var(--y-line)' }
  const levels: Record<string, string> = { 1: t.l1, 2: t.l2, 3: t.l3, 4: t.l4 }
  const openSegment = (name: string, count: number) => drill(reportPeople('rfm', query, { segment: name }, `${name} · ${t[typeOf(name, buckets)]}`, count))
  return (
    <PageShell title={t.title} lead={t.lead} extra={<Hint>{t.hint}</Hint>}>
      <Body
        asked={asked} until={at} reading={(a) => sayRfm(a.count, byType(a.segments, buckets).map((x) => ({ type: x.type, name: t[x.type], count: x.count })))}
        grid={(a) => ({ name: 'rfm', columns: [t.segment, t.type, t.customers, t.share, t.days, t.repeats, t.money], rows: a.segments.map((s) => [s.name, t[typeOf(s.name, buckets)], s.count, s.count / a.count, s.days_since, s.often, s.money]) })}
        filters={(
          <>
            <Common spanned={spanned} choice={{}} audience={search.audience} onChange={patch} noSpan>
              <AtPicker label={t.at} value={at} eras={spanned.eras} onChange={(v) => patch({ at: v })} />
            </Common>
            <div className="y-rowline">
              <Segmented aria-label={t.method} value={method} onChange={(v) => patch({ method: v as typeof method })} options={[{ value: 'quantile', label: t.quantile }, { value: 'threshold', label: t.threshold }]} />
              <span className="y-reports-field">{t.buckets}<InputNumber aria-label={t.buckets} style={{ width: 70 }} min={2} max={10} value={buckets} onChange={(n) => patch({ buckets: n ?? undefined })} /></span>
              <span className="y-reports-field">{t.often}<Select aria-label={t.often} value={search.frequency ?? 'periods'} popupMatchSelectWidth={false} onChange={(v) => patch({ frequency: v })} options={[{ value: 'periods', label: t.periods }, { value: 'events', label: t.events }]} /></span>
              <span className="y-reports-field">{t.value}<Select aria-label={t.value} value={search.monetary ?? 'mean'} popupMatchSelectWidth={false} onChange={(v) => patch({ monetary: v })} options={[{ value: 'mean', label: t.mean }, { value: 'sum', label: t.sum }]} /></span>
            </div>
            {method === 'threshold' && (
              <div className="y-rowline">
                {([['r', '30, 60, 90, 180'], ['f', '0, 1, 2, 4'], ['m', '50, 150, 300, 600']] as const).map(([key, usual]) => (
                  <span className="y-reports-field" key={key}>{t[key]}<Input aria-label={t[key]} style={{ width: 150 }} placeholder={usual} defaultValue={search[key]} onBlur={(e) => patch({ [key]: e.target.value.trim() || undefined })} onPressEnter={(e) => patch({ [key]: e.currentTarget.value.trim() || undefined })} /></span>
                ))}
              </div>
            )}
          </>
        )}
      >
        {(a) => {
          if (a.count === 0) return <Card><Empty title={t.none}>{t.noneLead}</Empty></Card>
          const types = byType(a.segments, buckets)
          return (
            <>
              <div className="y-reports-segments">
                {types.map((x) => (
                  <button type="button" key={x.type} className="y-reports-segment" style={{ '--y-tone': tone[x.type] } as React.CSSProperties} disabled={x.count === 0} onClick={() => drill(reportPeople('rfm', query, { segments: x.segments }, t[x.type], x.count))}>
                    <span>{t[x.type]}</span>
                    <span><b>{num(x.count)}</b> <span className="y-faint">{pct(x.count / a.count)}</span></span>
                    <small>{t.means(num(x.days), num(x.often, 1), money(x.money, undefined, 0))}</small>
                    <small>→ {advice[x.type]}</small>
                  </button>
                ))}
              </div>
              <p className="y-faint" style={{ margin: 0, fontSize: 12.5 }}>{t.edges((a.edges.recency ?? []).map((n) => num(n)).join(' / '), (a.edges.frequency ?? []).map((n) => num(n, 1)).join(' / '), (a.edges.monetary ?? []).map((n) => num(n)).join(' / '))}</p>
              <Card><Plot flat kind="bar" title={t.tiers} unit={t.customers} first={t.tiers} x={[...a.levels].reverse().map((l) => levels[l.name] ?? l.name)} series={[{ name: t.customers, values: [...a.levels].reverse().map((l) => l.count) }]} onPick={(_, i) => { const l = [...a.levels].reverse()[i]; if (l?.count) drill(reportPeople('rfm', query, { level: globalThis.Number(l.name) }, t.level(levels[l.name] ?? l.name), l.count)) }} /></Card>
              <RfmMoves query={query} at={at} levels={levels} />
              <Card flush title={t.segments}>
                <PlainTable
                  label={t.segments} rows={a.segments} rowKey="name" height={420}
                  columns={[
                    { key: 'name', title: t.segment, width: 110, render: (_, s) => <span className="y-mono">{s.name}</span> }, { key: 'type', title: t.type, width: 180, render: (_, s) => t[typeOf(s.name, buckets)] },
                    { key: 'count', title: t.customers, width: 100, num: true, render: (_, s) => <Number onOpen={() => openSegment(s.name, s.count)}>{num(s.count)}</Number> }, { key: 'share', title: t.share, width: 90, num: true, render: (_, s) => pct(s.count / a.count) },
                    { key: 'days', title: t.days, width: 130, num: true, render: (_, s) => num(s.days_since) }, { key: 'often', title: t.repeats, width: 110, num: true, render: (_, s) => num(s.often, 1) }, { key: 'money', title: t.money, width: 130, num: true, render: (_, s) => money(s.money) },
                  ]}
                />
              </Card>
            </>
          )
        }}
      </Body>
    </PageShell>
  )
}

