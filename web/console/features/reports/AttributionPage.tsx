import { api } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Button, InputNumber, Segmented, Select } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Columns, Hint, Number, PageShell, State, Stat } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { lasting } from './lasting'
import { reportPeople } from './people'
import { Plot } from './Plot'
import { sayAttribution } from './readings'
import { usePatch } from './search'
import { useSpan } from './useSpan'
import { eventName, valueName } from './words'

const route = getRouteApi('/shell/reports/attribution')

const said = texts({
  title: ['归因', 'Attribution'],
  lead: ['订单来之前经过了哪些触点。六种分法并排看，每种都与订单台账分毫不差。', 'Which touches orders came through. Six models side by side, each equal to the order ledger to the cent.'],
  hint: ['归因说明订单经过了哪里，不说明因果；因果看对照组实验。', 'Models tell where orders came through, not what caused them; experiments with a control group measure that.'],
  by: ['按', 'By'], channel: ['渠道', 'Channel'], playbook: ['SOP', 'Playbook'], campaign: ['活动', 'Campaign'], staff: ['员工', 'Staff'], code: ['活码', 'Live code'], lookback: ['回看', 'Look back'], half: ['半衰期', 'Half life'], days: ['天', 'days'], show: ['显示', 'Show'], revenue: ['收入', 'Revenue'], orders: ['订单', 'Orders'],
  first: ['首次触点', 'First'], last: ['末次触点', 'Last'], linear: ['平均', 'Linear'], position: ['首末加权', 'Position'], time_decay: ['时间衰减', 'Time decay'], markov: ['马尔可夫', 'Markov'],
  dFirst: ['全归第一个触点', 'All to the first touch'], dLast: ['全归最后一个触点', 'All to the last touch'], dLinear: ['各触点平分', 'Equal shares'], dPosition: ['首末各 40%，中间共 20%', '40 % first, 40 % last, 20 % between'], dDecay: ['离下单每早一个半衰期减半', 'Halved for each half life before the last'], dMarkov: ['去掉它会失去多大比例的转化', 'Share of conversions lost without it'],
  compare: ['各模型并排', 'Models side by side'], value: ['触点', 'Touch'], touches: ['触点次数', 'Touches'], removal: ['移除效应', 'Removal effect'], total: ['合计', 'Total'],
  paths: ['最常见的路径', 'Commonest ways'], path: ['路径', 'Way'], conversion: ['转化率', 'Conversion'], lost: ['未下单', 'No order'], others: [(n: string) => `另有 ${n} 种路径未列出。`, (n: string) => `${n} more ways are not listed.`],
  reconciliation: ['与订单台账对账', 'Against the order ledger'], ledger: ['订单台账', 'Order ledger'], touched: ['有触点', 'Touched'], direct: ['下单前无触点', 'No touch before'], nobody: ['无法识别的客户', 'Nobody known'], outside: ['不在人群中', 'Outside the audience'], void: ['整单退款或取消', 'Taken back'], difference: ['差额', 'Difference'], part: ['部分', 'Part'], even: ['分毫不差', 'To the cent'],
  journey: ['路径长度', 'Length of ways'], meanTouches: ['平均触点数', 'Mean touches'], meanDays: ['首触到下单（中位）', 'First touch to order (median)'], kinds: ['什么算触点', 'What counts as a touch'],
  none: ['这段时间没有订单', 'No orders in this span'], noneLead: ['换一段时间。', 'Choose another span.'], all: ['看全部历史', 'Show all time'], behind: [(v: string, m: string) => `${v} · ${m}`, (v: string, m: string) => `${v} · ${m}`],
})

type Model = 'first' | 'last' | 'linear' | 'position' | 'time_decay' | 'markov'

