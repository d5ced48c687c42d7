import type { Schema } from '@shared/api/client'
import { labelParts } from './filter'

/** The first letter of a customer's name in a circle, the same colour every time. */
export function Avatar({ of, size = 30 }: { of: Pick<Schema<'CustomerView'>, 'id' | 'letter'>; size?: number }) {
  const hue = Number(of.id.slice(1)) % 5
  return <span className={`y-avatar y-customers-face-${hue}`} style={{ width: size, height: size, fontSize: size * 0.45 }} aria-hidden="true">{of.letter || '·'}</span>
}

/** Tags in one line: the name, with the group as its title, and how many more. */
export function Tags({ of, most }: { of: readonly string[]; most: number }) {
  const rest = of.length - most
  return (
    <span className="y-customers-tags" title={of.join('、')}>
      {of.slice(0, most).map((label) => <span key={label} className="y-customers-tag">{labelParts(label).name}</span>)}
      {rest > 0 && <span className="y-faint">+{rest}</span>}
    </span>
  )
}

/** A tag with its group. */
export function Tag({ label }: { label: string }) {
  const { group, name } = labelParts(label)
  return <span className="y-customers-tag">{group && <i>{group}</i>}{name}</span>
}
