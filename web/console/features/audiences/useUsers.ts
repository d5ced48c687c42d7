import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useMemo } from 'react'
import { useMay } from '../../app/session'

const said = texts({ audience: ['人群', 'Audience'], playbook: ['SOP', 'Playbook'], tag: ['规则标签', 'Rule tag'], send: ['群发', 'Mass send'] })

/** What uses an audience. */
export interface User {
  kind: string
  name: string
  to: string
}

/** Tells what uses an audience, as far as the viewer may see: other audiences, playbooks, rule tags and mass sends. */
export function useUsers(): (id: string) => User[] {
  const t = useText(said)
  const may = useMay()
  const audiences = api.useQuery('get', '/audiences', { params: { query: { limit: 1000 } } })
  const playbooks = api.useQuery('get', '/playbooks', { params: { query: { limit: 200 } } }, { enabled: may('playbooks.read') })
  const tags = api.useQuery('get', '/tags/defined', { params: { query: { limit: 1000 } } }, { enabled: may('tags.read') })
  const sends = api.useQuery('get', '/mass-sends', { params: { query: { limit: 100 } } }, { enabled: may('outreach.read') })
  const all = useMemo(() => [
    ...(audiences.data?.items ?? []).map((a) => ({ own: a.id, text: JSON.stringify(a.rule), kind: t.audience, name: a.name, to: `/audiences/${a.id}` })),
    ...(playbooks.data?.items ?? []).map((p) => ({ own: p.id, text: JSON.stringify(p.definition ?? null), kind: t.playbook, name: p.name, to: `/playbooks/${p.id}` })),
    ...(tags.data?.items ?? []).map((x) => ({ own: x.id, text: JSON.stringify(x.audience ?? null), kind: t.tag, name: x.label, to: '/tags' })),
    ...(sends.data?.items ?? []).map((x) => ({ own: x.id, text: JSON.stringify(x.target ?? null), kind: t.send, name: x.name, to: `/sends/${x.id}` })),
  ], [t, audiences.data, playbooks.data, tags.data, sends.data])
  return (id) => all.filter((u) => u.own !== id && u.text.includes(`"${id}"`))
}
