import { api } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Button, Input, InputNumber, Select } from 'antd'
import { useMemo } from 'react'
import { useDrill } from '../../ui/Drill'
import { Card, Hint, PageShell } from '../../ui/PageShell'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { Heat } from './Heat'
import { whole, type Pick } from './model'
import { reportPeople } from './people'
import { PickEditor } from './Picks'
import { Plot } from './Plot'
import { sayRetention } from './readings'
import { usePatch } from './search'
import { daysOf } from './span'
import { useSpan } from './useSpan'
import { eventName } from './words'

const route = getRouteApi('/shell/reports/retention')

const said = texts({
  title: ['留存', 'Retention'],
  lead: ['每一批客户，之后各期还有多少回来。颜色越深留得越多，点格子看是谁。', 'Of the customers of each cohort, how many come back later. The darker, the more; click a cell to see who.'],
  hint: ['行是一批客户，列是之后第几期；比例的分母是那一批的人数。斜线格子还没有过完。', 'A row is a cohort, a column how many periods later. Shares are of the size of the cohort. Hatched cells are not over yet.'],
  target: ['分批依据', 'Cohorts by'], returning: ['回来算', 'Coming back is'],
  type: ['谁算一批', 'Who is in a cohort'],
  first_time: ['首次发生的人', 'Those who did it for the first time'], recurring: ['每期发生的人', 'Those who did it in that period'], rolling: ['当期或之后任一期回来', 'Back then or any time later'], anchored: ['只看第一期', 'The first period only'],
  period: ['每期', 'Period'], day: ['天', 'day'], week: ['周', 'week'], month: ['月', 'month'],
  count: ['期数', 'Periods'], auto: ['自动', 'auto'], min: ['每期至少几次', 'At least, times'], sum: ['汇总属性（如 revenue）', 'Sum a property (revenue)'],
  matrix: ['留存矩阵', 'Retention by cohort'], size: ['人数', 'Size'], mean: ['平均', 'Mean'],
  after: [(n: number) => `第 ${n} 期`, (n: number) => `+${n}`],
  curve: ['留存曲线', 'Retention curves'], share: ['回来的比例', 'share who came back'], interval: ['第几期', 'Period'],
  cohort: [(c: string) => `${c} 这一批`, (c: string) => `Cohort of ${c}`], back: [(c: string, n: number) => `${c} 这一批，第 ${n} 期回来的人`, (c: string, n: number) => `Cohort of ${c}, back in period ${n}`],
  none: ['这段时间没有人做过这件事', 'Nobody did this in the span'], lead0: ['换一个事件，或看全部历史。', 'Choose another event, or all time.'], all: ['看全部历史', 'Show all time'],
  sums: ['每期合计', 'Sums by period'],
})

