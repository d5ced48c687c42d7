/** Shown until the page is written. */
export function ChannelsPage() {
  return null
}
