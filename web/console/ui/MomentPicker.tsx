import { brandZone } from '@shared/format'
import { DatePicker } from './dates'
import dayjs, { type Dayjs } from 'dayjs'
import timezone from 'dayjs/plugin/timezone'
import utc from 'dayjs/plugin/utc'
import type { CSSProperties } from 'react'

dayjs.extend(utc)
dayjs.extend(timezone)

const wall = 'YYYY-MM-DDTHH:mm:ss'

/** What the clocks of the brand show at a moment, as the picker takes it. */
export const brandWall = (at: string | number): Dayjs => dayjs(dayjs(at).tz(brandZone()).format(wall))

/** The moment at which the clocks of the brand show what was picked. */
export const brandMoment = (picked: Dayjs): string => dayjs.tz(picked.format(wall), brandZone()).toISOString()

/** Picks a moment by the brand's clocks, whatever zone the browser is in; `day` picks a whole day and means its end. */
export function MomentPicker({ value, onChange, day, only, maxDays, allowClear, ...rest }: {
  value?: string | null
  onChange?: (at: string | undefined) => void
  day?: boolean
  /** Which days can be chosen; all if absent. */
  only?: 'future' | 'past'
  maxDays?: number
  allowClear?: boolean
  id?: string
  placeholder?: string
  style?: CSSProperties
  'aria-label'?: string
}) {
  const today = brandWall(Date.now()).startOf('day')
  const shut = (d: Dayjs) => (only === 'future' && d.isBefore(today)) || (only === 'past' && d.isAfter(today.endOf('day'))) || (maxDays !== undefined && d.isAfter(today.add(maxDays, 'day').endOf('day')))
  return (
    <DatePicker
      {...rest} allowClear={allowClear} style={{ width: '100%', ...rest.style }} value={value ? brandWall(value) : null} disabledDate={shut}
      {...(day ? {} : { showTime: { format: 'HH:mm', minuteStep: 5 as const }, format: 'YYYY-MM-DD HH:mm' })}
      onChange={(d) => onChange?.(d ? brandMoment(day ? d.endOf('day') : d.startOf('minute')) : undefined)}
    />
  )
}
