import type { Schema } from '@shared/api/client'
import { ago, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Tooltip } from 'antd'
import { State } from '../../ui/PageShell'
import { useCorps } from '../../ui/pickers'
import type { Asset } from '../../ui/message/upload'

type Media = Schema<'ContentMedia'>

const said = texts({
  none: ['用到时上传', 'Uploaded when used'],
  noneHelp: ['企业微信上现在没有这个文件；发送时会自动上传。', 'WeCom does not have it now; it is uploaded by itself when it is sent.'],
  until: [(at: string) => `${at}到期`, (at: string) => `ends ${at}`],
  renews: [(at: string) => `${at}自动续传`, (at: string) => `renewed ${at}`],
  again: ['不续传，再用到时重新上传', 'not renewed; uploaded again when used'],
  forever: ['长期有效', 'kept for good'],
  image: ['图片', 'image'], video: ['视频', 'video'], file: ['文件', 'file'], picture: ['链接封面', 'cover of links'], moment_image: ['朋友圈图片', 'moment image'], moment_video: ['朋友圈视频', 'moment video'],
})

const first = (media: readonly Media[]) => media.filter((m) => m.expires_at).toSorted((a, b) => (a.expires_at ?? '').localeCompare(b.expires_at ?? ''))[0]

/** In few words: until when the platform has a file, and whether it is uploaded again by itself. */
export function MediaBrief({ media }: { media: Asset['media'] }) {
  const t = useText(said)
  if (!media?.length) return <Tooltip title={t.noneHelp}><span className="y-faint" tabIndex={0}>{t.none}</span></Tooltip>
  const next = first(media)
  if (!next) return <State tone="good">{t.forever}</State>
  return (
    <Tooltip title={<MediaLines media={media} />}>
      <span tabIndex={0}><State tone={next.renews_at ? 'good' : 'quiet'}>{next.renews_at ? t.renews(ago(next.renews_at)) : t.until(ago(next.expires_at))}</State></span>
    </Tooltip>
  )
}

/** What the platform has of a file, a line for each corp and way of upload. */
export function MediaLines({ media }: { media: Asset['media'] }) {
  const t = useText(said)
  const { corps } = useCorps()
  if (!media?.length) return <>{t.noneHelp}</>
  return (
    <ul className="y-files-media">
      {media.map((m) => (
        <li key={m.corp + m.as}>
          {corps.length > 1 && `${corps.find((c) => c.id === m.corp)?.name ?? m.corp} · `}{named(t, m.as)}：
          {m.expires_at ? `${t.until(when(m.expires_at))} · ${m.renews_at ? t.renews(when(m.renews_at)) : t.again}` : t.forever}
        </li>
      ))}
    </ul>
  )
}
