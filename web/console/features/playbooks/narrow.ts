import { useSyncExternalStore } from 'react'

const media = () => matchMedia('(max-width: 760px)')

function subscribe(tell: () => void) {
  const m = media()
  m.addEventListener('change', tell)
  return () => m.removeEventListener('change', tell)
}

/** Whether the window is as narrow as a phone. */
export const useNarrow = () => useSyncExternalStore(subscribe, () => media().matches)
