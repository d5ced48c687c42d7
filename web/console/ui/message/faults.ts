import { problemOf, type Problem } from '@shared/api/client'

/** What is wrong with a message, by pointer: '/text', '/attachments/0/title', or '' for the whole. */
export type Faults = Readonly<Record<string, string>>

/** The faults at and below a pointer, by what is left of theirs. */
export function below(faults: Faults, at: string): Faults {
  return Object.fromEntries(Object.entries(faults).flatMap(([p, said]) => (p === at || p.startsWith(`${at}/`) ? [[p.slice(at.length), said]] : [])))
}

/** Takes what the server said at or below some pointers out of a problem. The rest is nothing if that was all. */
export function faultsAt(thrown: unknown, ...places: readonly string[]): { faults: Faults; rest: Problem | undefined } {
  const problem = problemOf(thrown)
  const faults: Record<string, string> = {}
  const others: NonNullable<Problem['errors']> = []
  for (const e of problem.errors ?? []) {
    const found = places.flatMap((at) => [`/body${at}`, at].flatMap((p) => Object.keys(below({ [e.pointer]: '' }, p)).map((rest) => at + rest)))[0]
    if (found === undefined) others.push(e)
    else faults[found] = faults[found] ? `${faults[found]} ${e.detail}` : e.detail
  }
  const isAll = others.length === 0 && Object.keys(faults).length > 0
  return { faults, rest: isAll ? undefined : { ...problem, errors: others.length > 0 ? others : undefined } }
}
