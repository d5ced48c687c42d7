/** A stretch of months in which something happened, with how often. */
export interface Era {
  from: string
  to: string
  events: number
}

/** What the viewer chose: a preset, or days of their own. */
export interface Choice {
  span?: Preset
  from?: string
  to?: string
}

/** The presets. `rich` is the era with the most data. */
export type Preset = 'd7' | 'd30' | 'd90' | 'y1' | 'all' | 'rich'

/** The days that a report is about, both included, and how they were found. */
export interface Span {
  from: string
  to: string
  kind: Preset | 'own'
  /** The viewer chose nothing, and the last 30 days are not what is shown. */
  fallback: boolean
}

/** A day some days later, in the calendar. */
export function addDays(day: string, n: number): string {
  const at = new Date(`${day}T12:00:00Z`)
  at.setUTCDate(at.getUTCDate() + n)
  return at.toISOString().slice(0, 10)
}

/** How many days a span has. */
export function daysOf(span: { from: string; to: string }): number {
  return Math.round((Date.parse(`${span.to}T12:00:00Z`) - Date.parse(`${span.from}T12:00:00Z`)) / 86_400_000) + 1
}

/** Stretches of months with events, divided where nothing happened for `gap` months. */
export function eras(periods: readonly string[], counts: readonly (number | null)[], today: string, gap = 6): Era[] {
  const out: Era[] = []
  let last = -gap - 1
  periods.forEach((start, i) => {
    const n = counts[i] ?? 0
    if (n === 0) return
    const next = periods[i + 1]
    const end = next ? addDays(next.slice(0, 10), -1) : today
    const to = end < today ? end : today
    const open = out.at(-1)
    if (open && i - last <= gap) Object.assign(open, { to, events: open.events + n })
    else out.push({ from: start.slice(0, 10), to, events: n })
    last = i
  })
  return out
}

const back: Record<string, number> = { d7: 6, d30: 29, d90: 89, y1: 364 }

/** The days to show. Without a choice the last 30 days; where they are thin, or where `prefer` says so, the era with the most data. */
export function resolve(choice: Choice, today: string, known: readonly Era[], thin: boolean, prefer: 'recent' | 'rich' = 'recent'): Span {
  const rich = known.reduce<Era | undefined>((best, e) => (best && best.events >= e.events ? best : e), undefined)
  if (choice.from && choice.to) return { from: choice.from, to: choice.to, kind: 'own', fallback: false }
  const elsewhere = rich && rich.to < addDays(today, -29)
  const wanted = choice.span ?? (rich && (prefer === 'rich' || (thin && elsewhere)) ? 'rich' : 'd30')
  const fallback = !choice.span && wanted === 'rich'
  if (wanted === 'rich' && rich) return { from: rich.from, to: rich.to, kind: 'rich', fallback }
  if (wanted === 'all' && known[0]) return { from: known[0].from, to: today, kind: 'all', fallback }
  return { from: addDays(today, -(back[wanted] ?? 29)), to: today, kind: wanted, fallback }
}

/** A period that cuts a span into a readable number of parts. */
export function autoPeriod(span: { from: string; to: string }): 'day' | 'week' | 'month' {
  const days = daysOf(span)
  return days <= 45 ? 'day' : days <= 200 ? 'week' : 'month'
}
