import { brandZone } from '@shared/format'
import type { Lang } from '@shared/i18n'

const part = (at: Date, options: Intl.DateTimeFormatOptions, lang: string) => new Intl.DateTimeFormat(lang, { timeZone: brandZone(), hourCycle: 'h23', ...options }).format(at)

/** A moment near now as people say it: today 18:00. */
export function near(at: string, lang: Lang, now = Date.now()): string {
  const d = new Date(at)
  const day = (ms: number) => part(new Date(ms), { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA')
  const clock = part(d, { hour: '2-digit', minute: '2-digit' }, lang)
  const zh = lang === 'zh-CN'
  const known: [number, string, string][] = [[0, '今天', 'today'], [86_400_000, '明天', 'tomorrow'], [-86_400_000, '昨天', 'yesterday']]
  const hit = known.find(([shift]) => day(now + shift) === day(d.getTime()))
  return `${hit ? (zh ? hit[1] : hit[2]) : part(d, { month: 'short', day: 'numeric' }, lang)} ${clock}`
}

/** Until when something is to be done. */
export function due(at: string, lang: Lang, now = Date.now()): string {
  return lang === 'zh-CN' ? `${near(at, lang, now)} 截止` : `due ${near(at, lang, now)}`
}
