import { useLang, named, words } from '@shared/i18n'
import type { ReactNode } from 'react'
import { stages } from './words'

/** A tag without its group: 来源/门店 is 门店. */
export const tagName = (label: string) => label.slice(label.lastIndexOf('/') + 1)

/** The first letter of a name in a square, the same colour every time. */
export function Face({ name, of }: { name: string; of: string }) {
  let sum = 0
  for (const c of of) sum = (sum * 31 + c.charCodeAt(0)) % 997
  return <span className={`s-face s-face-${sum % 5}`} aria-hidden="true">{[...name][0] ?? '·'}</span>
}

/** A small word about something. */
export function Chip({ tone, children }: { tone?: 'good' | 'bad' | 'warn' | 'live'; children: ReactNode }) {
  return <span className={tone ? `s-chip s-${tone}` : 's-chip'}>{children}</span>
}

/** Some tags, and how many more. */
export function Tags({ of, most = 3 }: { of: readonly string[]; most?: number }) {
  if (of.length === 0) return null
  return <span className="s-tags">{of.slice(0, most).map((x) => <span key={x} className="s-chip">{tagName(x)}</span>)}{of.length > most && <span className="s-faint">+{of.length - most}</span>}</span>
}

/** How much is done. */
export function Bar({ done, of, late }: { done: number; of: number; late?: boolean }) {
  const share = of > 0 ? done / of : 0
  return <span className={late ? 's-bar s-bar-late' : 's-bar'} role="img" aria-label={`${done} / ${of}`}><i style={{ width: `${share * 100}%` }} /></span>
}

/** Level and stage of a customer in words. */
export function useStanding(): (c: { tier?: string; stage?: string }) => string[] {
  const w = words(stages, useLang())
  return (c) => [c.tier ?? '', c.stage ? named(w, c.stage) : ''].filter(Boolean)
}

/** A customer's name as a text: what the member noted, else the name in the profile. */
export function nameOf(c: { remark?: string; name?: unknown; external_userid?: string }): string {
  return c.remark || (typeof c.name === 'string' && c.name) || (c.external_userid ?? '').slice(-6)
}
