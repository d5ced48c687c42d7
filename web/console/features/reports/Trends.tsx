import { api } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { getRouteApi } from '@tanstack/react-router'
import { AutoComplete, Button, Input, Select } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Number } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { byOf, pick, whole, type Pick } from './model'
import { reportPeople } from './people'
import { ByPicker, PickEditor } from './Picks'
import { Plot, type Series } from './Plot'
import { sayTrend } from './readings'
import { usePatch } from './search'
import { autoPeriod } from './span'
import { useSpan } from './useSpan'
import { useVocabulary } from './vocabulary'
import { eventName, valueName } from './words'

const route = getRouteApi('/shell/reports/trends')

const said = texts({
  count: ['次数', 'Times'], customers: ['人数', 'Customers'], sum: ['属性合计', 'Sum of'], avg: ['属性平均', 'Average of'], per_customer: ['人均次数', 'Times per customer'],
  measure: ['度量', 'Measure'], of: ['属性', 'Property'], add: ['添加一条线', 'Add a line'], remove: ['删除', 'Remove'],
  period: ['粒度', 'By'], hour: ['小时', 'hour'], day: ['天', 'day'], week: ['周', 'week'], month: ['月', 'month'], quarter: ['季度', 'quarter'], year: ['年', 'year'],
  formula: ['公式，如 B/A*100', 'Formula, such as B/A*100'], formulaName: ['公式', 'Formula'],
  chart: ['随时间变化', 'Over time'], at: ['时间', 'Period'], total: ['合计', 'Total'], name: ['线', 'Line'], value: ['拆分值', 'Value'],
  none: ['这段时间没有发生', 'Nothing happened in this span'], all: ['看全部历史', 'Show all time'], lead: ['换一个事件，或换一段时间。', 'Choose another event or span.'],
})

const measures = ['count', 'customers', 'sum', 'avg', 'per_customer'] as const

interface Line extends Pick {
  measure: (typeof measures)[number]
  of?: string
}

function line(raw: unknown): Line | undefined {
  const p = pick(raw)
  const { measure, of } = (raw ?? {}) as Record<string, unknown>
  return p && { ...p, measure: measures.find((m) => m === measure) ?? 'count', of: typeof of === 'string' ? of : undefined }
}

