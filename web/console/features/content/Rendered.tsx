import { call, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { Spin } from 'antd'
import { useEffect, useState } from 'react'
import { Failure } from '../../ui/states'
import type { Doc } from './posterDoc'

const said = texts({
  missing: [(c: string) => `字体里没有这些字符，已省略或画成方框：${c}`, (c: string) => `The font lacks these characters, which are left out or boxes: ${c}`],
  drawing: ['绘制中', 'Drawing'],
})

/** Who and what a poster is drawn for. */
export interface Order {
  corp?: string
  staff?: string
  customer?: string
  values?: Record<string, string>
}

/** A picture that the server draws, and the characters its font lacks. */
export interface Drawn {
  data: Blob
  missing: string
}

async function drawn(answer: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<Drawn> {
  const { data, error, response } = await answer
  if (error !== undefined) throw error instanceof Blob ? JSON.parse(await error.text()) : error
  const raw = response.headers.get('X-Yutang-Missing-Characters') ?? ''
  return { data: data as Blob, missing: decoded(raw) }
}

/** Reads a header in MIME's Q encoding: =?utf-8?q?=F0=9F=98=80?=. */
function decoded(raw: string): string {
  return raw.replace(/=\?utf-8\?q\?(.*?)\?=\s*/gi, (_, q: string) => {
    try {
      return decodeURIComponent(q.replaceAll('_', ' ').replaceAll('%', '%25').replace(/=([0-9A-F]{2})/gi, '%$1'))
    } catch {
      return ''
    }
  })
}

/** Draws a template that need not be saved. */
export const drawTemplate = (template: Doc | unknown, order: Order = {}, format: 'png' | 'jpeg' = 'jpeg') =>
  drawn(call.POST('/posters/render', { body: { template, sample: true, format, ...order }, parseAs: 'blob' } as never) as never)

/** Draws a poster of the library. */
export const drawPoster = (id: string, order: Order = {}, version?: number, format: 'png' | 'jpeg' = 'jpeg') =>
  drawn(call.POST('/posters/{id}/render', { params: { path: { id } }, body: { sample: true, format, version, ...order }, parseAs: 'blob' } as never) as never)

/** A picture drawn on the server. `of` names it in the cache. */
export function Rendered({ of, draw, alt, onDrawn }: { of: readonly unknown[]; draw: () => Promise<Drawn>; alt: string; onDrawn?: (drawn: Drawn) => void }) {
  const t = useText(said)
  const [url, setURL] = useState<string>()
  const picture = useQuery({ queryKey: ['poster', ...of], queryFn: draw, staleTime: 300_000, placeholderData: (old: Drawn | undefined) => old, retry: false })
  useEffect(() => {
    if (!picture.data) return
    onDrawn?.(picture.data)
    const made = URL.createObjectURL(picture.data.data)
    setURL(made)
    return () => URL.revokeObjectURL(made)
  }, [picture.data])
  if (picture.error) return <Failure compact error={problemOf(picture.error)} onRetry={() => void picture.refetch()} />
  return (
    <div className="y-poster-drawn" aria-busy={picture.isFetching}>
      {url ? <img src={url} alt={alt} /> : <Spin description={t.drawing} />}
      {picture.data?.missing && onDrawn && <p className="y-tone-warn">{t.missing(picture.data.missing)}</p>}
    </div>
  )
}
