import { api, type Schema } from '@shared/api/client'
import { useLang, type Lang } from '@shared/i18n'
import { useMemo } from 'react'
import { eventLabel, propLabel } from './labels'
import type { Test } from './types'

/** What can be chosen. `note` stands beside the label. */
export interface Choice {
  value: string
  label: string
  note?: string
}

/** The type of a value; empty if nobody knows. */
export type Type = Schema<'VocabularyProperty'>['type']

/** What rules can speak of, as the pickers need it. */
export interface Words {
  events: Choice[]
  traits: Choice[]
  tags: Choice[]
  levels: Record<'aipl' | 'aarrr' | 'tier', string[]>
  audiences: Choice[]
  audience: (id: string) => string | undefined
  props: (events: readonly string[]) => Choice[]
  traitType: (name: string) => Type | 'personal'
  propType: (events: readonly string[], name: string) => Type
  traitValues: (name: string) => unknown[]
  propValues: (events: readonly string[], name: string) => unknown[]
}

const short = (n: number, lang: Lang) => new Intl.NumberFormat(lang, { notation: 'compact', maximumFractionDigits: 1 }).format(n)

const levels = { aipl: ['aware', 'interest', 'purchase', 'loyal'], aarrr: ['acquisition', 'activation', 'retention', 'revenue', 'referral'], tier: ['V1', 'V2', 'V3', 'V4', 'V5'] }

/** Follows what rules can speak of. It is never older than some minutes. */
export function useWords(): Words {
  const lang = useLang()
  const asked = api.useQuery('get', '/vocabulary', {}, { staleTime: 120_000, retry: false })
  const list = api.useQuery('get', '/audiences', { params: { query: { limit: 1000 } } }, { staleTime: 30_000, retry: false })
  return useMemo(() => collect(asked.data, list.data?.items ?? [], lang), [asked.data, list.data, lang])
}

function collect(v: Schema<'Vocabulary'> | undefined, audiences: Schema<'Audience'>[], lang: Lang): Words {
  const events = v?.events ?? []
  const traits = new Map((v?.traits ?? []).map((t) => [t.name, t]))
  const named = new Map(audiences.map((a) => [a.id, a.name]))
  const of = (chosen: readonly string[]) => (chosen.length > 0 ? events.filter((e) => chosen.includes(e.name)) : events.filter((e) => !e.internal)).flatMap((e) => e.properties)
  const choice = (name: string): Choice => {
    const label = propLabel(name, lang)
    return { value: name, label, note: label === name ? undefined : name }
  }
  return {
    events: events.map((e) => ({ value: e.name, label: eventLabel(e.name, lang), note: short(e.count, lang) })),
    traits: [...traits.values()].map((t) => choice(t.name)),
    tags: (v?.tags ?? []).map((t) => ({ value: t.tag, label: t.tag, note: short(t.count, lang) })),
    levels: { aipl: v?.aipl ?? levels.aipl, aarrr: v?.aarrr ?? levels.aarrr, tier: v?.tier ?? levels.tier },
    audiences: audiences.map((a) => ({ value: a.id, label: a.name, note: short(a.count, lang) })),
    audience: (id) => named.get(id),
    props: (chosen) => [...new Set(of(chosen).map((p) => p.name))].map(choice),
    traitType: (name) => (traits.get(name)?.personal ? 'personal' : (traits.get(name)?.type ?? '')),
    propType: (chosen, name) => of(chosen).find((p) => p.name === name && p.type)?.type ?? '',
    traitValues: (name) => traits.get(name)?.values ?? [],
    propValues: (chosen, name) => [...new Set(of(chosen).filter((p) => p.name === name).flatMap((p) => p.values))],
  }
}

const byType: Record<string, readonly string[]> = {
  text: ['eq', 'ne', 'in', 'not_in', 'contains', 'starts_with', 'exists', 'missing'],
  number: ['gte', 'gt', 'lte', 'lt', 'eq', 'ne', 'between', 'in', 'not_in', 'exists', 'missing'],
  bool: ['eq', 'ne', 'exists', 'missing'],
  date: ['within_last', 'before', 'after', 'between', 'exists', 'missing'],
  list: ['contains', 'exists', 'missing'],
  personal: ['exists', 'missing'],
  '': ['eq', 'ne', 'in', 'not_in', 'contains', 'starts_with', 'gte', 'gt', 'lte', 'lt', 'between', 'within_last', 'before', 'after', 'exists', 'missing'],
}

/** The comparisons that make sense for a type, the usual one first. The one in use stays. */
export function opsOf(type: string, used?: string): string[] {
  const ops = [...(byType[type] ?? byType[''] as readonly string[])]
  return used && !ops.includes(used) ? [...ops, used] : ops
}

/** A value of the kind that a comparison takes: as much of the old one as fits. */
export function fit(test: Test, op: string, type: string): Test {
  const was = Array.isArray(test.value) ? test.value[0] : test.value
  const kept = op === test.op || (group(op) === group(test.op) && group(op) !== 'span') ? test.value : undefined
  const next: Record<string, unknown> = { list: kept ?? (was === undefined || was === '' ? [] : [was]), pair: kept ?? [was, undefined], span: kept ?? '30d', date: kept ?? '', one: kept ?? (type === 'bool' ? true : group(test.op) === 'list' ? was : undefined) }
  const to = group(op)
  return to === 'none' ? { name: test.name, op } : { name: test.name, op, value: next[to] }
}

function group(op: string): 'none' | 'list' | 'pair' | 'span' | 'date' | 'one' {
  if (op === 'exists' || op === 'missing') return 'none'
  if (op === 'in' || op === 'not_in') return 'list'
  if (op === 'between') return 'pair'
  if (op === 'within_last') return 'span'
  return op === 'before' || op === 'after' ? 'date' : 'one'
}
