import { api, call, must } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import './outreach.css'
import { tally } from './tally'
import type { Tone } from './words'

const said = texts({ send: ['群发', 'Mass send'], all: ['全部触达', 'All touches'] })

/** A part of a bar. */
export interface Share {
  tone: Tone
  name: string
  count: number
}

/** Shares of a whole as one bar; `of` is the whole if the parts do not fill it. The words beside it say the same. */
export function Bar({ parts, label, of }: { parts: readonly Share[]; label?: string; of?: number }) {
  const all = of ?? parts.reduce((sum, p) => sum + p.count, 0)
  const words = parts.filter((p) => p.count > 0).map((p) => `${p.name} ${num(p.count)}`).join('，')
  return (
    <span className="y-outreach-bar" role="img" aria-label={label ? `${label}：${words}` : words}>
      {all > 0 && parts.map((p) => p.count > 0 && <i key={p.name} className={p.tone} style={{ width: `${(p.count / all) * 100}%` }} />)}
    </span>
  )
}

/** What the colours of a bar mean, with the figures; each may open its people. */
export function Legend({ parts, onOpen }: { parts: readonly (Share & { open?: () => void })[]; onOpen?: (p: Share) => void }) {
  const all = parts.reduce((sum, p) => sum + p.count, 0)
  return (
    <ul className="y-outreach-legend">
      {parts.map((p) => (
        <li key={p.name} className={p.tone}>
          <i aria-hidden="true" />{p.name}
          {(p.open || onOpen) && p.count > 0 ? <button type="button" className="ant-btn ant-btn-link y-number" onClick={p.open ?? (() => onOpen?.(p))}>{num(p.count)}</button> : <b>{num(p.count)}</b>}
          {all > 0 && <small className="y-faint">{pct(p.count / all, 0)}</small>}
        </li>
      ))}
    </ul>
  )
}

/** Names of playbooks by id. */
export function useBooks() {
  const may = useMay()
  const list = api.useQuery('get', '/playbooks', { params: { query: { limit: 500 } } }, { enabled: may('playbooks.read'), staleTime: 60_000 })
  const names = useMemo(() => new Map(list.data?.items?.map((p) => [p.id, p.name])), [list.data])
  return { items: list.data?.items ?? [], name: (id: string | undefined) => (id ? names.get(id) ?? id : '') }
}

/** The name of what sends: a playbook or a mass send, with the way to it. `name` spares asking. */
export function Origin({ id, name }: { id: string; name?: string }) {
  const t = useText(said)
  const books = useBooks()
  const mass = id.startsWith('ms_')
  const send = api.useQuery('get', '/mass-sends/{id}', { params: { path: { id } } }, { enabled: mass && !name, staleTime: 300_000, retry: false })
  const to = mass ? `/sends/${id}` : `/playbooks/${id}`
  return <Link to={to as string}>{name || (mass ? (send.data?.name ?? `${t.send} ${id.slice(-6)}`) : books.name(id))}</Link>
}

/** Names of audiences by id. */
export function useAudienceName(id: string | undefined) {
  return api.useQuery('get', '/audiences/{id}', { params: { path: { id: id ?? '' } } }, { enabled: Boolean(id), staleTime: 300_000, retry: false })
}

/** Whether sending is held, looked at twice a minute. */
export function useStatus() {
  return api.useQuery('get', '/outreach/status', {}, { refetchInterval: 30_000 })
}

/** What is live in a mass send: the same figures for the list, the page and the confirmation. One that was stopped `settles` until nothing waits. */
export function useProgress(id: string, live: boolean, settles = false) {
  return useQuery({
    queryKey: ['get', '/mass-sends/{id}/progress', id], queryFn: ({ signal }) => must(call.GET('/mass-sends/{id}/progress', { params: { path: { id } }, signal })),
    refetchInterval: (q) => (live ? 5000 : settles && tally(q.state.data).waiting > 0 ? 1000 : false), staleTime: 2000,
  })
}

/** A share with a sign, in percent points. */
export const points = (n: number, digits = 2) => `${n > 0 ? '+' : n < 0 ? '−' : ''}${num(Math.abs(n * 100), digits)}`

/** A p-value as people write it. */
export const pText = (p: number) => (p < 0.001 ? '< 0.001' : num(p, 3))
