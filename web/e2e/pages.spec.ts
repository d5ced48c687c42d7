import { districts } from '../console/app/nav'
import { open, test } from './fixtures'
import { look, lookSmall } from './look'

for (const place of districts.flatMap((d) => d.places)) {
  test(`${place.en}: both languages, on a phone, in the dark`, async ({ page }) => {
    await open(page, place.to)
    await look(page, place.to)
    await lookSmall(page, place.to)
  })
}
