import { useText } from '@shared/i18n'
import { useEffect, useSyncExternalStore } from 'react'
import { common } from './words'

interface Offer { text: string; undo?: () => void }

let offer: Offer | undefined
const listeners = new Set<() => void>()

/** Says what was done, with a way to take it back for some seconds. */
export function offerUndo(next: Offer | undefined) {
  offer = next
  for (const tell of listeners) tell()
}

const subscribe = (tell: () => void) => {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

const shownFor = 7000

/** Where that is said: above the tabs. */
export function Snack() {
  const t = useText(common)
  const now = useSyncExternalStore(subscribe, () => offer, () => offer)
  useEffect(() => {
    if (!now) return
    const timer = setTimeout(() => offerUndo(undefined), shownFor)
    return () => clearTimeout(timer)
  }, [now])
  return (
    <div className="s-snack-place" role="status" aria-live="polite">
      {now && <div className="s-snack"><span>{now.text}</span>{now.undo && <button type="button" onClick={() => { const { undo } = now; offerUndo(undefined); undo?.() }}>{t.undo}</button>}</div>}
    </div>
  )
}
