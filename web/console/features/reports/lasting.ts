import { none, num } from '@shared/format'
import { texts, words } from '@shared/i18n'

const said = texts({
  s: [(n: string) => `${n} 秒`, (n: string) => `${n} s`], m: [(n: string) => `${n} 分钟`, (n: string) => `${n} min`],
  h: [(n: string) => `${n} 小时`, (n: string) => `${n} h`], d: [(n: string) => `${n} 天`, (n: string) => `${n} d`],
})

/** A duration in the unit that fits. */
export function lasting(seconds: number | null | undefined): string {
  if (seconds == null) return none
  const t = words(said)
  if (seconds < 90) return t.s(num(seconds))
  if (seconds < 5400) return t.m(num(seconds / 60))
  if (seconds < 129_600) return t.h(num(seconds / 3600, 1))
  return t.d(num(seconds / 86_400, 1))
}
