import { texts, useText } from '@shared/i18n'
import { useEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import type { Kind } from './document'
import { KindIcon } from './icons'
import { kindNotes, kindWords } from './words'

const said = texts({ title: ['添加步骤', 'Add a step'], paste: ['粘贴复制的步骤', 'Paste copied steps'] })

/** The kinds of step to add, at a place of the window. Arrow keys walk, Escape closes. */
export function AddMenu({ at, kinds, onPick, onPaste, onClose }: { at: { x: number; y: number }; kinds: readonly Kind[]; onPick: (k: Kind) => void; onPaste?: () => void; onClose: () => void }) {
  const t = useText(said)
  const names = useText(kindWords)
  const notes = useText(kindNotes)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const back = document.activeElement as HTMLElement | null
    box.current?.querySelector<HTMLButtonElement>('button')?.focus()
    const away = (e: PointerEvent) => { if (!box.current?.contains(e.target as HTMLElement)) onClose() }
    addEventListener('pointerdown', away, true)
    return () => { removeEventListener('pointerdown', away, true); back?.focus?.() }
  }, [])
  const keys = (e: React.KeyboardEvent) => {
    const all = [...(box.current?.querySelectorAll<HTMLButtonElement>('button') ?? [])]
    const on = all.indexOf(document.activeElement as HTMLButtonElement)
    const step = { ArrowDown: 2, ArrowUp: -2, ArrowRight: 1, ArrowLeft: -1 }[e.key]
    if (step !== undefined) {
      e.preventDefault()
      all[Math.min(all.length - 1, Math.max(0, on + step))]?.focus()
    } else if (e.key === 'Escape') {
      e.stopPropagation()
      onClose()
    }
  }
  const [width, height] = [436, 88 + Math.ceil(kinds.length / 2) * 48]
  const left = Math.max(8, Math.min(at.x, innerWidth - width - 12))
  const top = Math.max(8, Math.min(at.y, innerHeight - height - 12))
  return createPortal(
    <div ref={box} className="y-playbooks-add" role="menu" tabIndex={-1} aria-label={t.title} style={{ left, top, width }} onKeyDown={keys}>
      {kinds.map((k) => (
        <button key={k} type="button" role="menuitem" onClick={() => onPick(k)}><KindIcon kind={k} /><span><b>{names[k]}</b><small>{notes[k]}</small></span></button>
      ))}
      {onPaste && <button type="button" role="menuitem" className="y-playbooks-add-paste" onClick={onPaste}>{t.paste} <kbd>Ctrl V</kbd></button>}
    </div>,
    document.body,
  )
}
