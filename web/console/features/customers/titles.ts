import { api } from '@shared/api/client'
import { useMemo } from 'react'
import { useMay } from '../../app/session'

/** Gives the names of playbooks and mass sends by id, as far as the viewer may read them. */
export function useTitles(): (id: string | undefined) => string | undefined {
  const may = useMay()
  const playbooks = api.useQuery('get', '/playbooks', { params: { query: { limit: 1000 } } }, { enabled: may('playbooks.read'), staleTime: 300_000, retry: false })
  const sends = api.useQuery('get', '/mass-sends', { params: { query: { limit: 1000 } } }, { enabled: may('outreach.read'), staleTime: 300_000, retry: false })
  const names = useMemo(() => {
    const all = new Map<string, string>()
    for (const x of playbooks.data?.items ?? []) all.set(x.id, x.name)
    for (const x of sends.data?.items ?? []) all.set(x.id, x.name)
    return all
  }, [playbooks.data, sends.data])
  return (id) => (id ? names.get(id) : undefined)
}

/** Where a playbook or a mass send is shown. */
export const placeOf = (id: string) => (id.startsWith('ms_') ? `/sends/${id}` : `/playbooks/${id}`)
