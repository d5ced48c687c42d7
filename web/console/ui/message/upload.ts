import type { Problem, Schema } from '@shared/api/client'
import { texts } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'

/** A file that messages carry. */
export type Asset = Schema<'ContentAsset'>

/** The kinds of files. */
export type AssetKind = Asset['kind']

/** What browsers offer for a kind. */
export const accept: Record<AssetKind, string | undefined> = { image: 'image/png,image/jpeg', video: 'video/mp4', voice: '.amr', file: undefined }

/** The most bytes of a kind. */
export const most: Record<AssetKind, number> = { image: 10 << 20, video: 10 << 20, voice: 2 << 20, file: 20 << 20 }

/** What the platform takes, by kind. */
export const limitWords = texts({
  image: ['JPG / PNG，10 MB 以内；发朋友圈时不超过 1440 × 1080 像素', 'JPG or PNG, up to 10 MB; in moments at most 1440 × 1080 pixels'],
  video: ['MP4，10 MB 以内；发朋友圈时不超过 30 秒', 'MP4, up to 10 MB; in moments at most 30 seconds'],
  voice: ['AMR 语音，2 MB、60 秒以内', 'AMR recordings, up to 2 MB and 60 seconds'],
  file: ['其他文件，20 MB 以内', 'Any other file, up to 20 MB'],
  tooLarge: [(limit: string) => `文件超过 ${limit}`, (limit: string) => `The file has more than ${limit}`],
  broken: ['上传中断，请重试', 'The upload broke off. Try again.'],
})

/** What a browser says of a file, as a kind. */
export function kindOf(file: { type: string; name: string }): AssetKind {
  if (file.type === 'image/png' || file.type === 'image/jpeg') return 'image'
  if (file.type === 'video/mp4') return 'video'
  return /\.amr$/i.test(file.name) ? 'voice' : 'file'
}

/** Sends a file and tells how far it is. A request of this kind is the only one that browsers tell the progress of. */
function send(file: File, kind: AssetKind, told: (share: number) => void): Promise<Asset> {
  return new Promise((resolve, reject) => {
    const form = new FormData()
    form.append('kind', kind)
    form.append('name', file.name)
    form.append('file', file)
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v1/assets')
    request.responseType = 'json'
    request.setRequestHeader('X-Yutang-Request', '1')
    request.upload.addEventListener('progress', (e) => { if (e.lengthComputable) told(e.loaded / e.total) })
    request.addEventListener('error', () => reject(new Error('offline')))
    request.addEventListener('load', () => {
      if (request.status < 300) resolve(request.response as Asset)
      else reject({ status: request.status, code: `http_${request.status}`, detail: request.statusText, ...(request.response as Partial<Problem> | null) } satisfies Problem)
    })
    request.send(form)
  })
}

/** One file on its way. */
export interface Sending {
  key: number
  name: string
  size: number
  share: number
  problem?: unknown
  done?: boolean
}

/** Sends files one after the other and keeps how far each is. */
export function useUpload(onDone?: (asset: Asset) => void) {
  const client = useQueryClient()
  const [list, setList] = useState<Sending[]>([])
  const next = useRef(0)
  const change = (key: number, to: Partial<Sending>) => setList((old) => old.map((x) => (x.key === key ? { ...x, ...to } : x)))
  const start = async (files: readonly File[], as?: AssetKind) => {
    const fresh = files.map((file) => ({ file, key: next.current++ }))
    setList((old) => [...old.filter((x) => !x.done), ...fresh.map(({ file, key }) => ({ key, name: file.name, size: file.size, share: 0 }))])
    for (const { file, key } of fresh) {
      const kind = as ?? kindOf(file)
      if (file.size > most[kind]) { change(key, { problem: { status: 413, code: 'too_large', detail: kind } }); continue }
      try {
        const asset = await send(file, kind, (share) => change(key, { share }))
        change(key, { share: 1, done: true })
        onDone?.(asset)
      } catch (thrown) {
        change(key, { problem: thrown })
      }
    }
    void client.invalidateQueries({ queryKey: ['get', '/assets'] })
  }
  return { list, start, clear: () => setList([]), drop: (key: number) => setList((old) => old.filter((x) => x.key !== key)) }
}
