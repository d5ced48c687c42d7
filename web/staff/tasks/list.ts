import type { Pile, Task } from '../types'

/** Today's cards in the order in which to do them: overdue ones, open ones, done ones. */
export function sortPiles(cards: readonly Pile[]) {
  return {
    late: cards.filter((c) => c.overdue > 0),
    open: cards.filter((c) => c.overdue === 0 && c.open > 0),
    done: cards.filter((c) => c.overdue === 0 && c.open === 0),
  }
}

/** How far today is. */
export function progress(cards: readonly Pile[], doneToday: number): { done: number; total: number } {
  const left = cards.reduce((n, c) => n + c.open + c.overdue, 0)
  return { done: doneToday, total: doneToday + left }
}

/** Whether a task can still be done. */
export const isOpen = (t: Task) => t.state === 'open' || t.state === 'overdue'

/** The script of all tasks, if it is the same. */
export function sameScript(items: readonly Task[]): string | undefined {
  const first = items[0]?.script
  return first && items.every((t) => t.script === first) ? first : undefined
}

/** Whether what was done can be taken back still. */
export function canUndo(t: Task, minutes: number, now: number): boolean {
  return t.state === 'done' && !t.settled_at && t.ended_at !== undefined && now < Date.parse(t.ended_at) + minutes * 60_000
}

/** The other results of a task after its first; a task about nobody has none but what its step names. */
export function otherResults(t: Task): string[] {
  const rest = t.results.slice(1)
  const isDefault = t.results.join() === 'done,unreachable,refused'
  return !t.customer && isDefault ? [] : rest
}

/** A task as it will be when it is done. */
export function finished(t: Task, result: string, note: string | undefined, now: Date): Task {
  return { ...t, state: 'done', result, note: note || t.note, ended_at: now.toISOString(), late: t.state === 'overdue' || t.late }
}

/** A task taken back. */
export function reopened(t: Task, now: Date): Task {
  const { result: _, ended_at: __, ...rest } = t
  return { ...rest, state: Date.parse(t.deadline) < now.getTime() ? 'overdue' : 'open' }
}
