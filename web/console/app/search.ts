import { api } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { useEffect, useMemo, useState } from 'react'

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
  script: (id) => `/scripts?q=${encodeURIComponent(id)}`, mass_send: (id) => `/sends/${id}`, group: (id) => `/groups/${id}`, staff: () => '/settings/staff',
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

/** What fits what was typed: customers and objects that the viewer may read. */
export function useFound(q: string): Found[] {
  const t = useText(said)
  const like = useSettled(q.trim(), 150)
  const asked = api.useQuery('get', '/search', { params: { query: { q: like } } }, { enabled: like.length > 1, placeholderData: (old) => old })
  return useMemo(() => {
    if (like.length < 2) return []
    return (asked.data?.items ?? []).map((x) => ({ group: named(t, x.kind), title: x.title || x.id, detail: x.subtitle, to: addresses[x.kind]?.(x.id) ?? '/' }))
  }, [asked.data, like, t])
}
