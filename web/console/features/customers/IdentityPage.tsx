/** Shown until the page is written. */
export function IdentityPage() {
  return null
}
