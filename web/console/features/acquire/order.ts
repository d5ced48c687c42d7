/** Rules in the order in which they are tried: those for members, then those for departments, then the default; lower positions first. */
export function rulesInOrder<R extends { staff?: string[] | null; departments?: number[] | null; position: number; created_at: string }>(rules: readonly R[]): R[] {
  const rank = (r: R) => (r.staff?.length ? 0 : r.departments?.length ? 1 : 2)
  return [...rules].sort((a, b) => rank(a) - rank(b) || a.position - b.position || a.created_at.localeCompare(b.created_at))
}
