import type { Schema } from '@shared/api/client'
import { named, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Who } from '../../ui/Who'
import type { AuditNames } from './auditNames'
import { shortId, thingOf } from './auditObjects'
import { kindNames } from './auditWords'

/** What an entry is about: its kind and name, with the way to its page. */
export function AuditThing({ entry, names }: { entry: Schema<'AccessEntry'>; names: AuditNames }) {
  const kinds = useText(kindNames)
  const thing = thingOf(entry)
  const kind = named(kinds, thing.kind)
  if (thing.kind === 'customer' && thing.to !== '/customers') return <span className="y-audit-thing"><small>{kind}</small><Who id={thing.id} /></span>
  const own = (entry.detail as { name?: unknown } | null)?.name
  const name = names.name(thing.id) ?? (typeof own === 'string' && own && thing.kind !== 'corp' ? own : thing.kind === 'staff' || !kind ? thing.id : undefined)
  const id = /[_-]|\d/.test(thing.id) ? shortId(thing.id) : undefined
  const text = name || kind || '–'
  return (
    <span className="y-audit-thing" title={thing.id}>
      {name && kind && <small>{kind}</small>}
      {thing.to ? <Link to={thing.to as string} search={thing.search as never}>{text}</Link> : <span>{text}</span>}
      {!name && id && <small>{id}</small>}
    </span>
  )
}
