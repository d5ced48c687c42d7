import { api } from '@shared/api/client'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useMay } from '../app/session'
import { useCorps } from './pickers'
import { useSomeone } from './someone'

/** Gives the name of a member of staff by userid, or the userid itself while nobody of that name is known. */
export function useStaffName(corp?: string): (user: string | undefined) => string {
  const may = useMay()
  const { first } = useCorps()
  const of = corp || first
  const list = api.useQuery('get', '/staff', { params: { query: { corp: of ?? '', limit: 1000, left: true } } }, { enabled: Boolean(of) && may('staff.read'), staleTime: 60_000 })
  const names = useMemo(() => new Map(list.data?.items?.map((s) => [s.staff, s.name])), [list.data])
  return (user) => (user ? names.get(user) || user : '')
}

/** Some names, and how many more there are. */
export function Names({ of, most = 3, corp }: { of: readonly string[] | null | undefined; most?: number; corp?: string }) {
  const name = useStaffName(corp)
  const users = of ?? []
  const rest = users.length - most
  return <span title={users.map(name).join('、')}>{users.slice(0, most).map(name).join('、')}{rest > 0 && ` +${rest}`}</span>
}

/** A customer by id, or by the platform's external_userid, with the name and the way to the customer's page. */
export function Who({ id, corp, external }: { id?: string; corp?: string; external?: string }) {
  const may = useMay()
  const known = useSomeone(id, may('customers.read'))
  const query = { identity: `external_userid:${corp}:${external}`, limit: 1 }
  const found = api.useQuery('get', '/customers', { params: { query } }, { enabled: may('customers.read') && Boolean(!id && corp && external), staleTime: 300_000, retry: false })
  const customer = known.data ?? found.data?.items?.[0]
  const to = id ?? customer?.id
  if (!to) return <span className="y-mono y-faint" title={external}>{external ? `${external.slice(0, 10)}…` : '–'}</span>
  return <Link to={`/customers/${to}` as string} title={to}>{customer?.name || (typeof customer?.traits?.name === 'string' ? customer.traits.name : to)}</Link>
}
