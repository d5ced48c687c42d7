import { api } from '@shared/api/client'
import { useMemo } from 'react'
import { eventWords } from '../../ui/words/events'

/** Names that reports can be asked about. */
export interface Vocabulary {
  events: string[]
  props: string[]
  traits: string[]
}

/** Events, properties and traits to offer, the commonest first; others may be typed. */
export function useVocabulary(): Vocabulary {
  const { data } = api.useQuery('get', '/vocabulary', {}, { staleTime: 300_000 })
  return useMemo(() => {
    const seen = data?.events.map((e) => e.name) ?? []
    const props = new Map<string, number>()
    for (const e of data?.events ?? []) for (const p of e.properties) props.set(p.name, (props.get(p.name) ?? 0) + e.count)
    return {
      events: ['*', ...new Set([...seen, ...Object.keys(eventWords)])],
      props: [...props].sort((x, y) => y[1] - x[1]).map(([name]) => name),
      traits: data?.traits.filter((x) => !x.personal).map((x) => x.name) ?? ['channel'],
    }
  }, [data])
}
