/** Shown until the page is written. */
export function MomentsPage() {
  return null
}
