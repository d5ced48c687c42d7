/** Shown until the page is written. */
export function DeliveriesPage() {
  return null
}
