import { expect, open, test } from './fixtures'

const told = (what: string, figure: string) => { test.info().annotations.push({ type: what, description: figure }); process.stdout.write(`    ${what}: ${figure}\n`) }

for (const [path, sign] of [['/', '.y-stat-value'], ['/customers', '.y-row-open']] as const) {
  test(`${path} can be used soon`, async ({ page }) => {
    await open(page, path)
    await page.reload()
    await page.locator(sign).first().waitFor()
    const ms = await page.evaluate(() => Math.round(performance.now()))
    told(`${path}: first numbers after`, `${ms} ms`)
  })
}

test('a long list keeps few rows in the page', async ({ page }) => {
  await open(page, '/customers')
  const rows = page.locator('.y-table .ant-table-row')
  await expect(rows.first()).toBeVisible()
  const body = page.locator('.ant-table-tbody-virtual-holder, .ant-table-body').first()
  const known = page.waitForResponse((r) => /\/api\/v1\/customers(\/query)?\?.*cursor=|\/customers\/query/.test(r.url()))
  await body.hover()
  await page.mouse.wheel(0, 20_000)
  await known
  await page.mouse.wheel(0, 20_000)
  await expect.poll(() => rows.count()).toBeLessThanOrEqual(60)
  told('rows in the page after scrolling', String(await rows.count()))
})

test('the count of an audience follows the keys', async ({ page }) => {
  await open(page, '/audiences/new?template=high-value')
  await page.getByRole('button', { name: '从模板开始' }).click()
  await page.locator('.y-audience-template').first().click()
  await expect(page.locator('.y-audience-count .y-faint').last()).toContainText('精确')
  const number = page.getByRole('group', { name: '规则' }).getByRole('spinbutton').first()
  await number.fill('3')
  const asked = Date.now()
  await number.press('1')
  await page.waitForResponse((r) => r.url().includes('/audiences/preview'))
  told('count of an audience after the last key', `${Date.now() - asked} ms`)
})
