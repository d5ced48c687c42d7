import createFetch, { type Middleware } from 'openapi-fetch'
import createQuery from 'openapi-react-query'
import { lang } from '../i18n'
import type { components, paths } from './schema'

/** A named shape of the API, such as Schema<'CustomerView'>. */
export type Schema<N extends keyof components['schemas']> = components['schemas'][N]

/** What the server says when it refuses (RFC 9457). */
export interface Problem {
  status: number
  code: string
  detail: string
  errors?: { pointer: string; detail: string }[]
  /** Names the request in the server's log. */
  request?: string
}

/** Sent on window when the session has ended. */
export const signedOut = 'yutang:signed-out'

const session: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', lang() === 'zh-CN' ? 'zh-CN' : 'en')
    if (!['GET', 'HEAD'].includes(request.method)) request.headers.set('X-Yutang-Request', '1')
    return request
  },
  async onResponse({ request, response }) {
    if (response.status === 401 && !request.url.endsWith('/session')) globalThis.dispatchEvent(new Event(signedOut))
    if (response.ok) return response
    const said = await response.clone().json().catch(() => undefined)
    const problem: Problem = {
      status: response.status, code: `http_${response.status}`, detail: response.statusText, ...said,
      request: response.headers.get('X-Request-Id') ?? undefined,
    }
    return new Response(JSON.stringify(problem), { status: response.status, headers: { 'Content-Type': 'application/json' } })
  },
}

/** Calls of the API outside of components: `await call.POST('/codes', { body })` gives `{ data, error }`. */
export const call = createFetch<paths>({ baseUrl: '/api/v1' })
call.use(session)

/** Queries and changes in components: `api.useQuery('get', '/codes/{id}', { params: { path: { id } } })`. */
export const api = createQuery(call)

/** Paging by cursor for api.useInfiniteQuery. The first page has an empty cursor: without one the library sends 0. */
export const byCursor = {
  pageParamName: 'cursor',
  initialPageParam: '' as string | undefined,
  getNextPageParam: (last: { next?: string }) => last.next || undefined,
}

/** Whatever was thrown, as a problem. A failed connection has the code `offline`. */
export function problemOf(thrown: unknown): Problem {
  if (thrown && typeof thrown === 'object' && 'code' in thrown && 'status' in thrown) return thrown as Problem
  return { status: 0, code: 'offline', detail: thrown instanceof Error ? thrown.message : String(thrown) }
}

/** A problem in one line: what it says, and the faults of fields where it does not name them itself. */
export function lineOf(thrown: unknown): string {
  const p = problemOf(thrown)
  const faults = (p.errors ?? []).filter((e) => !p.detail.includes(e.detail)).map((e) => `${e.pointer} ${e.detail}`.trim())
  const [colon, semicolon] = lang() === 'zh-CN' ? ['：', '；'] : [': ', '; ']
  return faults.length ? p.detail + colon + faults.join(semicolon) : p.detail
}

/** The data of a call, or its problem thrown. */
export async function must<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer
  if (error !== undefined) throw error
  return data as T
}
