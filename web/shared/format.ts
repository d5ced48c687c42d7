import { lang } from './i18n'

/** How the brand counts: set once by who signs in. */
const brand = { zone: 'Asia/Shanghai', currency: 'CNY' }

/** Takes over the brand's time zone and currency. */
export function useBrandFormat(b: { zone?: string; currency?: string }) {
  brand.zone = b.zone || brand.zone
  brand.currency = b.currency || brand.currency
}

/** The brand's time zone, such as Asia/Shanghai. */
export const brandZone = () => brand.zone

/** The brand's currency, such as CNY. */
export const brandCurrency = () => brand.currency

const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${lang()}${JSON.stringify(options)}`
  if (!kept.has(key)) kept.set(key, new Intl.NumberFormat(lang(), options))
  return kept.get(key) as Intl.NumberFormat
}

function moments(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${lang()}${brand.zone}${JSON.stringify(options)}`
  if (!kept.has(key)) kept.set(key, new Intl.DateTimeFormat(lang(), { timeZone: brand.zone, hourCycle: 'h23', ...options }))
  return kept.get(key) as Intl.DateTimeFormat
}

type Number0 = number | null | undefined

/** What stands for a value that is not there. */
export const none = '–'

/** A whole or decimal number with separators. */
export function num(n: Number0, digits = 0): string {
  return n == null || Number.isNaN(n) ? none : numbers({ maximumFractionDigits: digits }).format(n)
}

/** Large numbers in few characters: 12.3万, 123K. */
export function short(n: Number0): string {
  return n == null || Number.isNaN(n) ? none : numbers({ notation: 'compact', maximumFractionDigits: 1 }).format(n)
}

/** Money in major units. `currency` is the brand's if absent; `digits` 0 for large sums. */
export function money(n: Number0, currency?: string, digits = 2): string {
  if (n == null || Number.isNaN(n)) return none
  const options = { style: 'currency', currency: currency || brand.currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const
  return numbers({ ...options, currencyDisplay: 'narrowSymbol' }).format(n)
}

/** Money in few characters: ¥12.3万. */
export function shortMoney(n: Number0, currency?: string): string {
  if (n == null || Number.isNaN(n)) return none
  return numbers({ style: 'currency', currency: currency || brand.currency, currencyDisplay: 'narrowSymbol', notation: 'compact', maximumFractionDigits: 1 }).format(n)
}

/** A share of 0..1 in percent. */
export function pct(n: Number0, digits = 1): string {
  return n == null || Number.isNaN(n) ? none : numbers({ style: 'percent', maximumFractionDigits: digits }).format(n)
}

type Moment = string | number | Date | null | undefined

const date = (at: Moment) => (at == null || at === '' ? undefined : new Date(at))

/** A moment with date and minute in the brand's zone. */
export function when(at: Moment): string {
  const d = date(at)
  return d ? moments({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).format(d) : none
}

/** A moment to the second in the brand's zone. */
export function exactly(at: Moment): string {
  const d = date(at)
  return d ? moments({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(d) : none
}

/** A day in the brand's zone. A plain YYYY-MM-DD stays that day. */
export function day(at: Moment): string {
  if (typeof at === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(at)) at = `${at}T12:00:00Z`
  const d = date(at)
  return d ? moments({ year: 'numeric', month: '2-digit', day: '2-digit' }).format(d) : none
}

/** Hour and minute in the brand's zone. */
export function clock(at: Moment): string {
  const d = date(at)
  return d ? moments({ hour: '2-digit', minute: '2-digit' }).format(d) : none
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1],
]

/** How long ago or ahead, in words. */
export function ago(at: Moment, now = Date.now()): string {
  const d = date(at)
  if (!d) return none
  const seconds = (d.getTime() - now) / 1000
  if (Math.abs(seconds) < 60) return lang() === 'zh-CN' ? '刚刚' : 'just now'
  const [unit, size] = steps.find(([, s]) => Math.abs(seconds) >= s) ?? ['second', 1]
  return new Intl.RelativeTimeFormat(lang(), { numeric: 'auto' }).format(Math.round(seconds / size), unit)
}

/** The day of a moment as YYYY-MM-DD in the brand's zone, as reports take it. */
export function isoDay(at: Moment): string {
  const d = date(at) ?? new Date()
  return new Intl.DateTimeFormat('en-CA', { timeZone: brand.zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(d)
}

/** Bytes in a human unit. */
export function bytes(n: Number0): string {
  if (n == null) return none
  const unit = Math.min(4, Math.floor(Math.log2(Math.max(1, n)) / 10))
  return `${num(n / 1024 ** unit, unit ? 1 : 0)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`
}
