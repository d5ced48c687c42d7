import { day, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useCallback, useState } from 'react'
import { Chart, type Colours } from '../../charts/Chart'
import { type Rule } from '../../ui/rule'
import { Failure, Loading } from '../../ui/states'
import { countOf } from './people'

const said = texts({
  title: ['人数走势', 'People over time'], unit: ['人', 'people'], days: [(n: number) => `近 ${n} 天`, (n: number) => `${n} days`], date: ['日期', 'Date'], count: ['人数', 'People'], span: ['时间范围', 'Span'],
  note: ['用现在的规则回看每一天；标签、属性按现在的值。', 'The rule of now, asked for each day; tags and traits count as they are now.'],
})

const points = 15

/** How many would have matched a rule on days of the past. */
export function Trend({ rule, now }: { rule: Rule; now: number }) {
  const t = useText(said)
  const [days, setDays] = useState(30)
  const asked = useQuery({
    queryKey: ['audience-trend', JSON.stringify(rule), days], staleTime: 300_000, retry: false,
    queryFn: async ({ signal }) => {
      const until = Date.now()
      const out: { at: string; count: number }[] = []
      for (let i = points - 1; i > 0; i--) {
        const at = new Date(until - (i * days * 86_400_000) / (points - 1)).toISOString()
        out.push({ at, count: (await countOf(rule, signal, at)).count })
      }
      return out
    },
  })
  const rows = [...(asked.data ?? []), { at: new Date().toISOString(), count: now }]
  const text = JSON.stringify(rows.map((r) => [day(r.at), r.count]))
  const option = useCallback((look: Colours) => {
    const list = JSON.parse(text) as [string, number][]
    return {
      ...look.base, legend: undefined, grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
      xAxis: { ...(look.base.xAxis as object), boundaryGap: false, data: list.map(([d]) => d.slice(5)) }, yAxis: { ...(look.base.yAxis as object), scale: true, minInterval: 1 },
      series: [{ name: t.count, type: 'line', data: list.map(([, n]) => n), symbolSize: 5, areaStyle: { opacity: 0.08 } }],
    }
  }, [text, t])
  if (asked.error) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />
  return (
    <>
      {asked.isPending ? <Loading rows={7} /> : (
        <Chart
          title={t.title} unit={t.unit} height={230} option={option} sheet={{ columns: [t.date, t.count], rows: rows.toReversed().map((r) => [day(r.at), num(r.count)]) }}
          extra={<Segmented size="small" aria-label={t.span} value={days} onChange={(v) => setDays(v as number)} options={[7, 30, 90].map((n) => ({ value: n, label: t.days(n) }))} />}
        />
      )}
      <p className="y-faint" style={{ margin: '6px 0 0', fontSize: 12.5 }}>{t.note}</p>
    </>
  )
}
