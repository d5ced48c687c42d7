import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** Where `g` and a letter go. */
export const goKeys: Record<string, string> = {
  h: '/', c: '/customers', a: '/audiences', q: '/codes', p: '/playbooks', t: '/tasks', s: '/sends', b: '/budget', r: '/reports/boards',
}

/** Whether a key press belongs to what is being written. */
export function isWriting(e: KeyboardEvent): boolean {
  const on = e.target as HTMLElement | null
  return e.isComposing || Boolean(on?.closest?.('input, textarea, select, [contenteditable="true"]'))
}

/** The keys of the whole console: Ctrl K, `?`, `/`, `g` and a letter. */
export function useShortcuts(act: { palette: () => void; help: () => void }) {
  const go = useNavigate()
  const acts = useRef(act)
  acts.current = act
  useEffect(() => {
    let g = 0
    const press = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
        e.preventDefault()
        acts.current.palette()
        return
      }
      if (isWriting(e) || e.ctrlKey || e.metaKey || e.altKey) return
      const to = Date.now() - g < 1500 ? goKeys[e.key] : undefined
      if (to) {
        g = 0
        void go({ to })
      } else if (e.key === 'g') {
        g = Date.now()
      } else if (e.key === '?') {
        acts.current.help()
      } else if (e.key === '/') {
        const box = document.querySelector<HTMLInputElement>('[data-search] input, input[data-search]')
        if (!box) return
        e.preventDefault()
        box.focus()
      }
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [go])
}
