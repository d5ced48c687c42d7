import type { Schema } from '@shared/api/client'
import type { kindNames } from './auditWords'

type Kind = keyof typeof kindNames

/** What an entry of the audit log is about, and the page of it. */
export interface Thing {
  kind?: Kind
  id: string
  to?: string
  search?: Record<string, string>
}

/** A kind, and its page: `#` stands for the id. */
type Place = [Kind, string?, Record<string, string>?]

const byPrefix: Record<string, Place> = {
  acc: ['account', '/settings/accounts'], tok: ['token', '/settings/accounts', { tab: 'tokens' }],
  aud: ['audience', '/audiences/#'], tag: ['tag', '/tags'], tgrp: ['tags', '/tags'], tbulk: ['bulk', '/tags'],
  lc: ['code', '/codes/#'], lcb: ['batch', '/codes', { batch: '#' }], al: ['acquisition', '/acquisition', { link: '#' }], wel: ['welcome', '/welcome'],
  pb: ['playbook', '/playbooks/#'], rpl: ['replay', '/replays/#'], tsk: ['task', '/tasks'], trf: ['transfer', '/losses'],
  ms: ['send', '/sends/#'], mom: ['moment', '/moments/#'], dlv: ['delivery', '/deliveries', { open: '#' }], ch: ['channel', '/settings/channels'], ep: ['webhook', '/settings/channels'],
  gcode: ['groupCode', '/groups/codes'], gwel: ['groupWelcome', '/groups', { tab: 'welcome' }],
  mat: ['material', '/library/#'], scr: ['script', '/scripts', { script: '#' }], fld: ['folder'], ast: ['file', '/files', { file: '#' }], per: ['persona', '/personas'], chk: ['checklist', '/personas', { tab: 'checklists' }],
  cost: ['cost', '/reports/cac', { tab: 'costs' }], pln: ['plan', '/reports/planner', { plan: '#' }], imp: ['import', '/settings/imports/#'], exp: ['export', '/settings/imports', { tab: 'exports' }],
}

const byAction: Record<string, Place> = {
  experiment: ['experiment', '/experiments/#'], link: ['link', '/links', { link: '#' }], run: ['run', '/runs/#'], group: ['group', '/groups/#'], dressing_audit: ['check', '/personas', { tab: 'audits' }],
  brand: ['brand', '/settings/brand'], privacy: ['privacy', '/settings/privacy'], lifecycle: ['lifecycle', '/lifecycle'], identity: ['identity', '/identity'],
  outreach: ['outreach', '/budget', { tab: 'policy' }], callback: ['callback', '/settings/system'], job: ['job', '/settings/system'], audit: ['log', '/settings/audit'],
  corp: ['corp', '/settings/wecom'], wecom: ['corp', '/settings/wecom'], archive: ['corp', '/settings/wecom'], acquisition: ['corp', '/acquisition'], tag: ['corp', '/tags'], code: ['corp', '/codes'],
  customer: ['customer', '/customers'], panel: ['customer'],
}

const exactly: Record<string, Place> = {
  'desk.put': ['corp', '/settings/wecom'], 'desk.refresh': ['corp', '/settings/wecom'], 'desk.welcome': ['desk', '/settings/wecom'],
  'link.settings': ['link', '/links'], 'playbook.settings': ['playbooks', '/playbooks'], 'task.settings': ['taskSettings', '/tasks'], 'material.settings': ['materialSettings', '/library'],
  'insight.board_settings': ['board', '/reports/boards'], 'insight.maturity': ['maturity', '/reports/maturity'], 'insight.cost_phases': ['cost', '/reports/cac', { tab: 'costs' }], 'insight.cost_import': ['cost', '/reports/cac', { tab: 'costs' }], 'insight.export': ['report', '/reports/#'],
  'poster.create': ['poster', '/posters/#'], 'poster.batch': ['poster'],
}

/** What an entry is about. An id says what it names; where it does not, the action does. */
export function thingOf(e: Pick<Schema<'AccessEntry'>, 'action' | 'object'>): Thing {
  const id = e.object
  if (/^c[1-9]\d*$/.test(id)) return { kind: 'customer', id, to: `/customers/${id}` }
  if (id.startsWith('staff/') || e.action === 'task.hand_over_all') return { kind: 'staff', id: id.slice(id.lastIndexOf('/') + 1), to: '/settings/staff' }
  if (id.startsWith('source/')) return { kind: 'source', id: id.slice(7), to: '/settings/sources' }
  const place = exactly[e.action] ?? byPrefix[/^([a-z]+)_[0-9A-Z]{26}$/.exec(id)?.[1] ?? ''] ?? byAction[e.action.split('.')[0] ?? '']
  if (!place) return { id }
  const [kind, to, search] = place
  const put = (s: string) => s.replace('#', id)
  return { kind, id, to: to && put(to), search: search && Object.fromEntries(Object.entries(search).map(([k, v]) => [k, put(v)])) }
}

/** Ids that say nothing to people are cut in the middle; other texts stay whole. */
export const shortId = (id: string) => (/^([a-z]+_[0-9A-Z]{26}|w[a-z][\w-]{20,})$/.test(id) ? `${id.slice(0, 8)}…${id.slice(-4)}` : id)

/** Whether an action leaves the thing as its detail says, so that an earlier entry tells what it was like before. */
export const leaves = (action: string) => /\.(create|update|put|set|policy|masking|retention|schedule|unschedule|publish|approve|reject|archive|version|assign|submit|pause|resume|end|install|\w*settings|cost_phases|cost_create|cost_update)$/.test(action)

/** The entry before this one that tells the same of the same thing. Entries come newest first. */
export function earlierOf<E extends Pick<Schema<'AccessEntry'>, 'id' | 'action' | 'detail'>>(of: E, entries: readonly E[]): E | undefined {
  const at = entries.findIndex((e) => e.id === of.id)
  if (at < 0 || !leaves(of.action)) return undefined
  const room = (e: E) => e.action.split('.')[0]
  const keys = Object.keys((of.detail ?? {}) as object)
  return entries.slice(at + 1).find((e) => leaves(e.action) && room(e) === room(of) && keys.some((k) => k in ((e.detail ?? {}) as object)))
}
