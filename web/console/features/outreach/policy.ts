import type { Schema } from '@shared/api/client'
import { channels } from './words'

type Policy = Schema<'OutreachPolicy'>
type Numbers = Record<string, number | null | undefined>

/** The rules of sending as the form keeps them: empty numbers are no limit. */
export interface PolicyFields {
  cap: { per_day?: number | null; per_week?: number | null; per_month?: number | null; channels?: Numbers; channels_per_week?: Numbers; channels_per_month?: Numbers }
  quiet: { on: boolean; from: string; to: string }
  consent: Record<string, string>
  holdout_percent?: number | null
  holdout_salt?: string
  staff_messages_per_day?: number | null
  rates: { to?: string; calls?: number | null }[]
}

/** The policy as the form shows it. A channel without a need asks for a yes. */
export function formOf(p: Policy): PolicyFields {
  return {
    cap: { ...p.cap, per_day: p.cap?.per_day || null, per_week: p.cap?.per_week || null, per_month: p.cap?.per_month || null },
    quiet: { on: Boolean(p.quiet_hours), from: p.quiet_hours?.from ?? '22:00', to: p.quiet_hours?.to ?? '08:00' },
    consent: { ...Object.fromEntries(channels.map((c) => [c, 'given'])), ...p.consent },
    holdout_percent: p.holdout_percent ?? 0, holdout_salt: p.holdout_salt, staff_messages_per_day: p.staff_messages_per_day || null,
    rates: Object.entries(p.rates_per_minute ?? {}).map(([to, calls]) => ({ to, calls })),
  }
}

const kept = (of: Numbers | undefined) => {
  const some = Object.entries(of ?? {}).filter((x): x is [string, number] => typeof x[1] === 'number' && x[1] > 0)
  return some.length > 0 ? Object.fromEntries(some) : undefined
}

const without = <T extends object>(o: T) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined && v !== null && v !== '' && v !== 0)) as Partial<T>

/** What the form means as a policy. */
export function policyOf(f: PolicyFields): Policy {
  const cap = without({
    per_day: f.cap.per_day ?? undefined, per_week: f.cap.per_week ?? undefined, per_month: f.cap.per_month ?? undefined,
    channels: kept(f.cap.channels), channels_per_week: kept(f.cap.channels_per_week), channels_per_month: kept(f.cap.channels_per_month),
  })
  const rates = kept(Object.fromEntries(f.rates.flatMap((r) => (r.to ? [[r.to, r.calls]] : []))))
  return {
    cap, consent: Object.fromEntries(Object.entries(f.consent).filter(([, need]) => need === 'not_withdrawn')),
    ...(f.quiet.on && { quiet_hours: { from: f.quiet.from, to: f.quiet.to } }),
    ...without({ holdout_percent: f.holdout_percent ?? undefined, holdout_salt: f.holdout_salt, staff_messages_per_day: f.staff_messages_per_day ?? undefined, rates_per_minute: rates }),
  }
}
