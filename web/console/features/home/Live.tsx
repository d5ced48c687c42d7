import { api } from '@shared/api/client'
import { ago, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { useMay } from '../../app/session'
import { Card, State } from '../../ui/PageShell'

const said = texts({
  title: ['此刻', 'Right now'], rate: [(n: string) => `每秒 ${n} 个事件`, (n: string) => `${n} events a second`], entered: ['进入', 'entered'], left: ['离开', 'left'], nothing: ['还没有人进出人群', 'Nobody has entered or left an audience yet'], audiences: ['全部人群', 'All audiences'],
})

/** The latest moves between audiences, followed as they happen. */
export function Live() {
  const t = useText(said)
  const may = useMay()
  const system = api.useQuery('get', '/system', {}, { enabled: may('system.read'), refetchInterval: 4000 })
  const moves = api.useQuery('get', '/transitions', {}, { enabled: may('audiences.read'), refetchInterval: 4000 })
  const audiences = api.useQuery('get', '/audiences', { params: { query: { limit: 1000 } } }, { enabled: may('audiences.read') })
  const names = new Map(audiences.data?.items?.map((a) => [a.id, a.name]))
  const rate = system.data?.checks?.find((c) => c.key === 'road')?.facts?.events_per_second
  if (!may('audiences.read')) return null
  return (
    <Card title={t.title} extra={<>{rate !== undefined && <span className="y-faint">{t.rate(num(Number(rate), 1))}</span>}<Link to={'/audiences' as string}>{t.audiences}</Link></>}>
      {moves.data?.items?.length === 0 && <p className="y-faint y-home-p">{t.nothing}</p>}
      <ul className="y-home-live">
        {moves.data?.items?.slice(0, 12).map((m) => (
          <li key={`${m.at}${m.customer}${m.audience}`}>
            <State tone={m.entered ? 'good' : 'quiet'}>{m.entered ? t.entered : t.left}</State>
            <Link to={`/audiences/${m.audience}` as string}>{names.get(m.audience) ?? m.audience}</Link><Link className="y-faint" to={`/customers/${m.customer}` as string}>{m.customer}</Link>
            <time className="y-faint" dateTime={m.at}>{ago(m.at)}</time>
          </li>
        ))}
      </ul>
    </Card>
  )
}
