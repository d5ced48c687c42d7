import { api } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi, Link } from '@tanstack/react-router'
import { InputNumber, Select } from 'antd'
import { useMemo } from 'react'
import { useDrill } from '../../ui/Drill'
import { Card, Columns, Hint, Number, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { AtPicker, richEnd } from './AtPicker'
import { Body, Common } from './Body'
import { reportPeople } from './people'
import { Plot } from './Plot'
import { sayLtv } from './readings'
import { usePatch } from './search'
import { addDays } from './span'
import { useSpan } from './useSpan'

const route = getRouteApi('/shell/reports/ltv')

const said = texts({
  at: ['数据截至', 'Data until'], until: ['学到哪天，之后检验', 'Learn until, then judge'], weeks: ['预测', 'Look ahead'], weeksUnit: ['周', 'weeks'], model: ['模型', 'Model'], auto: ['自动选更合适的', 'The likelier'], discount: ['年折现率', 'Discount a year'],
  customers: ['买过的客户', 'Buyers'], expected: [(w: string) => `未来 ${w} 周预计收入`, (w: string) => `Expected in ${w} weeks`], alive: ['预计仍活跃', 'Expected to be alive'], perHead: ['人均', 'Each'], error: ['检验期总误差', 'Error in the hold-out'],
  hintExpected: ['只算已有客户之后的购买，不含新客；金额未扣退款。', 'Purchases of existing customers only, no newcomers; refunds are not taken off.'], hintAlive: ['每位客户仍会再买的概率之和。', 'The sum of the probabilities that each will buy again.'], hintError: ['（预测 ÷ 实际 − 1），只看没有用来学习的那段时间。', 'Expected ÷ actual − 1, over the time that was held out.'],
  deciles: ['价值在谁那里', 'Where the value is'], decile: ['客户十等分', 'Tenth'], tenth: [(n: number) => `第 ${n} 档`, (n: number) => `Tenth ${n}`], value: ['预计收入', 'Expected'], share: ['占比', 'Share'], pAlive: ['平均活跃概率', 'Mean P(alive)'],
  aliveTitle: ['活跃概率分布', 'P(alive) of customers'], aliveBin: ['活跃概率', 'P(alive)'],
  tracking: ['累计复购：实际与预测', 'Cumulative repeat purchases: actual and expected'], week: ['第几周', 'Week'], actual: ['实际', 'Actual'], foretold: ['预测', 'Expected'], holdout: ['检验期', 'hold-out'],
  calibration: ['按过往复购次数检验：检验期内人均购买', 'Hold-out by past frequency: purchases each'], frequency: ['过往复购次数', 'Past repeats'],
  models: ['模型参数', 'Parameters'], name: ['参数', 'Parameter'], estimate: ['估计值', 'Estimate'], se: ['标准误', 'Standard error'], like: [(n: string, aic: string, c: string) => `对数似然 ${n} · AIC ${aic} · 学习客户 ${c}`, (n: string, aic: string, c: string) => `log-likelihood ${n} · AIC ${aic} · ${c} customers`], unknown: ['数据定不出', 'the data do not tell'],
  top: ['预计最有价值的客户', 'The most valuable'], customer: ['客户', 'Customer'], repeats: ['复购', 'Repeats'], last: ['首末间隔（周）', 'First to last (weeks)'], mean: ['复购均额', 'Mean order'], buys: ['预计购买次数', 'Expected orders'],
  few: ['买过两次以上的客户太少，还学不出规律', 'Too few customers have bought again to learn from'], all: ['查看第 1 档全部客户', 'All of the first tenth'],
  between: [(a: string, b: string) => `活跃概率 ${a}–${b}`, (a: string, b: string) => `P(alive) ${a}–${b}`],
  purchasesNote: ['同一天的购买算一次；单笔退款不扣。', 'Purchases of one day count as one; refunds are not taken off.'], independent: ['模型假设：购买频率与金额相互独立；客户在流失之前习惯不变。', 'Assumed: buying and spending are independent, and habits do not change until customers stop.'],
})

/** The forecast of each customer's value, with the model laid open. */
export function Forecast() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const spanned = useSpan({}, 'Order Completed', 'rich')
  const at = search.at ?? richEnd(spanned.eras)
  const until = search.until ?? addDays(at, -180)
  const query = { at, calibration_end: until, horizon: search.weeks ?? 52, model: search.model ?? 'bgnbd+gg', discount: search.discount ? search.discount / 100 : undefined, audience: search.audience, limit: 10_000 }
  const asked = api.useQuery('post', '/insight/ltv', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const top = useMemo(() => [...(asked.data?.customers ?? [])].sort((x, y) => y.expected_value - x.expected_value).slice(0, 20), [asked.data])
  const bins = useMemo(() => Array.from({ length: 10 }, (_, i) => (asked.data?.customers ?? []).filter((c) => c.p_alive >= i / 10 && (i === 9 || c.p_alive < (i + 1) / 10)).length), [asked.data])
  const openDecile = (decile: number, count: number) => drill(reportPeople('ltv', query, { decile }, t.tenth(decile), count))
  return (
    <Body
      asked={asked} until={at} reading={sayLtv}
      grid={(a) => ({ name: 'ltv', columns: [t.customer, t.repeats, t.last, t.mean, t.aliveBin, t.buys, t.value, t.decile], rows: a.customers.map((c) => [c.id, c.frequency, c.recency, c.monetary, c.p_alive, c.expected_purchases, c.expected_value, c.decile]) })}
      filters={(
        <Common spanned={spanned} choice={{}} audience={search.audience} onChange={patch} noSpan>
          <AtPicker label={t.at} value={at} eras={spanned.eras} onChange={(v) => patch({ at: v, until: undefined })} />
          <AtPicker label={t.until} value={until} onChange={(v) => patch({ until: v })} />
          <span className="y-reports-field">{t.weeks}<InputNumber aria-label={t.weeks} style={{ width: 100 }} min={1} max={260} suffix={t.weeksUnit} value={query.horizon} onChange={(n) => patch({ weeks: n ?? undefined })} /></span>
          <Select aria-label={t.model} value={query.model} popupMatchSelectWidth={false} onChange={(v) => patch({ model: v as 'auto' })} options={[{ value: 'bgnbd+gg', label: 'BG/NBD + gamma-gamma' }, { value: 'pareto+gg', label: 'Pareto/NBD + gamma-gamma' }, { value: 'auto', label: t.auto }]} />
          <span className="y-reports-field">{t.discount}<InputNumber aria-label={t.discount} style={{ width: 84 }} min={0} max={100} suffix="%" value={search.discount ?? 0} onChange={(n) => patch({ discount: n || undefined })} /></span>
        </Common>
      )}
    >
      {(a) => {
        if (a.count === 0) return <Card><Empty title={t.few} /></Card>
        const hold = a.tracking?.find((x) => x.holdout)
        return (
          <>
            <div className="y-stats">
              <Stat label={t.customers} value={num(a.count)} onOpen={() => drill(reportPeople('ltv', query, { alive_from: 0 }, t.customers, a.count))} />
              <Stat label={t.expected(num(a.horizon))} hint={t.hintExpected} value={money(a.total_expected_value, undefined, 0)} note={`${t.perHead} ${money(a.total_expected_value / a.count)}`} />
              <Stat label={t.alive} hint={t.hintAlive} value={num(a.expected_alive)} note={pct(a.expected_alive / a.count)} />
              {a.quality && <Stat label={t.error} hint={t.hintError} value={`${a.quality.relative_error > 0 ? '+' : ''}${pct(a.quality.relative_error)}`} note={`${t.actual} ${num(a.quality.actual)} · ${t.foretold} ${num(a.quality.expected)}`} />}
            </div>
            <Columns min={460}>
              <Card><Plot kind="bar" title={t.deciles} unit={t.value} first={t.decile} x={a.deciles.map((d) => t.tenth(d.decile))} series={[{ name: t.value, values: a.deciles.map((d) => d.expected_value) }]} format={(n) => money(n, undefined, 0)} onPick={(_, i) => { const d = a.deciles[i]; if (d) openDecile(d.decile, d.count) }} extra={<Hint>{t.hintExpected}</Hint>} /></Card>
              <Card><Plot kind="bar" title={t.aliveTitle} unit={t.customers} first={t.aliveBin} x={bins.map((_, i) => `${num(i / 10, 1)}–${num((i + 1) / 10, 1)}`)} series={[{ name: t.customers, values: bins }]} onPick={(_, i) => bins[i] && drill(reportPeople('ltv', query, { alive_from: i / 10, alive_to: i === 9 ? 1.01 : (i + 1) / 10 }, t.between(num(i / 10, 1), num((i + 1) / 10, 1)), bins[i]))} /></Card>
            </Columns>
            {a.tracking && a.tracking.length > 2 && (
              <Card><Plot title={t.tracking} unit={t.repeats} first={t.week} x={a.tracking.map((x) => String(x.unit))} series={[{ name: t.actual, values: a.tracking.map((x) => x.cumulative_actual) }, { name: t.foretold, values: a.tracking.map((x) => x.cumulative_expected), dashed: true }]} bands={hold && [{ from: String(hold.unit), to: String(a.tracking.at(-1)?.unit), name: t.holdout }]} /></Card>
            )}
            {a.calibration && <Card><Plot kind="bar" title={t.calibration} first={t.frequency} x={a.calibration.map((b) => b.frequency)} series={[{ name: t.actual, values: a.calibration.map((b) => b.actual) }, { name: t.foretold, values: a.calibration.map((b) => b.expected) }]} format={(n) => num(n, 2)} onPick={(_, i) => { const b = a.calibration?.[i]; if (b) drill(reportPeople('ltv', query, { frequency: b.frequency }, `${t.frequency} ${b.frequency}`, b.count)) }} /></Card>}
            <Columns min={420}>
              <Card title={t.models}>
                {a.models.map((m) => (
                  <div key={m.name} style={{ marginBottom: 14 }}>
                    <b>{m.name}</b> <span className="y-faint">{t.like(num(m.log_likelihood, 1), num(m.aic, 1), num(m.customers))}</span>
                    <PlainTable label={m.name} rows={m.parameters} rowKey="name" columns={[{ key: 'n', title: t.name, width: 110, render: (_, p) => <span className="y-mono">{p.name}</span> }, { key: 'v', title: t.estimate, width: 130, num: true, render: (_, p) => num(p.value, Math.abs(p.value) < 0.01 ? 7 : 4) }, { key: 's', title: t.se, width: 140, num: true, render: (_, p) => (p.standard_error === null ? t.unknown : num(p.standard_error, 4)) }]} />
                  </div>
                ))}
                <ul className="y-reports-notes"><li>{t.purchasesNote}</li><li>{t.independent}</li></ul>
              </Card>
              <Card flush title={t.deciles}>
                <PlainTable
                  label={t.deciles} rows={a.deciles} rowKey="decile"
                  columns={[
                    { key: 'd', title: t.decile, width: 100, render: (_, d) => t.tenth(d.decile) }, { key: 'c', title: t.customers, width: 100, num: true, render: (_, d) => <Number onOpen={() => openDecile(d.decile, d.count)}>{num(d.count)}</Number> },
                    { key: 'v', title: t.value, width: 110, num: true, render: (_, d) => money(d.expected_value, undefined, 0) }, { key: 's', title: t.share, width: 80, num: true, render: (_, d) => pct(d.expected_value / a.total_expected_value) }, { key: 'a', title: t.pAlive, width: 110, num: true, render: (_, d) => pct(d.mean_p_alive) },
                  ]}
                />
              </Card>
            </Columns>
            <Card flush title={t.top}>
              <PlainTable
                label={t.top} rows={top} rowKey="id"
                columns={[
                  { key: 'id', title: t.customer, width: 110, render: (_, c) => <Link to={`/customers/${c.id}` as string}>{c.id}</Link> }, { key: 'f', title: t.repeats, width: 90, num: true, render: (_, c) => num(c.frequency) }, { key: 'r', title: t.last, width: 140, num: true, render: (_, c) => num(c.recency, 1) },
                  { key: 'm', title: t.mean, width: 120, num: true, render: (_, c) => money(c.monetary) }, { key: 'a', title: t.aliveBin, width: 100, num: true, render: (_, c) => pct(c.p_alive) }, { key: 'p', title: t.buys, width: 130, num: true, render: (_, c) => num(c.expected_purchases, 1) }, { key: 'v', title: t.value, width: 130, num: true, render: (_, c) => money(c.expected_value, undefined, 0) },
                ]}
              />
            </Card>
          </>
        )
      }}
    </Body>
  )
}
