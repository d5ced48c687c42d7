/** Shown until the page is written. */
export function MomentEdit() {
  return null
}
