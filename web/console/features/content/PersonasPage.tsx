/** Shown until the page is written. */
export function PersonasPage() {
  return null
}
