import { day } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { lastWords, ruleSentence } from '../../ui/rule/sentence'
import { propLabel, stageLabel } from '../../ui/rule/labels'
import { useWords } from '../../ui/rule/words'
import { ends, pair, type Filter, type Search } from './filter'
import { channelName, typeName } from './words'

const said = texts({
  set: ['已设筛选', 'Filters set'], remove: [(what: string) => `去掉“${what}”`, (what: string) => `Remove “${what}”`], edit: ['修改规则', 'Change the rule'], noTag: ['没有标签', 'Without tag'], channel: ['来源', 'From'], in: ['现在是好友', 'In contact'], lost: ['好友已流失', 'Lost as a contact'], none: ['从未加过好友', 'Never a contact'],
  orders: ['订单数', 'Orders'], net_revenue: ['净消费', 'Net revenue'], first_seen: ['首次出现', 'First seen'], last_seen: ['最近活跃', 'Last seen'], active: [(d: string) => `最近 ${d}有行为`, (d: string) => `Active in the last ${d}`], idle: [(d: string) => `${d}没有行为`, (d: string) => `Idle for ${d}`],
})

interface Chip {
  key: string
  text: string
  without: Partial<Search>
  edit?: () => void
}

/** The filters of the panel that are set, each with a way to take it off. */
export function Chips({ filter, set, onRule }: { filter: Filter; set: (next: Partial<Search>) => void; onRule: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const one = (key: keyof Search & keyof Filter, text: string): Chip[] => (filter[key] === undefined ? [] : [{ key, text, without: { [key]: undefined } }])
  const each = (key: 'no_tag' | 'trait', text: (v: string) => string): Chip[] => (filter[key] ?? []).map((v) => ({ key: key + v, text: text(v), without: { [key]: filter[key]?.filter((x) => x !== v) } }))
  const span = (key: 'orders' | 'net_revenue' | 'first_seen' | 'last_seen', say = (v: string) => v) => {
    const [low, high] = ends(filter[key])
    return one(key, `${t[key]} ${low === high ? `= ${say(low ?? '')}` : low && high ? `${say(low)} – ${say(high)}` : low ? `≥ ${say(low)}` : `≤ ${say(high ?? '')}`}`)
  }
  const identity = filter.identity ?? ''
  const chips: Chip[] = [
    ...each('no_tag', (v) => `${t.noTag} ${v}`), ...one('aarrr', `AARRR ${stageLabel(filter.aarrr ?? '', lang)}`), ...one('channel', `${t.channel} ${channelName(filter.channel, lang)}`), ...one('contact', named(t, filter.contact)),
    ...one('identity', `${typeName(identity, lang)} ${identity.slice(identity.lastIndexOf(':') + 1)}`), ...each('trait', (v) => { const [n, x] = pair(v); return `${propLabel(n, lang)} = ${x}` }),
    ...span('orders'), ...span('net_revenue'), ...span('first_seen', day), ...span('last_seen', day), ...one('active', t.active(lastWords(filter.active, lang))), ...one('idle', t.idle(lastWords(filter.idle, lang))),
    ...one('rule', ruleSentence(filter.rule, lang, words)).map((c) => ({ ...c, edit: onRule })),
  ]
  return (
    <div className="y-customers-chips" role="group" aria-label={t.set}>
      {chips.map((c) => (
        <span key={c.key} className="y-customers-chip">
          {c.edit ? <button type="button" title={t.edit} onClick={c.edit}>{c.text}</button> : <span>{c.text}</span>}
          <button type="button" aria-label={t.remove(c.text)} onClick={() => set(c.without)}>×</button>
        </span>
      ))}
    </div>
  )
}
