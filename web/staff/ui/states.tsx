import { problemOf } from '@shared/api/client'
import { useText } from '@shared/i18n'
import { Button, Skeleton } from 'antd-mobile'
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons'
import { common } from './words'

/** Lines in the shape of what is coming. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div className="s-loading" aria-busy="true">
      {Array.from({ length: rows }, (_, i) => <div key={i} className="s-box"><Skeleton.Title animated /><Skeleton.Paragraph lineCount={2} animated /></div>)}
    </div>
  )
}

/** Nothing is here: what it is for, and what to do. */
export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="s-empty">
      <span className="s-empty-icon"><Icon name={icon} size={30} /></span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

/** Something was not loaded: why, and again. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const t = useText(common)
  const p = problemOf(error)
  const [title, why] = p.code === 'offline' ? [t.failed, t.failedOffline] : p.status === 404 ? [t.notFound, t.notFoundWhy] : p.status === 403 ? [t.forbidden, t.forbiddenWhy] : [t.failed, t.failedWhy]
  return (
    <Empty icon={p.code === 'offline' ? 'off' : 'alert'} title={title} action={again && p.status !== 404 && <Button onClick={again}>{t.retry}</Button>}>
      {why}{p.request && p.status >= 500 && <small>{t.request} {p.request}</small>}
    </Empty>
  )
}

/** What a query gives, with its other states. */
export function Asked<T>({ of, rows, children }: { of: { data: T | undefined; error: unknown; refetch: () => unknown }; rows?: number; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data)
  if (of.error) return <Failed error={of.error} again={() => void of.refetch()} />
  return <Loading rows={rows} />
}
