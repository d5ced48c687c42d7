import { expect, url } from './fixtures'
import type { Locator, Page } from '@playwright/test'

/** Asks the API as who is signed in on the page. */
export async function ask<T = Record<string, unknown>>(page: Page, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, data?: unknown): Promise<T> {
  const answer = await page.request.fetch(url(`/api/v1${path}`), { method, data, headers: { 'X-Yutang-Request': '1' } })
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${answer.ok() ? '' : await answer.text()}`).toBe(true)
  return (answer.status() === 204 ? {} : await answer.json()) as T
}

/** The first thing of a list. */
export async function first(page: Page, list: string): Promise<Record<string, string>> {
  const { items } = await ask<{ items: Record<string, string>[] }>(page, 'GET', list)
  const [found] = items
  expect(found, `${list} has something`).toBeDefined()
  return found as Record<string, string>
}

/** A name that no other test gives. */
export const unique = (name: string) => `${name} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e4)}`

/** Types into a box that searches, and takes the option with a text. */
export async function choose(page: Page, box: Locator, text: string) {
  await box.click()
  await box.fill(text)
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: text }).first().click()
}
