import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import type { ReactNode } from 'react'
import { useMay } from '../app/session'
import { attachmentWords } from './message/words'
import './phone.css'

const said = texts({ label: ['手机预览', 'Phone preview'], now: ['刚刚', 'Just now'] })

/** A message part as the customer sees it. */
export interface Bubble {
  kind: 'text' | 'image' | 'video' | 'file' | 'link' | 'miniprogram'
  text?: string
  title?: string
  detail?: string
  /** The address of the picture, if it can be shown. */
  image?: string
  /** The file by id, to be named. */
  asset?: string
}

/** A phone with messages in it, 300 px wide, or with a moment. */
export function PhonePreview({ from, bubbles, children, title, moment }: { from?: string; bubbles?: readonly Bubble[]; children?: ReactNode; title?: string; moment?: boolean }) {
  const t = useText(said)
  return (
    <section className={moment ? 'y-phone y-phone-moment' : 'y-phone'} aria-label={title ?? t.label}>
      <header>{from ?? t.label}</header>
      <div>
        <time>{t.now}</time>
        {bubbles?.map((b, i) => <div key={i} className={`y-bubble y-bubble-${b.kind}`}><BubbleBody bubble={b} /></div>)}
        {children}
      </div>
    </section>
  )
}

function BubbleBody({ bubble: b }: { bubble: Bubble }) {
  const t = useText(attachmentWords)
  const may = useMay()
  const file = api.useQuery('get', '/assets/{id}', { params: { path: { id: b.asset ?? '' } } }, { enabled: Boolean(b.asset && !b.title) && may('content.read'), staleTime: 300_000, retry: false })
  if (b.kind === 'text') return <>{b.text}</>
  if (b.kind === 'image') return b.image ? <img src={b.image} alt={b.title ?? t.image} /> : <span>{b.title ?? t.image}</span>
  const sort = b.kind === 'link' ? '' : t[b.kind]
  return (
    <div className="y-bubble-card">
      <div><b>{b.title || file.data?.name || t[b.kind]}</b>{b.detail && <small>{b.detail}</small>}</div>
      {b.image && <img src={b.image} alt="" />}
      {sort && <i>{sort}</i>}
    </div>
  )
}
