import type { Schema } from '@shared/api/client'

/** The receivers of a mass send, each in one pile. */
export interface Tally {
  waiting: number
  sent: number
  quota: number
  failed: number
  expired: number
  left: number
  all: number
}

/** The pile of a receiver: over the platform's quota stands apart, whether we left the customer out or the platform refused. */
export function pileOf(state: string, reason?: string): Exclude<keyof Tally, 'all'> {
  if (state === 'accepted') return 'sent'
  if (reason === 'quota') return 'quota'
  if (state === 'suppressed') return 'left'
  if (state === 'rejected') return 'failed'
  return state === 'expired' ? 'expired' : 'waiting'
}

/** Adds up the receivers of a mass send, customers and groups. */
export function tally(p: Pick<Schema<'MasssendProgress'>, 'counts' | 'chats'> | undefined): Tally {
  const out: Tally = { waiting: 0, sent: 0, quota: 0, failed: 0, expired: 0, left: 0, all: 0 }
  for (const c of [...(p?.counts ?? []), ...(p?.chats ?? [])]) {
    out[pileOf(c.state, c.reason)] += c.count
    out.all += c.count
  }
  return out
}