/** How many come back, cohort by cohort. */
export function RetentionPage() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const target: Pick = search.target ?? { event: 'Order Completed' }
  const spanned = useSpan(search, target.event, 'rich')
  const days = daysOf(spanned.span)
  const period = search.period ?? (days > 150 ? 'month' : days > 35 ? 'week' : 'day')
  const fits = Math.max(2, Math.round(days / { day: 1, week: 7, month: 30.44 }[period]))
  const type = search.type ?? 'first_time'
  const query = {
    period, total_intervals: Math.min(search.count ?? fits, 400), type, to: spanned.span.to, audience: search.audience, target: whole(target),
    returning: search.returning ? whole(search.returning) : undefined, minimum_occurrences: search.min, measure: search.sum ? { sum: search.sum } : undefined,
  }
  const asked = api.useQuery('post', '/insight/retention', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const label = (start: string) => start.slice(0, period === 'month' ? 7 : 10)
  const curves = useMemo(() => {
    const a = asked.data
    if (!a) return []
    const big = a.cohorts.filter((c) => c.size > 0 && c.counts.length > 2)
    const chosen = big.length <= 4 ? big : [0, 1, 2, 3].map((i) => big[Math.floor((i * (big.length - 1)) / 3)]).filter((c) => c !== undefined)
    return [
      { name: t.mean, values: a.mean.map((m) => m.share) },
      ...chosen.map((c) => ({ name: c.start.slice(0, period === 'month' ? 7 : 10), values: c.counts.map((n) => n / c.size), dashed: true })),
    ]
  }, [asked.data, period, t])
  return (
    <PageShell title={t.title} lead={t.lead} extra={<Hint>{t.hint}</Hint>}>
      <Body
        asked={asked} spanned={spanned} reading={(a) => sayRetention(a, label)}
        grid={(a) => ({ name: 'retention', columns: [t.matrix, t.size, ...(a.cohorts[0]?.counts.map((_, i) => String(i)) ?? [])], rows: a.cohorts.map((c) => [label(c.start), c.size, ...c.counts]) })}
        filters={(
          <>
            <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch} />
            <div className="y-rowline">
              <span className="y-reports-field">{t.target}</span><PickEditor any label={t.target} value={target} onChange={(next) => patch({ target: next })} />
              <span className="y-reports-field">{t.returning}</span><PickEditor any label={t.returning} value={search.returning ?? target} onChange={(next) => patch({ returning: next })} />
            </div>
            <div className="y-rowline">
              <Select aria-label={t.type} value={type} popupMatchSelectWidth={false} onChange={(v) => patch({ type: v })} options={(['first_time', 'recurring', 'rolling', 'anchored'] as const).map((value) => ({ value, label: t[value] }))} />
              <span className="y-reports-field">{t.period}<Select aria-label={t.period} value={period} onChange={(v) => patch({ period: v, count: undefined })} options={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t[value] }))} /></span>
              <span className="y-reports-field">{t.count}<InputNumber aria-label={t.count} style={{ width: 84 }} min={2} max={120} value={query.total_intervals} onChange={(n) => patch({ count: n ?? undefined })} /></span>
              <span className="y-reports-field">{t.min}<InputNumber aria-label={t.min} style={{ width: 72 }} min={1} max={100} value={search.min ?? 1} onChange={(n) => patch({ min: n && n > 1 ? n : undefined })} /></span>
              <Input aria-label={t.sum} placeholder={t.sum} style={{ width: 190 }} allowClear defaultValue={search.sum} onBlur={(e) => patch({ sum: e.target.value.trim() || undefined })} onPressEnter={(e) => patch({ sum: e.currentTarget.value.trim() || undefined })} />
            </div>
          </>
        )}
      >
        {(a) => {
          const seen = a.cohorts.map((c, i) => ({ ...c, i })).filter((c) => c.size > 0)
          if (seen.length === 0) return <Card><Empty title={t.none} action={<Button onClick={() => patch({ span: 'all', from: undefined, to: undefined })}>{t.all}</Button>}>{t.lead0}</Empty></Card>
          const width = Math.max(...seen.map((c) => c.counts.length))
          return (
            <>
              <Card title={`${t.matrix} · ${eventName(target.event)}`}>
                <Heat
                  first={t.matrix} head={[t.size, ...Array.from({ length: width }, (_, k) => t.after(k))]}
                  rows={[
                    { name: t.mean, cells: [{ text: '' }, ...a.mean.slice(0, width).map((m) => ({ text: pct(m.share), level: m.share }))] },
                    ...seen.map((c) => ({
                      name: label(c.start),
                      cells: [
                        { text: num(c.size), onOpen: () => drill(reportPeople('retention', query, { cohort: c.i }, t.cohort(label(c.start)), c.size)) },
                        ...c.counts.map((n, k) => ({
                          text: pct(n / c.size), small: c.sums ? num(c.sums[k]) : num(n), level: n / c.size, open: c.i + k === a.cohorts.length - 1,
                          onOpen: n > 0 ? () => drill(reportPeople('retention', query, { cohort: c.i, interval: k }, t.back(label(c.start), k), n)) : undefined,
                        })),
                      ],
                    })),
                  ]}
                />
              </Card>
              <Card><Plot title={t.curve} unit={t.share} first={t.interval} x={a.mean.map((m) => String(m.interval))} series={curves} format={(n) => pct(n)} line={undefined} /></Card>
            </>
          )
        }}
      </Body>
    </PageShell>
  )
}
