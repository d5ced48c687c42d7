import { texts, useText } from '@shared/i18n'
import { useRef, useState, type KeyboardEvent } from 'react'
import { covered, paint, type Week } from './schedule'
import { dayName, week as weekWords } from './words'

const said = texts({
  grid: ['每周排班：行是星期，列是小时', 'Weekly plan: rows are days, columns are hours'],
  keys: ['拖动或用方向键移动，空格切换，按住 Shift 连续涂抹；点星期切换整天。', 'Drag, or move with the arrow keys; space switches, Shift paints on; a day’s name switches the whole day.'],
  whole: [(d: string) => `切换${d}整天`, (d: string) => `Switch the whole of ${d}`],
})

const days = [1, 2, 3, 4, 5, 6, 7]
const hours = Array.from({ length: 24 }, (_, h) => h)
const two = (n: number) => String(n).padStart(2, '0')

/** A week of hours to paint on, for the pointer and the keyboard. */
export function WeekGrid({ value, onChange, disabled }: { value: Week; onChange: (week: Week) => void; disabled?: boolean }) {
  const t = useText(said)
  const w = useText(weekWords)
  const [at, setAt] = useState({ d: 0, h: 9 })
  const table = useRef<HTMLTableElement>(null)
  const brush = useRef<boolean>(undefined)
  const latest = useRef(value)
  latest.current = value
  const put = (d: number, h: number, on: boolean) => {
    if (disabled || (covered(latest.current, d, h) === 60) === on && (on || covered(latest.current, d, h) === 0)) return
    latest.current = paint(latest.current, d, h * 60, h * 60 + 60, on)
    onChange(latest.current)
  }
  const focus = (d: number, h: number) => {
    setAt({ d, h })
    table.current?.querySelector<HTMLButtonElement>(`[data-cell="${d}-${h}"]`)?.focus()
  }
  const press = (e: KeyboardEvent, d: number, h: number) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -h], End: [0, 23 - h] }[e.key]
    if (!step) return
    e.preventDefault()
    const [nd, nh] = [Math.min(6, Math.max(0, d + (step[0] ?? 0))), Math.min(23, Math.max(0, h + (step[1] ?? 0)))]
    if (e.shiftKey) put(nd, nh, covered(latest.current, d, h) === 60)
    focus(nd, nh)
  }
  const whole = (d: number) => {
    const on = !hours.every((h) => covered(latest.current, d, h) === 60)
    if (!disabled) onChange(paint(latest.current, d, 0, 1440, on))
  }
  return (
    <div className="y-acquire-week">
      <table ref={table} aria-label={t.grid} onPointerUp={() => { brush.current = undefined }} onPointerLeave={() => { brush.current = undefined }}>
        <thead><tr><th aria-hidden="true" />{hours.map((h) => <th key={h} scope="col">{h % 2 === 0 ? h : ''}</th>)}</tr></thead>
        <tbody>
          {days.map((day, d) => (
            <tr key={day}>
              <th scope="row"><button type="button" disabled={disabled} aria-label={t.whole(dayName(w, day))} onClick={() => whole(d)}>{dayName(w, day)}</button></th>
              {hours.map((h) => {
                const on = covered(value, d, h)
                return (
                  <td key={h}>
                    <button
                      type="button" data-cell={`${d}-${h}`} disabled={disabled} tabIndex={at.d === d && at.h === h ? 0 : -1}
                      aria-pressed={on === 60 ? 'true' : on > 0 ? 'mixed' : 'false'} aria-label={`${dayName(w, day)} ${two(h)}:00–${two(h + 1)}:00`}
                      onPointerDown={(e) => { e.currentTarget.releasePointerCapture(e.pointerId); brush.current = on < 60; put(d, h, on < 60) }}
                      onPointerEnter={() => { if (brush.current !== undefined) put(d, h, brush.current) }}
                      onClick={(e) => { if (e.detail === 0) put(d, h, on < 60) }} onFocus={() => setAt({ d, h })} onKeyDown={(e) => press(e, d, h)}
                    />
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <small className="y-faint">{t.keys}</small>
    </div>
  )
}
