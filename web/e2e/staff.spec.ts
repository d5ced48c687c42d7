import type { BrowserContext, Page } from '@playwright/test'
import { first } from './ask'
import { expect, faultsOfAccess, overflow, test, url } from './fixtures'

/** Signs a member in on a phone of 360 pixels, by the simulator's door. */
async function phone(context: BrowserContext, corp: string): Promise<Page> {
  const staff = await context.newPage()
  await staff.goto(url(`/wecom/login/${corp}?next=/staff/tasks`))
  await staff.getByRole('link').filter({ hasText: 'ma001' }).click()
  await expect(staff).toHaveURL(/\/staff\/tasks/)
  return staff
}

test('the pages of the staff fit a phone of 360 pixels, in both languages', async ({ page, browser }) => {
  const corp = (await first(page, '/wecom/corps')).id as string
  const contact = await first(page, `/contacts?corp=${corp}&staff=ma001&state=active`)
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
  try {
    const staff = await phone(context, corp)
    const threw: string[] = []
    staff.on('pageerror', (e) => threw.push(e.message))
    for (const lang of ['zh-CN', 'en-US']) {
      await staff.evaluate((l) => localStorage.setItem('yutang.lang', l), lang)
      for (const path of ['tasks', 'customers', `customers/${contact.external_userid}`, 'scripts', 'materials', 'me', 'me/persona', 'me/audits']) {
        await staff.goto(url(`/staff/${path}`))
        await expect(staff.locator('html')).toHaveAttribute('lang', lang)
        await expect(staff.locator('main, .s-page').first()).toBeVisible()
        await expect(staff.locator('[aria-busy="true"], .adm-skeleton')).toHaveCount(0)
        expect.soft(await overflow(staff), `${path} in ${lang}: wider than 360 pixels`).toBe(0)
        expect.soft(await faultsOfAccess(staff), `${path} in ${lang}: accessibility`).toEqual([])
      }
    }
    expect(threw).toEqual([])
  } finally {
    await context.close()
  }
})
