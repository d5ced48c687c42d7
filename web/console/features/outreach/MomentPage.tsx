/** Shown until the page is written. */
export function MomentPage() {
  return null
}
