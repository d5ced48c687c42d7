const corpKey = 'yutang.corp'
const triedKey = 'yutang.login'

/** The corp that an address names, else the one of the last visit. */
export function corpOf(search: URLSearchParams, kept: string | null): string | undefined {
  return search.get('corp') || kept || undefined
}

/** Where to log in so that the address given is open afterwards. */
export function loginAddress(corp: string | undefined, next: string): string {
  return `/wecom/login${corp ? `/${encodeURIComponent(corp)}` : ''}?next=${encodeURIComponent(next)}`
}

/** Keeps the corp that the address names for the next visit. */
export function keepCorp() {
  const corp = new URLSearchParams(location.search).get('corp')
  if (corp) localStorage.setItem(corpKey, corp)
}

/** Says whether a log-in was begun a moment ago, so that a refusal does not send a browser round and round. */
export function justTried(now = Date.now()): boolean {
  return now - Number(sessionStorage.getItem(triedKey) ?? 0) < 15_000
}

/** Leaves for WeCom's log-in and comes back to this page. */
export function login() {
  sessionStorage.setItem(triedKey, String(Date.now()))
  const corp = corpOf(new URLSearchParams(location.search), localStorage.getItem(corpKey))
  location.replace(loginAddress(corp, location.pathname + location.search))
}
