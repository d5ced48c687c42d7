import { texts, type Words } from '@shared/i18n'

/** The ways in which a place puts values into a text. */
export type Dialect = 'none' | 'greeting' | 'library' | 'step' | 'post'

/** A value that can be put into a text. */
export interface Variable {
  word: string
  label: string
  /** How far before its end one goes on typing. */
  back?: number
}

/** The names of the values. */
export const variableWords = texts({
  customer: ['客户称呼', 'Customer name'],
  nickname: ['昵称（无则“朋友”）', 'Nickname, or “friend”'],
  staff: ['员工姓名', 'Staff name'],
  brand: ['品牌名', 'Brand name'],
  city: ['城市', 'City'],
  birthday: ['生日', 'Birthday'],
  tier: ['会员等级', 'Member tier'],
  prop: ['触发事件的属性', 'Property of the event'],
  ifName: ['有姓名才写', 'Only with a name'],
  friend: ['朋友', 'friend'],
})

/** What can be put into a text, the most used first. */
export function variablesOf(dialect: Dialect, t: Words<typeof variableWords>): Variable[] {
  const brand = { word: '{{ brand.name }}', label: t.brand }
  const person = [{ word: '{{ traits.city }}', label: t.city }, { word: '{{ traits.birthday }}', label: t.birthday }, { word: '{{ customer.tier }}', label: t.tier }]
  switch (dialect) {
    case 'none': return []
    case 'post': return [brand]
    case 'greeting': return [{ word: `{{customer|${t.friend}}}`, label: t.customer }, { word: '{{staff}}', label: t.staff }]
    case 'library': return [{ word: `{{ traits.name | default: '${t.friend}' }}`, label: t.customer }, { word: '{{ staff.name }}', label: t.staff }, brand, ...person]
    case 'step': return [
      { word: '{{ traits.name }}', label: t.customer }, { word: `{{ traits.nickname | default: '${t.friend}' }}`, label: t.nickname }, ...person, brand,
      { word: '{{ event.props. }}', label: t.prop, back: 3 }, { word: '{% if traits.name %}{{ traits.name }}，{% endif %}', label: t.ifName },
    ]
  }
}

const tokens = /\{\{.*?\}\}|\{%.*?%\}/gs
const greets = /^\{\{\s*(customer|staff)\s*(\|[^}]*)?\}\}$/

/** What in a text looks like a value and is none in this place. */
export function strays(text: string, dialect: Dialect): string[] {
  const known: Record<Dialect, (token: string) => boolean> = {
    none: () => false, library: () => true, step: () => true,
    greeting: (token) => greets.test(token),
    post: (token) => !/\b(traits|customer|event|staff)\b/.test(token.replace(/"[^"]*"|'[^']*'/g, '')),
  }
  return [...new Set(text.match(tokens) ?? [])].filter((token) => !known[dialect](token))
}

/** The room that a name may take in a greeting, in bytes: longer ones are cut. */
export const nameBytes = 96

/** A text as long as it can become. */
export function longest(text: string, dialect: Dialect): string {
  return dialect === 'greeting' ? text.replace(tokens, (token) => (greets.test(token) ? 'x'.repeat(nameBytes) : token)) : text
}

/** A text of the library in the words of another place. */
export function adapted(text: string, dialect: Dialect): string {
  if (dialect !== 'greeting') return text
  const instead = (rest: string) => { const m = /\|\s*default:\s*(?:"([^"]*)"|'([^']*)')/.exec(rest); return m ? (m[1] ?? m[2] ?? '') : '' }
  return text
    .replace(/\{\{-?\s*staff\.name\b[^}]*\}\}/g, '{{staff}}')
    .replace(/\{\{-?\s*traits\.(?:nick)?name\b([^}]*)\}\}/g, (_, rest: string) => (instead(rest) ? `{{customer|${instead(rest)}}}` : '{{customer}}'))
}

/** A greeting with names in it. */
export function filled(text: string, staff: string, customer: string): string {
  return text.replace(tokens, (token) => ({ staff, customer })[greets.exec(token)?.[1] ?? ''] ?? token)
}
