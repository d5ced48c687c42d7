/** Shown until the page is written. */
export function CustomerPage() {
  return null
}
