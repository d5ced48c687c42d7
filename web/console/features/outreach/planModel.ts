import type { Schema } from '@shared/api/client'

type Line = Schema<'BudgetLine'>

/** What a plan comes to: what goes, what is dropped, and what is expected of it. */
export function totals(lines: readonly Line[]) {
  const out = { send: 0, dropped: 0, value: 0, lost: 0, shifted: 0 }
  for (const l of lines) {
    if (l.verdict === 'send') { out.send += l.count; out.value += l.value } else { out.dropped += l.count; out.lost += l.value }
    out.shifted += l.shifted
  }
  return out
}

/** The days of a plan from its lines and its length, YYYY-MM-DD. */
export function daysOf(first: string, count: number): string[] {
  const at = Date.parse(`${first}T12:00:00Z`)
  return Array.from({ length: count }, (_, i) => new Date(at + i * 86_400_000).toISOString().slice(0, 10))
}

/** Counts by day for each channel that sends, and for what is dropped under the key `dropped`. */
export function byDay(lines: readonly Line[], days: readonly string[]) {
  const channels = [...new Set(lines.filter((l) => l.verdict === 'send').map((l) => l.channel))].sort()
  const count = (keep: (l: Line) => boolean) => days.map((d) => lines.reduce((n, l) => (l.day === d && keep(l) ? n + l.count : n), 0))
  const series = channels.map((key) => ({ key, counts: count((l) => l.verdict === 'send' && l.channel === key) }))
  return lines.some((l) => l.verdict !== 'send') ? [...series, { key: 'dropped', counts: count((l) => l.verdict !== 'send') }] : series
}

/** Why touches are dropped, the most frequent first. */
export function drops(lines: readonly Line[]) {
  const out = new Map<string, { reason: string; count: number; value: number }>()
  for (const l of lines) {
    if (l.verdict === 'send') continue
    const known = out.get(l.verdict) ?? { reason: l.verdict, count: 0, value: 0 }
    out.set(l.verdict, { reason: l.verdict, count: known.count + l.count, value: known.value + l.value })
  }
  return [...out.values()].sort((a, b) => b.count - a.count)
}

/** What each step of a playbook or mass send gives to the plan, the largest first. */
export function bySource(lines: readonly Line[]) {
  const out = new Map<string, { key: string; playbook: string; step: string; channel: string; name?: string; send: number; dropped: number; value: number }>()
  for (const l of lines) {
    const key = `${l.playbook}/${l.step}/${l.channel}`
    const x = out.get(key) ?? { key, playbook: l.playbook, step: l.step, channel: l.channel, name: l.name, send: 0, dropped: 0, value: 0 }
    if (l.verdict === 'send') { x.send += l.count; x.value += l.value } else x.dropped += l.count
    out.set(key, x)
  }
  return [...out.values()].sort((a, b) => b.send + b.dropped - a.send - a.dropped)
}
