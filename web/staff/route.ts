import { useSyncExternalStore } from 'react'

const base = '/staff'

const table = {
  '/': 'today', '/tasks': 'today', '/tasks/team': 'team', '/tasks/team/:staff': 'mate', '/tasks/:card': 'card',
  '/customers': 'customers', '/customers/:external': 'customer', '/scripts': 'scripts', '/materials': 'materials',
  '/me': 'me', '/me/persona': 'persona', '/me/audits': 'audits', '/me/audits/:audit': 'audit', '/panel': 'panel',
} as const

/** The pages. */
export type PageName = (typeof table)[keyof typeof table] | 'lost'

/** A page with what its address says. */
export interface Route {
  page: PageName
  params: Record<string, string>
  search: URLSearchParams
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The page of an address, with or without the base. */
export function match(address: string): Route {
  const url = new URL(address, 'http://here')
  const path = (url.pathname.startsWith(base) ? url.pathname.slice(base.length) : url.pathname).replace(/\/+$/, '') || '/'
  const parts = path.split('/')
  for (const [pattern, page] of Object.entries(table)) {
    const wanted = pattern.split('/')
    if (wanted.length !== parts.length && !(pattern === '/' && path === '/')) continue
    if (!wanted.every((w, i) => w.startsWith(':') ? parts[i] !== '' : w === (parts[i] ?? ''))) continue
    const params = Object.fromEntries(wanted.flatMap((w, i) => (w.startsWith(':') ? [[w.slice(1), decoded(parts[i] ?? '')]] : [])))
    return { page, params, search: url.searchParams }
  }
  return { page: 'lost', params: {}, search: url.searchParams }
}

const listeners = new Set<() => void>()
const tellAll = () => {
  for (const tell of listeners) tell()
}
globalThis.addEventListener?.('popstate', tellAll)

/** Goes to a page: `go('/customers/wm1')`. */
export function go(to: string, how: { replace?: boolean } = {}) {
  const address = base + to
  if (how.replace) history.replaceState(history.state, '', address)
  else history.pushState({ depth: depth() + 1 }, '', address)
  tellAll()
  if (!how.replace) scrollTo(0, 0)
}

const depth = (): number => (history.state as { depth?: number } | null)?.depth ?? 0

/** Goes to the page before, or to a parent where the visit began here. */
export function back(parent: string) {
  if (depth() > 0) history.back()
  else go(parent, { replace: true })
}

function subscribe(tell: () => void) {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

/** The address now, followed by the component. */
export function useRoute(): Route {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search, () => base)
  return match(address)
}

/** Where a link leads, for its href. */
export const href = (to: string) => base + to
