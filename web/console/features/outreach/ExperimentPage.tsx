/** Shown until the page is written. */
export function ExperimentPage() {
  return null
}
