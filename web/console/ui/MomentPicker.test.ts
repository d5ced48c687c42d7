import { useBrandFormat as setBrand } from '@shared/format'
import { expect, test } from 'vitest'
import { brandMoment, brandWall } from './MomentPicker'

test('what is picked are the hours of the brand, whatever zone the browser is in', () => {
  for (const [zone, summer, winter] of [['Asia/Shanghai', '2026-07-01T02:00:00.000Z', '2026-12-01T02:00:00.000Z'], ['Europe/London', '2026-07-01T09:00:00.000Z', '2026-12-01T10:00:00.000Z'], ['UTC', '2026-07-01T10:00:00.000Z', '2026-12-01T10:00:00.000Z']] as const) {
    setBrand({ zone })
    for (const at of [summer, winter]) {
      expect(brandWall(at).format('HH:mm')).toBe('10:00')
      expect(brandMoment(brandWall(at))).toBe(at)
    }
  }
})
