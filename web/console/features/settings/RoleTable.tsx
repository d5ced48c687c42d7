import { groupBy } from '@shared/group'
import { api } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { Card } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { actNames, roleLeads, roleNames, roomNames } from './words'

const said = texts({ title: ['角色能做什么', 'What roles may do'], room: ['范围', 'Area'], yes: ['可以', 'Yes'], no: ['不可以', 'No'] })

/** A table of rooms and roles: what each may do. */
export function RoleTable() {
  const t = useText(said)
  const roles = useText(roleNames)
  const leads = useText(roleLeads)
  const rooms = useText(roomNames)
  const acts = useText(actNames)
  const list = api.useQuery('get', '/roles', {})
  return (
    <Card title={t.title}>
      <Asked query={list}>
        {(data) => {
          const all = (data.items ?? []).filter((r) => r.role !== 'staff')
          const byRoom = groupBy([...new Set(all.flatMap((r) => r.permissions ?? []))].sort(), (p) => p.split('.')[0] ?? p)
          return (
            <div className="y-sheet" tabIndex={0} role="region" aria-label={t.title}>
              <table className="y-roles">
                <thead><tr><th scope="col">{t.room}</th>{all.map((r) => <th key={r.role} scope="col">{named(roles, r.role)}<br /><small>{named(leads, r.role)}</small></th>)}</tr></thead>
                <tbody>
                  {[...byRoom].map(([room, permissions]) => (
                    <tr key={room}>
                      <th scope="row">{named(rooms, room)}</th>
                      {all.map((r) => {
                        const has = permissions.filter((p) => r.permissions?.includes(p))
                        return <td key={r.role}>{has.length ? has.map((p) => named(acts, p.split('.')[1])).join(' · ') : <span className="y-faint" aria-label={t.no}>–</span>}</td>
                      })}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }}
      </Asked>
    </Card>
  )
}
