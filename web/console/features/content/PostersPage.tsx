/** Shown until the page is written. */
export function PostersPage() {
  return null
}
