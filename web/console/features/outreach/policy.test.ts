import { expect, test } from 'vitest'
import { formOf, policyOf } from './policy'

const policy = {
  cap: { per_day: 2, per_week: 4, channels: { sms: 1 } }, consent: { wecom_mass: 'not_withdrawn' }, quiet_hours: { from: '22:00', to: '08:00' }, holdout_percent: 5, rates_per_minute: { 'webhook/wh_1': 60 }, staff_messages_per_day: 3,
}

test('a policy survives the form', () => expect(policyOf(formOf(policy))).toEqual(policy))

test('empty numbers are no limit, and quiet hours may be off', () => {
  const f = formOf(policy)
  expect(policyOf({ ...f, cap: { per_day: null, channels: { sms: null } }, quiet: { ...f.quiet, on: false }, rates: [{ to: 'sms', calls: null }, {}], holdout_percent: 0, staff_messages_per_day: null })).toEqual({ cap: {}, consent: { wecom_mass: 'not_withdrawn' } })
})
