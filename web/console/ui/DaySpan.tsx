import { texts, useText } from '@shared/i18n'
import { DateRangePicker } from './dates'
import dayjs, { type Dayjs } from 'dayjs'
import { brandWall } from './MomentPicker'

const said = texts({
  today: ['今天', 'Today'],
  last7: ['近 7 天', 'Last 7 days'],
  last30: ['近 30 天', 'Last 30 days'],
  last90: ['近 90 天', 'Last 90 days'],
  month: ['本月', 'This month'],
  year: ['近 12 个月', 'Last 12 months'],
  from: ['开始日期', 'From'],
  to: ['结束日期', 'To'],
})

/** A span of days, YYYY-MM-DD, both included. Presets stand beside the calendar, and days may be typed. */
export function DaySpan({ value, onChange, allowClear }: { value?: { from?: string; to?: string }; onChange?: (span: { from?: string; to?: string }) => void; allowClear?: boolean }) {
  const t = useText(said)
  const now = brandWall(Date.now())
  const span = (days: number): [Dayjs, Dayjs] => [now.subtract(days - 1, 'day'), now]
  return (
    <DateRangePicker
      allowClear={allowClear ?? false} placeholder={[t.from, t.to]} value={value?.from && value.to ? [dayjs(value.from), dayjs(value.to)] : null}
      presets={[
        { label: t.today, value: span(1) }, { label: t.last7, value: span(7) }, { label: t.last30, value: span(30) }, { label: t.last90, value: span(90) },
        { label: t.month, value: [now.startOf('month'), now] }, { label: t.year, value: [now.subtract(12, 'month'), now] },
      ]}
      onChange={(v) => onChange?.({ from: v?.[0]?.format('YYYY-MM-DD'), to: v?.[1]?.format('YYYY-MM-DD') })}
    />
  )
}