/** What orders are owed to, by six models. */
export function AttributionPage() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const spanned = useSpan(search.span || search.from ? search : { span: 'd30' }, 'Order Completed')
  const by = search.by ?? 'channel'
  const show = search.show ?? 'revenue'
  const query = { from: spanned.span.from, to: spanned.span.to, audience: search.audience, by, lookback_days: search.lookback ?? 30, half_life_days: search.half ?? 7 }
  const asked = api.useQuery('post', '/insight/attribution', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const name = (m: string) => t[m as Model] ?? m
  const defined: Record<string, string> = { first: t.dFirst, last: t.dLast, linear: t.dLinear, position: t.dPosition, time_decay: t.dDecay, markov: t.dMarkov }
  const people = (value: string, model: string) => drill(reportPeople('attribution', query, { value, model }, t.behind(valueName(value), name(model))))
  return (
    <PageShell title={t.title} lead={t.lead} extra={<Hint>{t.hint}</Hint>}>
      <Body
        asked={asked} spanned={spanned} unasked reading={sayAttribution}
        grid={(a) => ({ name: 'attribution', columns: [t.value, ...a.models.flatMap((m) => [`${name(m.model)} ${t.orders}`, `${name(m.model)} ${t.revenue}`])], rows: [...new Set(a.models.flatMap((m) => m.credits.map((c) => c.value)))].map((v) => [v, ...a.models.flatMap((m) => { const c = m.credits.find((x) => x.value === v); return [c?.orders ?? 0, c?.revenue ?? 0] })]) })}
        filters={(
          <>
            <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch} />
            <div className="y-rowline">
              <span className="y-reports-field">{t.by}<Select aria-label={t.by} value={by} style={{ width: 120 }} onChange={(v) => patch({ by: v })} options={(['channel', 'playbook', 'campaign', 'staff', 'code'] as const).map((value) => ({ value, label: t[value] }))} /></span>
              <span className="y-reports-field">{t.lookback}<InputNumber aria-label={t.lookback} style={{ width: 100 }} min={1} max={3660} suffix={t.days} value={query.lookback_days} onChange={(n) => patch({ lookback: n ?? undefined })} /></span>
              <span className="y-reports-field">{t.half}<InputNumber aria-label={t.half} style={{ width: 100 }} min={1} max={365} suffix={t.days} value={query.half_life_days} onChange={(n) => patch({ half: n ?? undefined })} /></span>
              <Segmented aria-label={t.show} value={show} onChange={(v) => patch({ show: v as typeof show })} options={[{ value: 'revenue', label: t.revenue }, { value: 'orders', label: t.orders }]} />
            </div>
          </>
        )}
      >
        {(a) => {
          if (a.reconciliation.ledger.orders === 0) return <Card><Empty title={t.none} action={<Button onClick={() => patch({ span: 'all', from: undefined, to: undefined })}>{t.all}</Button>}>{t.noneLead}</Empty></Card>
          const m = (n: number) => money(n, a.currency)
          const format = (n: number | null | undefined) => (show === 'revenue' ? money(n, a.currency) : num(n, 1))
          const credit = (model: string, value: string) => a.models.find((x) => x.model === model)?.credits.find((c) => c.value === value)
          const values = [...new Set(a.models.flatMap((x) => x.credits.map((c) => c.value)))].sort((x, y) => (credit('last', y)?.revenue ?? 0) - (credit('last', x)?.revenue ?? 0))
          const drawn = values.slice(0, 8)
          const r = a.reconciliation
          const parts = (['touched', 'direct', 'nobody', 'outside', 'void'] as const).map((key) => ({ key, ...r[key] }))
          const columns: Column<{ value: string }>[] = [
            { key: 'value', title: t.value, width: 180, fixed: 'left', render: (_, x) => valueName(x.value) },
            ...a.models.map((x) => ({ key: x.model, title: <span title={defined[x.model]}>{name(x.model)}</span>, width: 165, num: true, render: (_: unknown, v: { value: string }) => { const c = credit(x.model, v.value); return c && c.orders > 0 ? <><Number onOpen={() => people(v.value, x.model)}>{format(show === 'revenue' ? c.revenue : c.orders)}</Number> <span className="y-faint">{pct(show === 'revenue' ? c.share : c.orders / x.orders, 0)}</span></> : '–' } })),
            { key: 'touches', title: t.touches, width: 100, num: true, render: (_, v) => num(a.values.find((x) => x.value === v.value)?.touches) }, { key: 'removal', title: t.removal, width: 130, num: true, render: (_, v) => pct(a.values.find((x) => x.value === v.value)?.removal_effect) },
          ]
          return (
            <>
              <div className="y-stats">
                <Stat label={t.ledger} value={m(r.ledger.revenue)} note={`${num(r.ledger.orders)} ${t.orders}`} /><Stat label={t.touched} value={m(r.touched.revenue)} note={pct(r.ledger.revenue ? r.touched.revenue / r.ledger.revenue : null)} />
                <Stat label={t.meanTouches} value={num(a.journey.mean_touches, 1)} /><Stat label={t.meanDays} value={lasting(a.journey.median_days == null ? null : a.journey.median_days * 86_400)} />
              </div>
              <Card><Plot kind="bar" title={t.compare} unit={show === 'revenue' ? t.revenue : t.orders} first={t.value} x={a.models.map((x) => name(x.model))} series={drawn.map((v) => ({ name: valueName(v), stack: 'all', values: a.models.map((x) => { const c = credit(x.model, v); return show === 'revenue' ? c?.revenue : c?.orders }) }))} format={format} height={320} onPick={(k, i) => { const [v, x] = [drawn[k], a.models[i]]; if (v && x) people(v, x.model) }} /></Card>
              <Card flush title={t.compare}><PlainTable label={t.compare} rows={values.map((value) => ({ value }))} rowKey="value" columns={columns} height={values.length > 14 ? 440 : undefined} /></Card>
              <Columns min={440}>
                <Card flush title={t.reconciliation} extra={<State tone={r.difference === 0 ? 'good' : 'bad'}>{r.difference === 0 ? t.even : m(r.difference)}</State>}>
                  <PlainTable
                    label={t.reconciliation} rowKey="key" rows={[...parts, { key: 'ledger' as const, ...r.ledger }, { key: 'difference' as const, orders: 0, revenue: r.difference }]}
                    columns={[{ key: 'p', title: t.part, width: 180, render: (_, x) => (x.key === 'ledger' ? <b>{t.ledger}</b> : t[x.key]) }, { key: 'o', title: t.orders, width: 100, num: true, render: (_, x) => (x.key === 'difference' ? '' : num(x.orders)) }, { key: 'r', title: t.revenue, width: 150, num: true, render: (_, x) => (x.key === 'ledger' ? <b>{m(x.revenue)}</b> : m(x.revenue)) }]}
                  />
                </Card>
                <Card title={t.kinds}><ul className="y-reports-notes">{a.touches.map((k) => <li key={k.events.join()}>{k.events.map(eventName).join('、')}{k.props?.length ? ` → ${k.props.join(' / ')}` : ''}{k.label ? ` → ${valueName(k.label)}` : ''}</li>)}</ul></Card>
              </Columns>
              <Card flush title={t.paths}>
                <PlainTable
                  label={t.paths} rows={a.paths.map((p, i) => ({ ...p, i }))} rowKey="i" height={400}
                  columns={[
                    { key: 'path', title: t.path, width: 380, render: (_, p) => p.path.map(valueName).join(' → ') }, { key: 'orders', title: t.orders, width: 90, num: true, render: (_, p) => <Number onOpen={p.orders ? () => drill(reportPeople('attribution', query, { path: p.path }, p.path.map(valueName).join(' → '))) : undefined}>{num(p.orders)}</Number> },
                    { key: 'lost', title: t.lost, width: 100, num: true, render: (_, p) => <Number onOpen={p.lost ? () => drill(reportPeople('attribution', query, { path: p.path, ordered: false }, `${p.path.map(valueName).join(' → ')} · ${t.lost}`)) : undefined}>{num(p.lost)}</Number> }, { key: 'c', title: t.conversion, width: 100, num: true, render: (_, p) => pct(p.conversion) }, { key: 'r', title: t.revenue, width: 130, num: true, render: (_, p) => m(p.revenue) },
                  ]}
                />
              </Card>
              {a.other_paths > 0 && <p className="y-faint">{t.others(num(a.other_paths))}</p>}
            </>
          )
        }}
      </Body>
    </PageShell>
  )
}
