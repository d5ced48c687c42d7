import { answered, expect, faultsOfAccess, overflow, settled } from './fixtures'
import { chinese } from './words'
import type { Page } from '@playwright/test'

/** Looks at what a page shows now in English at 1280 pixels, then in Chinese at 1440, then in the dark on a phone. */
export async function look(page: Page, name: string) {
  await page.setViewportSize({ width: 1280, height: 800 })
  await speak(page, 'en-US')
  expect.soft(await untranslated(page), `${name}: Chinese on the English page`).toEqual([])
  expect.soft(await overflow(page), `${name}: wider than 1280 pixels`).toBe(0)
  await speak(page, 'zh-CN')
  expect.soft(await faultsOfAccess(page), `${name}: accessibility`).toEqual([])
}

/** Looks at a page on a phone: 390 pixels in the dark, and 360. */
export async function lookSmall(page: Page, name: string) {
  // Colours that are still on their way from light to dark are nobody's choice.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await settled(page)
  expect.soft(await overflow(page), `${name}: wider than 390 pixels`).toBe(0)
  expect.soft(await faultsOfAccess(page), `${name}: accessibility in the dark`).toEqual([])
  await page.setViewportSize({ width: 360, height: 740 })
  expect.soft(await overflow(page), `${name}: wider than 360 pixels`).toBe(0)
}

/** Changes the language by the button in the head of the page. */
async function speak(page: Page, lang: 'zh-CN' | 'en-US') {
  if (await page.locator('html').getAttribute('lang') !== lang) await page.getByRole('button', { name: lang === 'en-US' ? 'English' : '中文', exact: true }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', lang)
  await settled(page)
}

/** Texts of the console itself that stand in Chinese on an English page; what people wrote may be Chinese. */
async function untranslated(page: Page): Promise<string[]> {
  const shown = await page.locator('h1, h2, h3, th, button, label, [role="tab"], dt, legend, .ant-segmented-item-label, .ant-select-placeholder').allInnerTexts()
  const own = [...new Set(shown.flatMap((s) => s.split('\n')).map((s) => s.trim()))].filter((s) => s !== '中文' && chinese.has(s))
  if (own.length === 0) return []
  const data = await answered(page)
  return own.filter((s) => !data.includes(s))
}
