import { bytes, money, num, pct, when } from '@shared/format'
import { lang, named, texts, words } from '@shared/i18n'
import { ruleSentence } from '../../ui/rule/sentence'
import { shortId } from './auditObjects'
import { actionNames, fieldNames, valueNames } from './auditWords'
import { actNames, roleNames, roomNames } from './words'

/** One thing that a detail says. */
export interface Line {
  key: string
  label: string
  text: string
}

const said = texts({ yes: ['是', 'yes'], no: ['否', 'no'], comma: ['、', ', '], more: [(n: number) => ` 等 ${n} 项`, (n: number) => ` and more, ${n} in all`], dot: [' · ', ' · '] })

const most = 8

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
const isEmpty = (v: unknown) => v === null || v === undefined || v === '' || (typeof v === 'object' && Object.keys(v).length === 0)

/** What a detail says, in words, in the language of the viewer. `name` knows names of ids. */
export function linesOf(detail: unknown, name: (id: string) => string | undefined): Line[] {
  const out: Line[] = []
  const labels = words(fieldNames)
  const walk = (value: unknown, path: string[]) => {
    if (isEmpty(value)) return
    const field = path.at(-1) ?? ''
    if (isObject(value) && field !== 'rule' && path.length < 3) return Object.entries(value).forEach(([k, v]) => walk(v, [...path, k]))
    out.push({ key: path.join('.'), label: path.map((p) => named(labels, p)).join(words(said).dot), text: textOf(field, value, name) })
  }
  if (isObject(detail)) walk(detail, [])
  return out
}

function textOf(field: string, value: unknown, name: (id: string) => string | undefined): string {
  const t = words(said)
  if (field === 'rule') return ruleSentence(value, lang(), { audience: name })
  if (Array.isArray(value)) {
    const list = value.slice(0, most).map((v) => textOf(field, v, name)).join(t.comma)
    return value.length > most ? list + t.more(value.length) : list
  }
  if (typeof value === 'boolean') return value ? t.yes : t.no
  if (typeof value === 'number') return numberOf(field, value)
  if (typeof value !== 'string') return JSON.stringify(value)
  if (field === 'permissions') return value.split('.').map((part, i) => named(i ? words(actNames) : words(roomNames), part)).join(t.dot)
  if (field === 'role') return named(words(roleNames), value)
  if (field === 'action') return value.split(',').map((a) => named(words(actionNames), a)).join(t.comma)
  if (field === 'sha256') return value.slice(0, 12)
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return when(value)
  return name(value) ?? (/^(kinds?|state|changed|space|lang|industry|verdict|source)$/.test(field) ? named(words(valueNames), value) : shortId(value))
}

function numberOf(field: string, n: number): string {
  if (field === 'minor') return money(n / 100)
  if (field === 'size') return bytes(n)
  if (field === 'gross_margin') return pct(n)
  return num(n, 4)
}

/** What two details say of the same, side by side. Without an earlier one there is nothing before. */
export function changesOf(before: Line[] | undefined, after: Line[]): { key: string; label: string; was?: string; is?: string; changed: boolean }[] {
  const was = new Map(before?.map((l) => [l.key, l]))
  const out = after.map((l) => ({ key: l.key, label: l.label, was: was.get(l.key)?.text, is: l.text as string | undefined, changed: Boolean(before) && was.get(l.key)?.text !== l.text }))
  const now = new Set(after.map((l) => l.key))
  const tops = new Set(after.map((l) => l.key.split('.')[0]))
  for (const l of before ?? []) if (!now.has(l.key) && tops.has(l.key.split('.')[0])) out.push({ key: l.key, label: l.label, was: l.text, is: undefined, changed: true })
  return out
}
