import { api } from '@shared/api/client'
import { day } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { useMay } from '../../app/session'
import { Card, State } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { contactTones, contactWords } from '../../ui/words/contacts'
import { channelName } from './words'

const said = texts({ title: ['员工好友', 'Staff in contact'], none: ['不是任何员工的好友', 'Nobody’s contact'], added: [(d: string) => `${d} 添加`, (d: string) => `added ${d}`], code: [(n: string) => `活码「${n}」`, (n: string) => `code “${n}”`], ended: [(d: string) => `${d} 结束`, (d: string) => `ended ${d}`], remark: [(r: string) => `备注：${r}`, (r: string) => `remark: ${r}`] })

/** Who has the customer as a contact, or had. */
export function ContactsCard({ id }: { id: string }) {
  const t = useText(said)
  const lang = useLang()
  const states = useText(contactWords)
  const name = useStaffName()
  const may = useMay()
  const asked = api.useQuery('get', '/contacts', { params: { query: { customer: id, limit: 100 } } }, { enabled: may('contacts.read') })
  if (!may('contacts.read')) return null
  return (
    <Card title={t.title}>
      <Asked query={asked} rows={2}>
        {(p) => (
          <ul className="y-customers-list">
            {p.items.length === 0 && <li className="y-faint">{t.none}</li>}
            {p.items.map((x) => (
              <li key={x.corp + x.staff + x.external_userid}>
                <span>
                  {name(x.staff)}
                  <small>{[x.added_at && t.added(day(x.added_at)), x.ended_at && t.ended(day(x.ended_at))].filter(Boolean).join(' · ')}</small>
                  <small>{x.provenance.code ? <Link to={`/codes/${x.provenance.code}` as string}>{t.code(x.provenance.code_name || x.provenance.code)}</Link> : channelName(x.provenance.channel, lang)}</small>
                  {x.remark && <small>{t.remark(x.remark)}</small>}
                </span>
                <State tone={contactTones[x.state] ?? 'quiet'}>{named(states, x.state)}</State>
              </li>
            ))}
          </ul>
        )}
      </Asked>
    </Card>
  )
}
