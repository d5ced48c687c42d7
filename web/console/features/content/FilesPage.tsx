/** Shown until the page is written. */
export function FilesPage() {
  return null
}
