// Takes the pictures of the docs from a running demo brand, into docs/images:
//   YUTANG_URL=http://127.0.0.1:8080 YUTANG_PHONES=http://127.0.0.1:8081/sim/ npm run pictures
import { chromium } from '@playwright/test'
import { fileURLToPath } from 'node:url'

const base = process.env.YUTANG_URL ?? 'http://127.0.0.1:8080'
const phones = process.env.YUTANG_PHONES
const out = fileURLToPath(new URL('../../docs/images/', import.meta.url))

/** A picture: its file, its address, and what differs from a light page in Chinese. */
const pictures = [
  ['overview.zh-CN', '/'],
  ['overview', '/', { lang: 'en-US' }],
  ['overview-dark', '/', { dark: true }],
  ['customer', '{/customers?filter=staff&sort=-orders}/customers/ID'],
  ['customers', '/customers', { lang: 'en-US' }],
  ['audience', '/audiences/new', { lang: 'en-US', act: async (page) => { await page.getByRole('button', { name: 'From a template' }).click(); await page.locator('.y-audience-template').nth(1).click() } }],
  ['playbook', '{playbook}/playbooks/ID'],
  ['playbook-edit', '{playbook}/playbooks/ID?tab=edit', { lang: 'en-US', dark: true }],
  ['boards', '/reports/boards', { lang: 'en-US' }],
  ['retention', '/reports/retention', { lang: 'en-US' }],
]

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })

async function visit({ lang = 'zh-CN', dark = false, width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', locale: lang })
  const page = await context.newPage()
  const session = await page.request.post(`${base}/api/v1/session`, { data: { email: 'owner@demo.example', password: 'yutang-demo' }, headers: { 'X-Yutang-Request': '1' } })
  if (!session.ok()) throw new Error(await session.text())
  await page.addInitScript((l) => { localStorage.setItem('yutang.lang', l); localStorage.setItem('yutang.demo.hidden', '1') }, lang)
  return page
}

/** The address with the id of the first of a list in it; of playbooks the one with the most runs. */
async function address(page, path) {
  const [, list, rest] = /^\{(.*)\}(.*)$/.exec(path) ?? []
  if (!list) return path
  const ask = async (from) => (await (await page.request.get(`${base}/api/v1${from}`)).json()).items
  const items = list === 'playbook' ? (await ask('/playbooks?limit=100')).filter((p) => p.definition.steps.length > 3).sort((a, b) => (b.counts?.runs ?? 0) - (a.counts?.runs ?? 0)) : await ask(list)
  return rest.replace('ID', items[0].id)
}

for (const [name, path, how = {}] of pictures) {
  const page = await visit(how)
  await page.goto(`${base}/console${await address(page, path)}`)
  await page.locator('h1').first().waitFor()
  await how.act?.(page)
  await page.waitForLoadState('networkidle').catch(() => {})
  await page.waitForTimeout(1200)
  await page.screenshot({ path: `${out}${name}.png`, animations: 'disabled' })
  await page.context().close()
}

if (phones) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 960 }, locale: 'zh-CN' })).newPage()
  await page.goto(phones)
  await page.waitForTimeout(4000)
  await page.screenshot({ path: `${out}phones.png` })
}
await browser.close()
