import { api, type Schema } from '@shared/api/client'
import { day } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { useMay } from '../../app/session'
import { Asked } from '../../ui/states'
import { ConflictList } from './ConflictList'
import { MergeList } from './MergeList'
import { typeName } from './words'

const said = texts({
  held: ['这个人的标识', 'Identities'], first: [(d: string) => `${d} 首次出现`, (d: string) => `first seen ${d}`], merges: ['合并历史', 'Merges'], conflicts: ['疑似同一人（最近 200 条冲突里）', 'Suspected links (of the latest 200 conflicts)'], noMerges: ['没有合并过', 'Never merged'], all: ['全部合并与冲突', 'All merges and conflicts'],
})

/** Which identities a customer has, which records were joined, and which links were refused. */
export function IdentityTab({ customer: c }: { customer: Schema<'CustomerView'> }) {
  const t = useText(said)
  const lang = useLang()
  const may = useMay()
  return (
    <div className="y-stack">
      <section>
        <h3 className="y-h3">{t.held}</h3>
        <ul className="y-customers-list">
          {c.identities.map((x) => <li key={x.type + x.value}><span>{typeName(x.type, lang)}{x.type.includes(':') && <small className="y-mono">{x.type.slice(x.type.indexOf(':') + 1)}</small>}</span><span style={{ textAlign: 'right' }}><span className="y-customers-mono">{x.value}</span><small>{t.first(day(x.first_seen))}</small></span></li>)}
        </ul>
      </section>
      {may('identity.read') && <History id={c.id} />}
      {may('identity.read') && <Suspected id={c.id} />}
      {may('identity.read') && <Link to={'/identity' as string}>{t.all} →</Link>}
    </div>
  )
}

function History({ id }: { id: string }) {
  const t = useText(said)
  const asked = api.useQuery('get', '/identity/merges', { params: { query: { customer: id, limit: 100 } } })
  return (
    <section>
      <h3 className="y-h3">{t.merges}</h3>
      <Asked query={asked} rows={2}>{(p) => (p.items.length === 0 ? <span className="y-faint">{t.noMerges}</span> : <MergeList items={p.items} />)}</Asked>
    </section>
  )
}

function Suspected({ id }: { id: string }) {
  const t = useText(said)
  const asked = api.useQuery('get', '/identity/conflicts', { params: { query: { limit: 200 } } })
  const mine = asked.data?.items.filter((x) => !x.resolved && (x.customer_id === id || x.other_id === id)) ?? []
  if (mine.length === 0) return null
  return <section><h3 className="y-h3">{t.conflicts}</h3><ConflictList items={mine} /></section>
}
