import type { DatePickerProps, TimePickerProps, TimeRangePickerProps } from 'antd'
import type { Dayjs } from 'dayjs'
import type { RangePickerProps } from 'antd/es/date-picker'
import { lazy, Suspense, type ComponentType, type CSSProperties } from 'react'

type Sized = { style?: CSSProperties; size?: string; className?: string }

/** A picker that is fetched when the first one is shown: calendars are a tenth of the console. */
function later<P extends Sized>(pick: (m: typeof import('./calendar')) => ComponentType<P>, width: number) {
  const Part = lazy(async () => ({ default: pick(await import('./calendar')) })) as unknown as ComponentType<P>
  return function Later(props: P) {
    const small = props.size === 'small'
    return (
      <Suspense fallback={<span className="y-picker-wait" style={{ width, height: small ? 24 : 32, ...props.style }} />}>
        <Part {...props} />
      </Suspense>
    )
  }
}

/** A day, or a moment with `showTime`. */
export const DatePicker = later<DatePickerProps<Dayjs, false>>((m) => m.DatePicker, 140)
/** Two days, both included. */
export const DateRangePicker = later<RangePickerProps>((m) => m.DatePicker.RangePicker, 240)
/** A time of the day. */
export const TimePicker = later<TimePickerProps>((m) => m.TimePicker, 110)
/** Two times of the day. */
export const TimeRangePicker = later<TimeRangePickerProps>((m) => m.TimePicker.RangePicker, 180)
