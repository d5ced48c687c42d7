import { expect, open, test, url } from './fixtures'
import { first } from './ask'
import { look, lookSmall } from './look'

/** Pages of one thing: where its list is, the address of the page, its tabs. */
const things: [name: string, list: string, page: (x: Record<string, string>) => string, tabs?: string[]][] = [
  ['a customer', '/customers?sort=-orders', (x) => `/customers/${x.id}`, ['timeline', 'orders', 'touches', 'work', 'audiences', 'moves', 'identity']],
  ['an audience', '/audiences', (x) => `/audiences/${x.id}`, ['overview', 'members', 'why', 'moves', 'versions']],
  ['the editor of an audience', '/audiences', (x) => `/audiences/${x.id}/edit`],
  ['a live code', '/codes', (x) => `/codes/${x.id}`],
  ['the editor of a live code', '/codes', (x) => `/codes/${x.id}/edit`],
  ['a playbook', '/playbooks', (x) => `/playbooks/${x.id}`, ['flow', 'edit', 'runs', 'test', 'replay', 'versions', 'yaml']],
  ['a run', '/runs', (x) => `/runs/${x.id}`],
  ['a mass send', '/mass-sends', (x) => `/sends/${x.id}`, ['progress', 'receivers', 'calls', 'message']],
  ['a Moment', '/moments', (x) => `/moments/${x.id}`],
  ['an experiment', '/experiments', (x) => `/experiments/${x.id}`, ['result', 'people', 'exposures', 'about']],
  ['a group', '/groups', (x) => `/groups/${x.id}`],
]

for (const [name, list, address, tabs] of things) {
  for (const tab of tabs ?? ['']) {
    test(`${name}${tab && `: ${tab}`}`, async ({ page }) => {
      const path = address(await first(page, list))
      await open(page, tab ? `${path}?tab=${tab}` : path)
      await look(page, path)
      if (tab === (tabs?.[0] ?? '')) await lookSmall(page, path)
    })
  }
}

const pages = [
  '/audiences/new', '/codes/new', '/codes/batches', '/groups/codes', '/playbooks/new', '/sends/new', '/moments/new', '/library/new', '/settings/imports/new', '/settings/account',
  '/settings/staff/contacts', '/settings/wecom/new',
  '/tags?tab=all', '/tags?tab=bulk', '/tags?tab=pushes', '/identity?tab=conflicts', '/identity?tab=blocked', '/identity?tab=policy', '/welcome?tab=preview', '/welcome?tab=ledger', '/welcome?tab=figures',
  '/groups?tab=duplicates', '/groups?tab=figures', '/groups?tab=welcome', '/sop?tab=installed', '/tasks?tab=stats', '/personas?tab=checklists', '/personas?tab=audits',
  '/budget?tab=touches', '/budget?tab=quota', '/budget?tab=values', '/budget?tab=policy', '/budget?tab=ledger', '/losses?tab=unassigned', '/losses?tab=transfers',
  '/reports/boards?board=unit', '/reports/boards?board=staff', '/reports/trends?tab=distribution', '/reports/ltv?tab=tree', '/reports/ltv?tab=joining', '/reports/cac?tab=costs',
  '/settings/accounts?tab=roles', '/settings/accounts?tab=tokens',
  ...['apps', 'sync', 'callbacks', 'desk', 'archive'].map((tab) => `/settings/wecom?tab=${tab}`),
]

for (const path of pages) {
  test(path, async ({ page }) => {
    await open(page, path)
    await look(page, path)
  })
}

test('what is not there says so', async ({ page, faults }) => {
  faults.allow('/api/v1/customers/c99999999')
  await page.goto(url('/console/customers/c99999999'))
  await expect(page.getByText('没有找到')).toBeVisible()
})
