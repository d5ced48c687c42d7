/** Shown until the page is written. */
export function PosterPage() {
  return null
}
