import { api } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useMay } from './session'

/** A line of the palette. */
export interface Found {
  group: string
  title: string
  detail?: string
  to: string
}

const said = texts({
  customer: ['客户', 'Customers'], audience: ['人群', 'Audiences'], playbook: ['SOP', 'Playbooks'], code: ['渠道活码', 'Live codes'], material: ['素材', 'Materials'],
  script: ['话术', 'Scripts'], mass_send: ['群发', 'Mass sends'], group: ['客户群', 'Groups'], staff: ['员工', 'Staff'],
})

/** Where a found thing is shown. */
const addresses: Record<string, (id: string) => string> = {
  customer: (id) => `/customers/${id}`, audience: (id) => `/audiences/${id}`, playbook: (id) => `/playbooks/${id}`, code: (id) => `/codes/${id}`, material: (id) => `/library/${id}`,
  script: (id) => `/scripts?script=${encodeURIComponent(id)}`, mass_send: (id) => `/sends/${id}`, group: (id) => `/groups/${id}`, staff: () => '/settings/staff',
}

/** Follows a value after it has been still for some milliseconds. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** Objects whose Chinese names fit letters, by pinyin or its initials: xk finds 新客. */
function useSpelled(like: string): Found[] {
  const t = useText(said)
  const may = useMay()
  const letters = /^[a-z]{2,}$/i.test(like)
  const query = { params: { query: { limit: 200 } } }
  const spelling = useQuery({ queryKey: ['pinyin'], queryFn: () => import('pinyin-pro'), enabled: letters, staleTime: Number.POSITIVE_INFINITY })
  const audiences = api.useQuery('get', '/audiences', query, { enabled: letters && may('audiences.read'), staleTime: 60_000 })
  const playbooks = api.useQuery('get', '/playbooks', query, { enabled: letters && may('playbooks.read'), staleTime: 60_000 })
  const codes = api.useQuery('get', '/codes', query, { enabled: letters && may('codes.read'), staleTime: 60_000 })
  return useMemo(() => {
    const match = spelling.data?.match
    if (!letters || !match) return []
    const all = [
      ...(audiences.data?.items ?? []).map((x) => ({ kind: 'audience', id: x.id, title: x.name })),
      ...(playbooks.data?.items ?? []).map((x) => ({ kind: 'playbook', id: x.id, title: x.name })),
      ...(codes.data?.items ?? []).map((x) => ({ kind: 'code', id: x.id, title: x.name })),
    ]
    return all.filter((x) => x.title && match(x.title, like.toLowerCase())).slice(0, 8)
      .map((x) => ({ group: named(t, x.kind), title: x.title ?? x.id, to: addresses[x.kind]?.(x.id) ?? '/' }))
  }, [letters, like, spelling.data, audiences.data, playbooks.data, codes.data, t])
}

/** What fits what was typed: customers and objects that the viewer may read. */
export function useFound(q: string): Found[] {
  const t = useText(said)
  const like = useSettled(q.trim(), 150)
  const asked = api.useQuery('get', '/search', { params: { query: { q: like } } }, { enabled: like.length > 1, placeholderData: (old) => old })
  const spelled = useSpelled(like)
  return useMemo(() => {
    if (like.length < 2) return []
    const exact = (asked.data?.items ?? []).map((x) => ({ group: named(t, x.kind), title: x.title || x.id, detail: x.subtitle, to: addresses[x.kind]?.(x.id) ?? '/' }))
    return [...exact, ...spelled.filter((x) => !exact.some((y) => y.to === x.to))]
  }, [asked.data, spelled, like, t])
}
