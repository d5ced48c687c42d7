import { call } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Button, ImageViewer } from 'antd-mobile'
import { useState } from 'react'
import { useMe } from '../tasks/acts'
import { ScriptText } from '../tasks/ScriptText'
import type { Hit } from '../types'
import { Chip } from '../ui/bits'
import { Icon } from '../ui/icons'
import { useSend } from '../ui/sending'
import { common } from '../ui/words'
import type { Message } from '../wecom/message'
import { assetUrl, forAnybody, messagesOf, posterUrl } from './parts'

const said = texts({
  used: [(n: string) => `用过 ${n} 次`, (n: string) => `used ${n} times`], star: ['收藏', 'Star'], unstar: ['取消收藏', 'Take the star off'], missing: [(what: string) => `缺少：${what}`, (what: string) => `missing: ${what}`],
  poster: ['看我的海报', 'See my poster'], posterHint: ['海报上是你的活码。可以直接发送，或长按图片保存。', 'It carries your code. Send it, or hold the picture to keep it.'], save: ['保存图片', 'Save'], noPoster: ['海报没有画出来，可能缺少你的活码', 'The poster was not drawn. Your code may be missing'], preview: ['预览', 'Preview'], play: ['播放视频', 'Play the video'], sendAll: [(n: number) => `依次发送 ${n} 条`, (n: number) => `Send all ${n}`],
})

const kinds = texts({ text: ['文字', 'Text'], image: ['图片', 'Image'], video: ['视频', 'Video'], file: ['文件', 'File'], link: ['链接', 'Link'], miniprogram: ['小程序', 'Mini-program'], message: ['图文', 'Message'], article: ['文章', 'Article'], poster: ['海报', 'Poster'], script: ['话术', 'Script'] })

/** A script or material: what it says, sent or copied with one tap, starred. */
export function HitRow({ of: x, customer }: { of: Hit; customer?: string }) {
  const t = useText(said)
  const c = useText(common)
  const k = useText(kinds)
  const client = useQueryClient()
  const sending = useSend(customer)
  const [busy, setBusy] = useState(false)
  const me = useMe()
  const messages: Message[] = x.kind === 'poster' ? [{ type: 'poster', poster: x.id, customer }] : messagesOf(customer ? x : { ...x, text: forAnybody(x.text ?? '', me?.name ?? '') })
  const refresh = () => {
    for (const path of ['/panel/scripts', '/panel/materials']) void client.invalidateQueries({ queryKey: ['get', path] })
  }
  const star = async () => {
    const at = { params: { path: { id: x.id } } }
    await (x.favourite ? call.DELETE('/panel/materials/{id}/favourite', at) : call.PUT('/panel/materials/{id}/favourite', at))
    refresh()
  }
  const take = async () => {
    setBusy(true)
    let isTaken = false
    for (const m of messages) {
      if (!(await sending.send(m))) break
      isTaken = true
      if (!sending.direct) break
    }
    setBusy(false)
    if (isTaken) await call.POST('/panel/materials/{id}/used', { params: { path: { id: x.id } } })
  }
  const label = sending.direct ? (messages.length > 1 ? t.sendAll(messages.length) : c.send) : sending.canOpen ? c.chat : c.copy
  const canTake = sending.direct || messages[0]?.type === 'text' || messages[0]?.type === 'link'
  return (
    <li className="s-box s-hit">
      <div className="s-box-head">
        <h3>{x.name}</h3>
        <button type="button" className="s-text-button s-star" aria-pressed={x.favourite} aria-label={x.favourite ? t.unstar : t.star} onClick={() => void star()}><Icon name="star" size={19} filled={x.favourite} /></button>
      </div>
      {x.kind === 'poster' ? <Poster id={x.id} name={x.name} customer={customer} /> : messages.map((m, i) => <Part key={i} of={m} />)}
      {(x.missing ?? []).length > 0 && <Chip tone="warn">{t.missing(x.missing?.join('、') ?? '')}</Chip>}
      <div className="s-pile-line">
        <span className="s-faint">{x.kind !== 'script' && x.kind !== 'text' && `${named(k, x.kind)} · `}{t.used(num(x.used))}</span>
        {messages.length > 0 && canTake && <Button size="small" color="primary" loading={busy} onClick={() => void take()}><Icon name={sending.direct ? 'send' : sending.canOpen ? 'chat' : 'copy'} size={16} /> {label}</Button>}
        {messages.length > 0 && !canTake && <span className="s-faint">{c.needsChat}</span>}
      </div>
    </li>
  )
}

/** One message of a material. */
function Part({ of: m }: { of: Message }) {
  const t = useText(said)
  switch (m.type) {
    case 'text': return <ScriptText text={m.text} />
    case 'image': return <button type="button" className="s-picture" aria-label={t.preview} onClick={() => ImageViewer.show({ image: assetUrl(m.asset) })}><img src={assetUrl(m.asset)} alt="" loading="lazy" /></button>
    case 'video': return <a className="s-piece" href={assetUrl(m.asset)} target="_blank" rel="noreferrer"><Icon name="play" size={18} />{m.name || t.play}</a>
    case 'file': return <a className="s-piece" href={assetUrl(m.asset)} target="_blank" rel="noreferrer"><Icon name="file" size={18} />{m.name || t.preview}</a>
    case 'link': return <a className="s-piece" href={m.url} target="_blank" rel="noreferrer"><Icon name="link" size={18} /><span className="s-grow"><b>{m.title}</b>{m.description && <span className="s-faint s-cut">{m.description}</span>}</span></a>
    case 'miniprogram': return <p className="s-piece"><Icon name="mini" size={18} />{m.title}</p>
  }
}

/** The member's own poster, drawn when asked for. */
function Poster({ id, name, customer }: { id: string; name: string; customer?: string }) {
  const t = useText(said)
  const [state, setState] = useState<'shut' | 'open' | 'failed'>('shut')
  if (state === 'failed') return <p className="s-faint">{t.noPoster}</p>
  if (state === 'shut') return <Button block onClick={() => setState('open')}><Icon name="materials" size={18} /> {t.poster}</Button>
  return (
    <figure className="s-poster">
      <img src={posterUrl(id, customer)} alt={name} onError={() => setState('failed')} />
      <figcaption className="s-faint">{t.posterHint} <a href={posterUrl(id, customer)} download={`${name}.png`}>{t.save}</a></figcaption>
    </figure>
  )
}
