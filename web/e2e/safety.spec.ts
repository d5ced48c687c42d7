import { ask, unique } from './ask'
import { expect, open, test, url } from './fixtures'

test('the console runs only scripts of its own', async ({ page }) => {
  const broken: string[] = []
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`)))
  page.on('console', (m) => { if (m.text().startsWith('policy:')) broken.push(m.text()) })
  const answer = await page.request.get(url('/console/'))
  const policy = answer.headers()['content-security-policy']
  test.skip(policy === undefined, 'a server for development stands before the program')
  expect(policy?.split(';').map((s) => s.trim())).toContain("script-src 'self'")
  expect(policy).not.toContain('unsafe-eval')
  for (const path of ['/', '/customers', '/reports/boards', '/codes', '/settings/accounts']) await open(page, path)
  expect(broken).toEqual([])
})

test('a write that another site may have made is refused', async ({ page }) => {
  await open(page, '/tags')
  const answer = await page.request.post(url('/api/v1/audiences'), { data: { name: unique('跨站'), rule: { all: [] } } })
  expect(answer.status()).toBe(403)
})

test('the session is a cookie that scripts cannot read', async ({ playwright }) => {
  const request = await playwright.request.newContext()
  const answer = await request.post(url('/api/v1/session'), { data: { email: 'owner@demo.example', password: 'yutang-demo' }, headers: { 'X-Yutang-Request': '1' } })
  expect(answer.status()).toBe(201)
  const cookie = answer.headers()['set-cookie'] ?? ''
  expect(cookie).toMatch(/HttpOnly/i)
  expect(cookie).toMatch(/SameSite=(Lax|Strict)/i)
  await request.dispose()
})

test('guessing passwords ends soon', async ({ playwright }) => {
  const request = await playwright.request.newContext()
  const email = `${unique('nobody').replace(' ', '')}@demo.example`
  let status = 0
  for (let i = 0; i < 60 && status !== 429; i++) {
    const answer = await request.post(url('/api/v1/session'), { data: { email, password: `wrong-${i}` }, headers: { 'X-Yutang-Request': '1' } })
    status = answer.status()
    expect([401, 429]).toContain(status)
  }
  expect(status).toBe(429)
  await request.dispose()
})

test('a name that is a formula is inert in a CSV file', async ({ page }) => {
  const name = `=cmd|'/c calc'!A${Date.now()}`
  const { items } = await ask<{ items: { id: string }[] }>(page, 'GET', '/customers?limit=1&sort=first_seen')
  const id = items[0]?.id as string
  const before = await ask<{ name?: string }>(page, 'GET', `/customers/${id}`)
  await ask(page, 'PATCH', `/customers/${id}/traits`, { traits: { name } })
  try {
    await expect.poll(async () => (await ask<{ name?: string }>(page, 'GET', `/customers/${id}`)).name).toBe(name)
    const file = await page.request.post(url('/api/v1/customers/export'), { data: { q: id }, headers: { 'X-Yutang-Request': '1' } })
    const text = await file.text()
    expect(file.status(), text).toBe(200)
    expect(text).toContain(id)
    expect(text).not.toMatch(/(^|[,"\n])=cmd/)
  } finally {
    await ask(page, 'PATCH', `/customers/${id}/traits`, { traits: { name: before.name ?? null } })
  }
})

test('who is not signed in comes to the door, and from there to the page', async ({ browser }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url('/console/audiences?q=%E5%AE%A2'))
  await page.getByLabel('邮箱').fill('owner@demo.example')
  await page.getByLabel('密码').fill('yutang-demo')
  await page.getByRole('button', { name: /^登\s?录$/ }).click()
  await expect(page).toHaveURL(/\/console\/audiences\?q=/)
  await expect(page.locator('h1')).toHaveText('人群')
  await context.close()
})
