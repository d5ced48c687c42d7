import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import { useCorps } from '../../ui/pickers'

const said = texts({ system: ['系统', 'System'], first: ['系统令牌', 'System token'], account: ['账号', 'Account'], token: ['API 令牌', 'API token'], staff: ['员工', 'Staff'], program: ['程序自动执行', 'Done by the program itself'] })

type Kind = 'account' | 'token' | 'staff' | 'program'

/** Who did something. */
export interface Actor {
  id: string
  name: string
  kind: Kind
}

/** The server's name for the token that its environment sets. */
const bootstrap = 'YUTANG_ADMIN_TOKEN'

const lasting = { staleTime: 60_000, retry: false }
const whole = { params: { query: { limit: 1000 } } }

/** Who there is to do things, and what the things that the audit log is about are called. */
export function useAuditNames() {
  const t = useText(said)
  const may = useMay()
  const { corps, first } = useCorps()
  const accounts = api.useQuery('get', '/accounts', whole, { ...lasting, enabled: may('accounts.read') })
  const tokens = api.useQuery('get', '/tokens', whole, { ...lasting, enabled: may('accounts.read') })
  const staff = api.useQuery('get', '/staff', { params: { query: { corp: first ?? '', limit: 1000, left: true } } }, { ...lasting, enabled: Boolean(first) && may('staff.read') })
  const audiences = api.useQuery('get', '/audiences', whole, { ...lasting, enabled: may('audiences.read') })
  const playbooks = api.useQuery('get', '/playbooks', whole, { ...lasting, enabled: may('playbooks.read') })
  const codes = api.useQuery('get', '/codes', whole, { ...lasting, enabled: may('codes.read') })
  return useMemo(() => {
    const actors: Actor[] = [
      { id: 'system', name: t.system, kind: 'program' },
      ...(accounts.data?.items ?? []).map((a) => ({ id: a.id, name: a.name, kind: 'account' as const })),
      ...(tokens.data?.items ?? []).map((a) => ({ id: a.id, name: a.name === bootstrap ? t.first : a.name, kind: 'token' as const })),
      ...(staff.data?.items ?? []).map((s) => ({ id: `staff/${first}/${s.staff}`, name: s.name || s.staff, kind: 'staff' as const })),
    ]
    const names = new Map<string, string>([
      ...corps.map((c) => [c.id, c.name || c.id] as const),
      ...(staff.data?.items ?? []).map((s) => [s.staff, s.name || s.staff] as const),
      ...[audiences, playbooks, codes].flatMap((list) => (list.data?.items ?? []).map((x) => [x.id, x.name] as const)),
      ...actors.map((a) => [a.id, a.name] as const),
    ])
    const known = new Map(actors.map((a) => [a.id, a]))
    const kindOf = (id: string): Kind => (id.startsWith('acc_') ? 'account' : id.startsWith('tok_') ? 'token' : id.startsWith('staff/') ? 'staff' : 'program')
    return {
      actors,
      actor: (id: string): Actor => known.get(id) ?? { id, name: id.startsWith('staff/') ? id.slice(id.lastIndexOf('/') + 1) : id, kind: kindOf(id) },
      name: (id: string): string | undefined => names.get(id),
      kinds: t,
    }
  }, [t, corps, first, accounts.data, tokens.data, staff.data, audiences.data, playbooks.data, codes.data])
}

/** What useAuditNames gives. */
export type AuditNames = ReturnType<typeof useAuditNames>
