// Measures a running console in Chromium: how soon pages can be used, how a long list
// scrolls, how soon the count of an audience follows the last key.
//   YUTANG_URL=http://127.0.0.1:8080 [YUTANG_LOGIN=e-mail:password] npm run speed
import { chromium } from '@playwright/test'

const base = process.env.YUTANG_URL ?? 'http://127.0.0.1:8080'
const [email, password] = (process.env.YUTANG_LOGIN ?? 'owner@demo.example:yutang-demo').split(':')
const times = 5

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
const page = await context.newPage()
const session = await page.request.post(`${base}/api/v1/session`, { data: { email, password }, headers: { 'X-Yutang-Request': '1' } })
if (!session.ok()) throw new Error(await session.text())
await page.addInitScript(() => {
  localStorage.setItem('yutang.lang', 'zh-CN')
  window.busyUntil = 0
  new PerformanceObserver((list) => { for (const e of list.getEntries()) window.busyUntil = e.startTime + e.duration }).observe({ type: 'longtask', buffered: true })
})
const at = (share, list) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))]
const say = (what, list, unit = 'ms') => console.log(`${what.padEnd(44)} p50 ${at(0.5, list).toFixed(0)} ${unit}, p95 ${at(0.95, list).toFixed(0)} ${unit}, worst ${Math.max(...list).toFixed(0)} ${unit}`)

for (const [path, sign] of [['/', '.y-stat-value'], ['/customers', '.y-row-open'], ['/audiences', '.y-row-open, .y-empty']]) {
  const list = []
  for (let i = 0; i < times; i++) {
    await page.goto(`${base}/console${path}`)
    await page.locator(sign).first().waitFor({ timeout: 60_000 })
    const shown = await page.evaluate(() => performance.now())
    await page.waitForTimeout(1200)
    list.push(Math.max(shown, await page.evaluate(() => window.busyUntil)))
  }
  say(`${path}: first rows shown and the page calm`, list)
}

await page.goto(`${base}/console/customers`)
await page.locator('.y-row-open').first().waitFor()
await page.locator('.ant-table-body, .ant-table-tbody-virtual-holder').first().hover()
await page.evaluate(() => {
  window.between = []
  let last = performance.now()
  const tick = (now) => { window.between.push(now - last); last = now; requestAnimationFrame(tick) }
  requestAnimationFrame(tick)
})
for (let i = 0; i < 150; i++) {
  await page.mouse.wheel(0, 240)
  await page.waitForTimeout(33)
}
say('scrolling customers by 36,000 px: between frames', await page.evaluate(() => window.between))
console.log(`${'rows in the page then'.padEnd(44)} ${await page.locator('.ant-table-row').count()}`)

await page.goto(`${base}/console/audiences/new`)
await page.getByRole('button', { name: '从模板开始' }).click()
await page.locator('.y-audience-template').first().click()
await page.locator('.y-audience-count .y-faint').last().waitFor()
const number = page.getByRole('group', { name: '规则' }).getByRole('spinbutton').first()
const counts = []
for (let i = 0; i < times + 3; i++) {
  await number.fill(String(3 + i))
  await page.waitForTimeout(900)
  await page.evaluate(() => addEventListener('keydown', () => { window.pressed = performance.now() }, { once: true, capture: true }))
  const answered = page.waitForResponse((r) => r.url().includes('/audiences/preview'))
  await number.press('1')
  await answered
  counts.push(await page.evaluate(() => performance.now() - window.pressed))
}
say('count of an audience after the last key', counts)
await browser.close()
