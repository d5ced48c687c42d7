import { texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Button, Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { ago, exactly } from '@shared/format'

const said = texts({
  back: ['返回', 'Back'],
  asOf: [(at: string) => `数据截至 ${at}`, (at: string) => `As of ${at}`],
})

/** The frame of a page: one h1, what it is, what can be done. `fill` gives the rest of the window to the content. */
export function PageShell({ title, lead, actions, back, extra, asOf, fill, children }: {
  title: ReactNode
  lead?: ReactNode
  actions?: ReactNode
  back?: string
  extra?: ReactNode
  asOf?: string
  fill?: boolean
  children: ReactNode
}) {
  const t = useText(said)
  return (
    <div className={fill ? 'y-page y-page-fill' : 'y-page'}>
      <header className="y-title">
        <div>
          {back && <Link to={back} className="y-back" aria-label={t.back}>←</Link>}
          <h1>{title}</h1>
          {extra}
          {asOf && <Tooltip title={exactly(asOf)}><span className="y-asof" tabIndex={0}>{t.asOf(ago(asOf))}</span></Tooltip>}
        </div>
        {actions && <div className="y-actions">{actions}</div>}
        {lead && <p>{lead}</p>}
      </header>
      {children}
    </div>
  )
}

/** A card with a title and what belongs to it on the right. */
export function Card({ title, extra, children, className, flush, id }: { title?: ReactNode; extra?: ReactNode; children: ReactNode; className?: string; flush?: boolean; id?: string }) {
  return (
    <section className={['y-card', flush && 'y-card-flush', className].filter(Boolean).join(' ')} id={id}>
      {(title || extra) && <header><h2>{title}</h2>{extra && <div>{extra}</div>}</header>}
      {children}
    </section>
  )
}

/** Cards beside each other that wrap on narrow windows. `min` is the least width of one in pixels. */
export function Columns({ min = 320, children }: { min?: number; children: ReactNode }) {
  return <div className="y-columns" style={{ gridTemplateColumns: `repeat(auto-fit, minmax(min(${min}px, 100%), 1fr))` }}>{children}</div>
}

/** Pairs of name and value. */
export function Facts({ items }: { items: ([ReactNode, ReactNode] | false | undefined)[] }) {
  return <dl className="y-facts">{items.map((item, i) => item && <div key={i}><dt>{item[0]}</dt><dd>{item[1]}</dd></div>)}</dl>
}

/** A coloured word for a state. */
export function State({ tone, children }: { tone: 'good' | 'warn' | 'bad' | 'live' | 'quiet'; children: ReactNode }) {
  return <span className={`y-state y-state-${tone}`}>{children}</span>
}

/** A figure with what it means, how it moved, and the way to the people behind it. */
export function Stat({ label, value, hint, note, delta, spark, onOpen }: {
  label: ReactNode
  value: ReactNode
  /** The definition, behind a question mark. */
  hint?: ReactNode
  note?: ReactNode
  /** The change as a share, such as 0.12. `good` is false where less is better. */
  delta?: { share: number | null | undefined; good?: boolean; text: string }
  spark?: ReactNode
  onOpen?: () => void
}) {
  const up = (delta?.share ?? 0) >= 0
  const tone = delta?.share == null || delta.share === 0 ? 'quiet' : up === (delta.good ?? true) ? 'good' : 'bad'
  return (
    <div className="y-stat">
      <div className="y-stat-label">{label}{hint && <Hint>{hint}</Hint>}</div>
      {onOpen ? <button type="button" className="y-stat-value y-number" onClick={onOpen}>{value}</button> : <div className="y-stat-value">{value}</div>}
      {delta && <div className={`y-stat-delta y-tone-${tone}`}>{delta.share == null ? '' : up ? '↑ ' : '↓ '}{delta.text}</div>}
      {note && <div className="y-stat-note">{note}</div>}
      {spark}
    </div>
  )
}

/** A question mark with an explanation, for the pointer and the keyboard. */
export function Hint({ children }: { children: ReactNode }) {
  return <Tooltip title={children}><button type="button" className="y-hint" aria-label={typeof children === 'string' ? children : '?'}>?</button></Tooltip>
}

/** A number that opens what is behind it. */
export function Number({ children, onOpen, label }: { children: ReactNode; onOpen?: () => void; label?: string }) {
  if (!onOpen) return <span className="y-num">{children}</span>
  return <Button type="link" className="y-number" aria-label={label} onClick={onOpen}>{children}</Button>
}
