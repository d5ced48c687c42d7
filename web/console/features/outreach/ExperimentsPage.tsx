/** Shown until the page is written. */
export function ExperimentsPage() {
  return null
}
