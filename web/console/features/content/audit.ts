import type { Schema } from '@shared/api/client'

type Audit = Schema<'SopAudit'>

/** How a member stands over several audits. */
export interface Row {
  staff: string
  audits: number
  done: number
  late: number
  failed: number
  /** Percent of items in order among those that apply; absent before the first answer. */
  score?: number
}

/** How far an audit is. */
export function progress(a: Pick<Audit, 'items' | 'answers'>): { answered: number; items: number; failed: number; share: number } {
  const answers = Object.values(a.answers ?? {})
  return { answered: answers.length, items: a.items.length, failed: answers.filter((x) => x.verdict === 'not_ok').length, share: a.items.length ? Math.round((answers.length / a.items.length) * 100) : 0 }
}

/** The results of audits by the member who answers them, the worst first. */
export function byMember(audits: readonly Audit[], now: number): Row[] {
  const rows = new Map<string, Row & { fine: number; applies: number }>()
  for (const a of audits) {
    const row = rows.get(a.staff) ?? { staff: a.staff, audits: 0, done: 0, late: 0, failed: 0, fine: 0, applies: 0 }
    rows.set(a.staff, row)
    row.audits++
    if (a.state === 'done') row.done++
    else if (new Date(a.due_at).getTime() < now) row.late++
    for (const x of Object.values(a.answers ?? {})) {
      if (x.verdict === 'without') continue
      row.applies++
      if (x.verdict === 'ok') row.fine++
      else row.failed++
    }
  }
  return [...rows.values()]
    .map(({ fine, applies, ...row }): Row => ({ ...row, ...(applies > 0 ? { score: Math.floor((fine * 100) / applies) } : {}) }))
    .sort((a, b) => (a.score ?? 101) - (b.score ?? 101) || b.late - a.late)
}
