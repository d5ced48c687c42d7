import { describe, expect, it } from 'vitest'
import { match } from './route'
import { corpOf, loginAddress } from './session'

describe('match', () => {
  it.each([
    ['/staff/', 'today', {}], ['/staff', 'today', {}], ['/staff/tasks?corp=ww1', 'today', {}], ['/staff/tasks/team', 'team', {}], ['/staff/tasks/team/ma%201', 'mate', { staff: 'ma 1' }],
    ['/staff/tasks/tcd_1?m=x', 'card', { card: 'tcd_1' }], ['/staff/customers/wm1/', 'customer', { external: 'wm1' }], ['/staff/me/audits/a1', 'audit', { audit: 'a1' }], ['/staff/panel', 'panel', {}],
    ['/staff/nowhere', 'lost', {}], ['/staff/customers/a/b', 'lost', {}], ['/staff/customers/%E0%A4%A', 'customer', { external: '%E0%A4%A' }],
  ])('%s is %s', (address, page, params) => {
    expect(match(address)).toMatchObject({ page, params })
  })
})

describe('log-in', () => {
  it('names the corp of the address before the one kept', () => {
    expect(corpOf(new URLSearchParams('corp=ww2'), 'ww1')).toBe('ww2')
    expect(corpOf(new URLSearchParams(''), 'ww1')).toBe('ww1')
    expect(corpOf(new URLSearchParams(''), null)).toBeUndefined()
  })
  it('comes back to the page', () => {
    expect(loginAddress('ww1', '/staff/tasks/x?corp=ww1&m=2')).toBe('/wecom/login/ww1?next=%2Fstaff%2Ftasks%2Fx%3Fcorp%3Dww1%26m%3D2')
    expect(loginAddress(undefined, '/staff/')).toBe('/wecom/login?next=%2Fstaff%2F')
  })
})
