import { problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Alert, Button } from 'antd'
import { useEffect, useState, type ReactNode } from 'react'
import { useMay } from '../app/session'

const said = texts({
  retry: ['重试', 'Try again'],
  offline: ['连不上服务器。请检查网络后重试。', 'The server does not answer. Check the network and try again.'],
  forbidden: ['你的角色看不到这里的内容。需要时请联系管理员开通。', 'Your role may not see this. Ask an administrator if you need it.'],
  notFound: ['没有找到，可能已被删除。', 'Not found. It may have been deleted.'],
  busy: ['服务器忙，请稍后重试。', 'The server is busy. Try again in a moment.'],
  internal: ['服务器出错了。把请求编号告诉管理员可以更快定位。', 'The server failed. The request id helps your administrator to find out why.'],
  request: ['请求编号', 'Request id'],
  filtered: ['没有符合条件的结果', 'Nothing matches'],
  clear: ['清除筛选', 'Clear filters'],
})

/** A skeleton that shows only after 300 ms, so that quick answers do not flicker. */
export function Loading({ tall, rows = 6 }: { tall?: boolean; rows?: number }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return <div className={tall ? 'y-loading y-loading-tall' : 'y-loading'} role="status" aria-busy="true">{late && Array.from({ length: rows + 1 }, (_, i) => <i key={i} />)}</div>
}

/** Why something could not be shown, with the way on. */
export function Failure({ error, onRetry, compact }: { error: unknown; onRetry?: () => void; compact?: boolean }) {
  const t = useText(said)
  const p = problemOf(error)
  const text =
    p.code === 'offline' ? t.offline
    : p.status === 403 ? t.forbidden
    : p.status === 404 ? t.notFound
    : p.status === 429 || p.status === 503 ? t.busy
    : p.status >= 500 ? t.internal
    : p.detail
  const faults = p.status === 422 ? p.errors : undefined
  return (
    <Alert
      className={compact ? undefined : 'y-failure'} type={p.status === 403 ? 'info' : 'error'} showIcon title={text}
      description={(faults?.length || (p.status >= 500 && p.request)) ? (
        <>
          {faults?.map((f) => <div key={f.pointer + f.detail}><code>{f.pointer}</code> {f.detail}</div>)}
          {p.status >= 500 && p.request && <span>{t.request}: <code>{p.request}</code></span>}
        </>
      ) : undefined}
      action={onRetry && p.status !== 403 && p.status !== 404 && <Button size="small" onClick={onRetry}>{t.retry}</Button>}
    />
  )
}

/** A part that asks the server: skeleton, failure or the content. */
export function Asked<T>({ query, children, rows }: { query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown }; children: (data: T) => ReactNode; rows?: number }) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.error) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  return <Loading rows={rows} />
}

/** Nothing is there yet: what this is for, and the next step. */
export function Empty({ title, children, action, art }: { title: ReactNode; children?: ReactNode; action?: ReactNode; art?: ReactNode }) {
  return (
    <div className="y-empty">
      {art ?? <Pond />}
      <b>{title}</b>
      {children && <p>{children}</p>}
      {action && <div>{action}</div>}
    </div>
  )
}

/** Filters leave nothing over. */
export function NoMatch({ onClear }: { onClear?: () => void }) {
  const t = useText(said)
  return <Empty title={t.filtered} action={onClear && <Button onClick={onClear}>{t.clear}</Button>} />
}

function Pond() {
  return (
    <svg width="112" height="64" viewBox="0 0 112 64" aria-hidden="true">
      <ellipse cx="56" cy="50" rx="52" ry="10" fill="var(--y-line-soft)" />
      <ellipse cx="56" cy="48" rx="34" ry="6" fill="none" stroke="var(--y-line)" />
      <path d="M34 30c6-9 15-12 22-9.500 5 1.800 8.500 5.500 10.500 8.500l7-5c1-.7 2.200.3 1.800 1.400L73 30l2.300 5.600c.4 1.100-.8 2.100-1.800 1.400l-7-5c-2 3-5.500 6.700-10.500 8.500C49 43 40 39 34 30z" fill="var(--y-primary)" opacity=".85" />
      <circle cx="46" cy="28" r="2" fill="var(--y-card)" />
    </svg>
  )
}

/** Shows its content only to who has the permission. */
export function Only({ needs, children }: { needs: string; children: ReactNode }) {
  return useMay()(needs) ? <>{children}</> : null
}
