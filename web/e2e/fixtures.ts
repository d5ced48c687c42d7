import { test as base, expect, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The owner of the demo brand. */
export const owner = { email: 'owner@demo.example', password: 'yutang-demo' }

/** The address of the program. */
export const url = (path = '') => `${process.env.YUTANG_URL}${path}`

/** What went wrong in a page while a test ran. */
export interface Faults {
  list: string[]
  /** Requests whose refusal a test expects, by a part of their address. */
  allow: (part: string) => void
}

const answers = new WeakMap<Page, Promise<string>[]>()

/** All that the server has answered to a page: what stands in it is data, and may be Chinese on an English page. */
export async function answered(page: Page): Promise<string> {
  return (await Promise.all(answers.get(page) ?? [])).join('\n')
}

/** Tests with a signed-in page that fail when the page throws or a request is refused. */
export const test = base.extend<{ faults: Faults; lang: 'zh-CN' | 'en-US' }, { session: { cookies: { name: string; value: string; domain: string; path: string }[] } }>({
  lang: ['zh-CN', { option: true }],
  session: [async ({ playwright }, use) => {
    const request = await playwright.request.newContext()
    const answer = await request.post(url('/api/v1/session'), { data: owner, headers: { 'X-Yutang-Request': '1' } })
    expect(answer.status(), await answer.text()).toBe(201)
    const { cookies } = await request.storageState()
    await use({ cookies })
    await request.dispose()
  }, { scope: 'worker' }],
  context: async ({ context, session, lang }, use) => {
    await context.addCookies(session.cookies.map((c) => ({ ...c, sameSite: 'Lax' as const })))
    await context.addInitScript((l) => { if (!localStorage.getItem('yutang.lang')) localStorage.setItem('yutang.lang', l) }, lang)
    await use(context)
  },
  faults: [async ({ page }, use) => {
    const list: string[] = []
    const allowed: string[] = []
    page.on('pageerror', (e) => list.push(`threw ${e.message}`))
    page.on('console', (m) => { if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) list.push(`console ${m.text().slice(0, 300)}`) })
    answers.set(page, [])
    page.on('response', (r) => {
      if (/\/api\/v1\//.test(r.url()) && /json/.test(r.headers()['content-type'] ?? '')) answers.get(page)?.push(r.text().catch(() => ''))
      if (r.status() >= 400 && !allowed.some((part) => r.url().includes(part))) list.push(`${r.status()} ${r.request().method()} ${new URL(r.url()).pathname}`)
    })
    await use({ list, allow: (part) => allowed.push(part) })
    expect(list, 'nothing throws and nothing is refused').toEqual([])
  }, { auto: true }],
})

export { expect }

/** Opens a page of the console and waits until its title stands and nothing loads. */
export async function open(page: Page, path: string) {
  await page.goto(url(`/console${path}`))
  await expect(page.locator('h1').first()).toBeVisible()
  await settled(page)
}

/** Waits until the page asks for nothing and shows no skeleton. */
export async function settled(page: Page) {
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

/** Serious faults of accessibility of what is shown now, or of what passes a selector. The rule left out is an experiment of axe that takes a count beside its word for a mismatch. */
export async function faultsOfAccess(page: Page, within?: string): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  return page.evaluate(async (part) => {
    const { violations } = await (window as unknown as { axe: typeof import('axe-core') }).axe.run(part ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], rules: { 'label-content-name-mismatch': { enabled: false } } })
    return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id} (${v.nodes.length}): ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`)
  }, within)
}

/** How many pixels the page is wider than the window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
