import type { Card } from '../types'
import { Icon } from '../ui/icons'
import { Link } from '../ui/Page'

/** Content that goes with a task. */
export function Pieces({ of: all }: { of: NonNullable<Card['materials']> }) {
  if (all.length === 0) return null
  return (
    <ul className="s-pieces">{all.map((m) => (
      <li key={m.id}>{m.url ? <a href={m.url} target="_blank" rel="noreferrer"><Icon name="link" size={18} />{m.title}</a> : <Link to={`/materials?q=${encodeURIComponent(m.title)}`}><Icon name="materials" size={18} />{m.title}</Link>}</li>
    ))}</ul>
  )
}
