import { districts } from '../console/app/nav'
import { expect, faultsOfAccess, open, overflow, test } from './fixtures'

const places = districts.flatMap((d) => d.places)

for (const place of places) {
  test.describe(place.en, () => {
    test('Chinese, nothing in the way of anybody', async ({ page }) => {
      await open(page, place.to)
      expect(await faultsOfAccess(page)).toEqual([])
    })

    test.describe('English', () => {
      test.use({ lang: 'en-US', viewport: { width: 1280, height: 800 } })
      test('fits 1280 pixels and has no Chinese title', async ({ page }) => {
        await open(page, place.to)
        expect(await page.locator('h1').first().innerText()).not.toMatch(/\p{Script=Han}/u)
        expect(await overflow(page)).toBe(0)
      })
    })

    test.describe('phone', () => {
      test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
      test('fits 390 pixels, in the dark too', async ({ page }) => {
        await open(page, place.to)
        expect(await overflow(page)).toBe(0)
        expect(await faultsOfAccess(page)).toEqual([])
      })
    })
  })
}
