import type { Schema } from '@shared/api/client'

type Department = Schema<'StaffDepartment'>

/** A department with those below it. */
export interface Branch {
  key: number
  title: string
  children: Branch[]
}

/** Departments as a tree, in the platform's order: higher numbers first. What has no known parent stands at the top. */
export function branches(all: readonly Department[]): Branch[] {
  const known = new Set(all.map((d) => d.id))
  const below = (parent: number | undefined): Branch[] => all
    .filter((d) => (parent === undefined ? !known.has(d.parent) || d.parent === d.id : d.parent === parent && d.id !== parent))
    .sort((a, b) => b.order - a.order || a.id - b.id)
    .map((d) => ({ key: d.id, title: d.name, children: below(d.id) }))
  return below(undefined)
}