/** Lines of events over time. */
export function Trends() {
  const t = useText(said)
  const drill = useDrill()
  const vocabulary = useVocabulary()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const read = (search.series ?? []).flatMap((s) => line(s) ?? [])
  const lines: Line[] = read.length > 0 ? read : [{ event: 'Order Completed', measure: 'customers' }, { event: 'Order Completed', measure: 'sum', of: 'revenue' }]
  const spanned = useSpan(search, lines[0]?.event)
  const { from, to } = spanned.span
  const period = search.period ?? autoPeriod(spanned.span)
  const by = byOf(search.by)
  const query = {
    from, to, period, audience: search.audience, formula: search.formula, breakdown: by && { ...by, top: 8 },
    series: lines.map((l) => ({ ...whole(l), measure: l.measure, of: l.measure === 'sum' || l.measure === 'avg' ? l.of || 'revenue' : undefined })),
  }
  const asked = api.useQuery('post', '/insight/trends', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const put = (next: Line[]) => patch({ series: next })
  const label = (l: Line, i: number) => `${lines.length > 1 ? `${String.fromCharCode(65 + i)} ` : ''}${eventName(l.event)} · ${t[l.measure]}${l.of && (l.measure === 'sum' || l.measure === 'avg') ? ` ${l.of}` : ''}`
  const short = (at: string) => (period === 'month' || period === 'quarter' ? at.slice(0, 7) : period === 'year' ? at.slice(0, 4) : period === 'hour' ? at.slice(5, 16).replace('T', ' ') : at.slice(0, 10))
  const digits = (n: number | null | undefined) => num(n, n != null && Math.abs(n) < 100 && !Number0(n) ? 2 : 0)
  const open = (series: number, place?: number, value?: string, count?: number) => {
    const l = lines[series]
    if (l) drill(reportPeople('trends', query, { series, period: place, value }, `${label(l, series)}${value === undefined ? '' : ` · ${valueName(value)}`}${place === undefined ? '' : ` · ${short(asked.data?.periods[place] ?? '')}`}`, l.measure === 'customers' ? count : undefined))
  }
  return (
    <Body
      asked={asked} spanned={spanned}
      reading={(a) => sayTrend(a.formula ? t.formulaName : label(lines[0] as Line, 0), (a.formula ?? a.series[0])?.values ?? [], a.periods.map(short), digits)}
      grid={(a) => ({ name: 'trends', columns: [t.at, ...flat(a.series).map((s) => s.key)], rows: a.periods.map((p, i) => [short(p), ...flat(a.series).map((s) => s.values[i])]) })}
      filters={(
        <>
          <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch}>
            <Select aria-label={t.period} value={period} style={{ width: 90 }} onChange={(v) => patch({ period: v })} options={(['hour', 'day', 'week', 'month', 'quarter', 'year'] as const).map((value) => ({ value, label: t[value] }))} />
            <ByPicker value={search.by} onChange={(v) => patch({ by: v })} />
          </Common>
          {lines.map((l, i) => (
            <div className="y-reports-step" key={i}>
              <i>{String.fromCharCode(65 + i)}</i>
              <PickEditor any value={l} onChange={(next) => put(lines.map((x, j) => (j === i ? { ...l, where: undefined, ...next } : x)))} />
              <Select aria-label={t.measure} style={{ width: 118 }} popupMatchSelectWidth={false} value={l.measure} options={measures.map((value) => ({ value, label: t[value] }))} onChange={(measure) => put(lines.map((x, j) => (j === i ? { ...x, measure } : x)))} />
              {(l.measure === 'sum' || l.measure === 'avg') && <AutoComplete aria-label={t.of} style={{ width: 120 }} defaultValue={l.of ?? 'revenue'} options={vocabulary.props.map((p) => ({ value: p }))} onBlur={(e) => { const of = (e.target as HTMLInputElement).value.trim(); if (of !== l.of) put(lines.map((x, j) => (j === i ? { ...x, of } : x))) }} />}
              {lines.length > 1 && <Button type="text" aria-label={`${t.remove} ${String.fromCharCode(65 + i)}`} icon={<DeleteOutlined />} onClick={() => put(lines.filter((_, j) => j !== i))} />}
            </div>
          ))}
          <div className="y-rowline">
            <Button size="small" icon={<PlusOutlined />} disabled={lines.length >= 8} onClick={() => put([...lines, { event: 'Contact Added', measure: 'customers' }])}>{t.add}</Button>
            {lines.length > 1 && <Input aria-label={t.formula} placeholder={t.formula} style={{ width: 210 }} allowClear defaultValue={search.formula} onBlur={(e) => patch({ formula: e.target.value.trim() || undefined })} onPressEnter={(e) => patch({ formula: e.currentTarget.value.trim() || undefined })} />}
          </div>
        </>
      )}
    >
      {(a) => {
        const split = a.series.some((s) => s.by_breakdown?.length)
        const drawn: (Series & { k: number; v?: string })[] = a.formula && !split ? [{ name: t.formulaName, values: a.formula.values, k: -1 }] : flat(a.series).map((s, _, all) => ({ name: s.key, values: s.values, k: s.k, v: s.v, right: !split && all.length > 1 && s.k > 0 && a.series[s.k]?.measure !== a.series[0]?.measure }))
        if (a.series.every((s) => !s.total)) return <Card><Empty title={t.none} action={<Button onClick={() => patch({ span: 'all', from: undefined, to: undefined })}>{t.all}</Button>}>{t.lead}</Empty></Card>
        return (
          <>
            <Card><Plot title={t.chart} unit={`${t.period} ${t[period]}`} first={t.at} x={a.periods.map(short)} series={drawn} format={digits} height={340} onPick={(s, i) => { const d = drawn[s]; if (d && d.k >= 0) open(d.k, i, d.v, d.values[i] ?? undefined) }} /></Card>
            <Card flush title={t.total}>
              <PlainTable
                label={t.total} rowKey="key" rows={flat(a.series, true)}
                columns={[
                  { key: 'name', title: t.name, width: 300, render: (_, r) => r.key },
                  { key: 'total', title: t.total, width: 160, num: true, render: (_, r) => <Number onOpen={r.total ? () => open(r.k, undefined, r.v, r.total ?? undefined) : undefined}>{digits(r.total)}</Number> },
                ]}
              />
            </Card>
          </>
        )
      }}
    </Body>
  )

  function flat(series: NonNullable<typeof asked.data>['series'], whole0 = false) {
    return series.flatMap((s, k) => {
      const name = label(lines[k] ?? (lines[0] as Line), k)
      const own = { key: name, k, v: undefined as string | undefined, values: s.values, total: s.total }
      const parts = (s.by_breakdown ?? []).map((b) => ({ key: `${series.length > 1 ? `${name} · ` : ''}${valueName(b.value ?? '')}`, k, v: b.value, values: b.values, total: b.total }))
      return parts.length > 0 ? (whole0 ? [own, ...parts] : parts) : [own]
    })
  }
}

const Number0 = (n: number) => globalThis.Number.isInteger(n)
