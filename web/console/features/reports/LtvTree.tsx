import { api } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { InputNumber, Select } from 'antd'
import { Fragment, useState } from 'react'
import { useDrill } from '../../ui/Drill'
import { Card, Hint, Number, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { reportPeople } from './people'
import { Plot } from './Plot'
import { sayTree } from './readings'
import { usePatch } from './search'
import { useSpan } from './useSpan'
import { both } from './words'

const route = getRouteApi('/shell/reports/ltv')

const said = texts({
  window: ['触达后几天内的订单算转化', 'An order counts within'], days: ['天', 'days'],
  frequency: ['触达频次', 'Frequency'], delivery: ['送达率', 'Delivery'], conversion: ['每次触达转化', 'Conversion'], spend: ['生命周期消费', 'Spend'], referral: ['推荐率', 'Referral'],
  ltv: ['每位客户经触达带来的净收入', 'Net revenue by touches, per customer'], customers: ['客户', 'Customers'], unknown: ['还算不出', 'Not known yet'],
  levers: ['什么最能提高 LTV', 'What moves LTV most'], leversNote: ['其他不变，把一项提高到自己的第 75 百分位月份或最好月份，全部客户合计多得多少。只用完整、人数够的月份。', 'All else equal, what raising one factor to your own better or best month would add over all customers. Only whole months with enough customers count.'],
  leaf: ['因子', 'Factor'], present: ['现在', 'Now'], p75: ['较好月份', 'Better month'], best: ['最好月份', 'Best month'], gain75: ['做到较好月份多得', 'Gain at better'], gainBest: ['做到最好月份多得', 'Gain at best'], elasticity: ['弹性', 'Elasticity'], elasticityNote: ['因子提高 1%，LTV 提高百分之几', 'percent of LTV for one percent of the factor'],
  few: ['完整月份还不足两个，先积累数据。', 'There are not yet two whole months to compare.'],
  trend: ['各因子逐月', 'Factors by month'], month: ['月份', 'Month'], partial: ['（未满）', ' (not whole)'], numerator: ['分子', 'Numerator'], denominator: ['分母', 'Denominator'], behind: [(l: string, side: string) => `${l}：${side}`, (l: string, side: string) => `${l}: ${side}`],
  notes: ['口径与说明', 'How it is counted'],
})

type Leaf = 'frequency' | 'delivery' | 'conversion' | 'spend' | 'referral'

/** Lifetime value as a product of what the brand does. */
export function Tree() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const [leaf, setLeaf] = useState<Leaf>('conversion')
  const spanned = useSpan(search.span || search.from ? search : { span: 'y1' }, 'Message Delivered')
  const query = { from: spanned.span.from, to: spanned.span.to, audience: search.audience, window_days: search.days ?? 7 }
  const asked = api.useQuery('post', '/insight/ltvtree', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const name = (l: string) => t[l as Leaf] ?? l
  const show = (l: string, v: number | null | undefined) => (l === 'spend' ? money(v) : l === 'frequency' ? num(v, 2) : pct(v, 2))
  const side = (l: string, which: 'numerator' | 'denominator', _count: number, month?: string) => drill(reportPeople('ltvtree', query, { leaf: l, side: which, month }, `${t.behind(name(l), t[which])}${month ? ` · ${month}` : ''}`, undefined))
  return (
    <Body
      asked={asked} spanned={spanned} reading={(a) => sayTree(a, name)}
      grid={(a) => ({ name: 'ltv-tree', columns: [t.leaf, t.month, t.present, t.numerator, t.denominator], rows: a.leaves.flatMap((l) => [[name(l.name), '', l.value, l.numerator, l.denominator], ...l.trend.map((m) => [name(l.name), m.month, m.value, m.numerator, m.denominator])]) })}
      filters={(
        <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch}>
          <span className="y-reports-field">{t.window}<InputNumber aria-label={t.window} style={{ width: 96 }} min={1} max={90} suffix={t.days} value={query.window_days} onChange={(n) => patch({ days: n ?? undefined })} /></span>
        </Common>
      )}
    >
      {(a) => {
        const one = a.leaves.find((l) => l.name === leaf)
        return (
          <>
            <div className="y-stats">
              <Stat label={t.ltv} value={a.ltv === null ? t.unknown : money(a.ltv, a.currency)} note={a.ltv === null ? both(a.ltv_reason) : undefined} />
              <Stat label={t.customers} value={num(a.customers)} onOpen={() => side('frequency', 'denominator', a.customers)} />
            </div>
            <Card>
              <div className="y-reports-tree">
                {a.leaves.map((l, i) => (
                  <Fragment key={l.name}>
                    {i > 0 && <i>×</i>}
                    <div>
                      <span className="y-stat-label">{l.name === 'referral' ? `1 + ${name(l.name)}` : name(l.name)} <Hint>{both(l.definition)}</Hint></span>
                      <b>{l.value === null ? t.unknown : l.name === 'referral' ? num(1 + l.value, 3) : show(l.name, l.value)}</b>
                      {l.reason ? <small>{both(l.reason)}</small> : (
                        <small><Number onOpen={l.numerator ? () => side(l.name, 'numerator', l.numerator) : undefined}>{l.name === 'spend' ? money(l.numerator, a.currency, 0) : num(l.numerator)}</Number> ÷ <Number onOpen={l.denominator ? () => side(l.name, 'denominator', l.denominator) : undefined}>{num(l.denominator)}</Number></small>
                      )}
                      {l.elasticity != null && <small>{t.elasticity} {num(l.elasticity, 3)}</small>}
                    </div>
                  </Fragment>
                ))}
              </div>
            </Card>
            <Card title={<>{t.levers} <Hint>{t.leversNote}</Hint></>}>
              {a.levers.length === 0 ? <Empty title={t.few} /> : (
                <PlainTable
                  label={t.levers} rows={a.levers} rowKey="leaf"
                  columns={[
                    { key: 'leaf', title: t.leaf, width: 150, render: (_, x) => <b>{name(x.leaf)}</b> }, { key: 'now', title: t.present, width: 110, num: true, render: (_, x) => show(x.leaf, x.present) },
                    { key: 'p75', title: t.p75, width: 120, num: true, render: (_, x) => show(x.leaf, x.p75) }, { key: 'best', title: t.best, width: 160, num: true, render: (_, x) => `${show(x.leaf, x.best)} (${x.best_month})` },
                    { key: 'g75', title: t.gain75, width: 160, num: true, render: (_, x) => <b>{money(x.total_gain_p75, a.currency, 0)}</b> }, { key: 'gb', title: t.gainBest, width: 160, num: true, render: (_, x) => money(x.total_gain_best, a.currency, 0) },
                  ]}
                />
              )}
            </Card>
            {one && (
              <Card>
                <Plot title={t.trend} unit={name(leaf)} first={t.month} x={one.trend.map((m) => m.month + (m.partial ? t.partial : ''))} series={[{ name: name(leaf), values: one.trend.map((m) => m.value) }]} format={(n) => show(leaf, n)} onPick={(_, i) => { const m = one.trend[i]; if (m?.numerator) side(leaf, 'numerator', m.numerator, m.month) }} extra={<Select size="small" aria-label={t.leaf} value={leaf} popupMatchSelectWidth={false} onChange={setLeaf} options={a.leaves.map((l) => ({ value: l.name as Leaf, label: name(l.name) }))} />} />
              </Card>
            )}
            <Card title={t.notes}><ul className="y-reports-notes">{a.notes.map((n) => <li key={n.en}>{both(n)}</li>)}</ul></Card>
          </>
        )
      }}
    </Body>
  )
}
