import { isoDay } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { DatePicker } from '@/ui/dates'
import dayjs from 'dayjs'
import type { Era } from './span'

const said = texts({ today: ['今天', 'Today'], end: [(d: string) => `${d}（一段数据的结尾）`, (d: string) => `${d} (end of a stretch of data)`] })

/** Chooses one day. The ends of stretches with data stand beside the calendar. */
export function AtPicker({ label, value, onChange, eras = [], allowClear }: { label: string; value?: string; onChange: (day: string | undefined) => void; eras?: readonly Era[]; allowClear?: boolean }) {
  const t = useText(said)
  const today = isoDay(Date.now())
  return (
    <span className="y-reports-field">
      {label}
      <DatePicker
        aria-label={label} allowClear={allowClear ?? false} value={value ? dayjs(value) : null} onChange={(d) => onChange(d?.format('YYYY-MM-DD'))}
        presets={[{ label: t.today, value: dayjs(today) }, ...eras.filter((e) => e.to < today).map((e) => ({ label: t.end(e.to), value: dayjs(e.to) }))]}
      />
    </span>
  )
}

/** The last day that is worth looking at: the end of the stretch with the most data. */
export function richEnd(eras: readonly Era[]): string {
  const today = isoDay(Date.now())
  return eras.reduce<Era | undefined>((best, e) => (best && best.events >= e.events ? best : e), undefined)?.to ?? today
}
