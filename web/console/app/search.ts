import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useEffect, useMemo, useState } from 'react'
import { useMay } from './session'

/** A line of the palette. */
export interface Found {
  group: string
  title: string
  detail?: string
  to: string
}

const said = texts({ customers: ['客户', 'Customers'] })

/** Follows a value after it has been still for some milliseconds. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** Customers that fit what was typed. */
export function useFound(q: string): Found[] {
  const t = useText(said)
  const may = useMay()
  const like = useSettled(q.trim(), 150)
  const asked = api.useQuery('get', '/customers', { params: { query: { q: like, limit: 5 } } }, { enabled: like.length > 1 && may('customers.read'), placeholderData: (old) => old })
  return useMemo(() => {
    if (like.length < 2) return []
    return (asked.data?.items ?? []).map((c) => ({
      group: t.customers, title: String(c.traits?.name ?? c.id), detail: c.id, to: `/customers/${c.id}`,
    }))
  }, [asked.data, like, t])
}
