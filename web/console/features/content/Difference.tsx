import { texts, useText } from '@shared/i18n'
import { useMemo } from 'react'
import type { Message } from '../../ui/message/message'
import { diff, pieces } from './diff'
import { asLines } from './message'

const said = texts({ same: ['两版完全一样', 'Both versions say the same'] })

/** What one version says otherwise than another, word by word. */
export function Difference({ before, after }: { before: Message; after: Message }) {
  const t = useText(said)
  const parts = useMemo(() => {
    const [a, b] = [asLines(before).join('\n'), asLines(after).join('\n')]
    return a.length + b.length > 8000 ? diff(a.split(/(?<=\n)/), b.split(/(?<=\n)/)) : diff(pieces(a), pieces(b))
  }, [before, after])
  if (parts.every((p) => p.sort === 'same')) return <p className="y-faint">{t.same}</p>
  return (
    <p className="y-content-diff">
      {parts.map((p, i) => {
        const text = p.items.join('')
        return p.sort === 'added' ? <ins key={i}>{text}</ins> : p.sort === 'removed' ? <del key={i}>{text}</del> : <span key={i}>{text}</span>
      })}
    </p>
  )
}
