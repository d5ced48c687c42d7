/** Shown until the page is written. */
export function TagsPage() {
  return null
}
