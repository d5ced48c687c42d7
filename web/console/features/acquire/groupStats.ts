import type { Schema } from '@shared/api/client'

/** Figures of one owner's groups on one day. */
export type GroupStat = Schema<'GroupchatStat'>

/** Sums of a day or of an owner. */
export type Sum = Omit<GroupStat, 'owner'>

const counts = ['active_groups', 'groups', 'members', 'messages', 'new_groups', 'new_members', 'talkers'] as const

const add = (a: Sum, b: Sum): Sum => ({ ...a, ...Object.fromEntries(counts.map((k) => [k, a[k] + b[k]])) })

/** Adds all owners up by day, in the order of days. */
export function totals(stats: readonly GroupStat[]): Sum[] {
  const by = new Map<string, Sum>()
  for (const { owner: _, ...s } of stats) {
    const old = by.get(s.day)
    by.set(s.day, old ? add(old, s) : s)
  }
  return [...by.values()].sort((a, b) => a.day.localeCompare(b.day))
}

/** Adds up what happened by owner; groups and members are those of the last day. */
export function byOwner(stats: readonly GroupStat[]): GroupStat[] {
  const by = new Map<string, GroupStat>()
  for (const s of [...stats].sort((a, b) => a.day.localeCompare(b.day))) {
    const old = by.get(s.owner)
    by.set(s.owner, old ? { ...add(old, s), owner: s.owner, day: s.day, groups: s.groups, members: s.members, active_groups: Math.max(old.active_groups, s.active_groups) } : s)
  }
  return [...by.values()].sort((a, b) => b.messages - a.messages || b.members - a.members)
}
