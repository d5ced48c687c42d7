/** A list in which one item stands elsewhere. What lies outside is taken to the nearest end. */
export function reorder<T>(list: readonly T[], from: number, to: number): T[] {
  const out = [...list]
  const [item] = out.splice(from, 1)
  if (item === undefined) return [...list]
  out.splice(Math.min(Math.max(to, 0), out.length), 0, item)
  return out
}
