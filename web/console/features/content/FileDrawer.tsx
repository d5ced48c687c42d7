import { api, call, must } from '@shared/api/client'
import { bytes, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Drawer, Input, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { Facts } from '../../ui/PageShell'
import { useCorps } from '../../ui/pickers'
import { Asked } from '../../ui/states'
import { Thumb } from '../../ui/message/Thumb'
import { assetURL } from '../../ui/message/message'
import type { Asset } from '../../ui/message/upload'
import { MediaLines } from './MediaLife'
import { common, placeOf, useWords } from './words'

const said = texts({
  title: ['文件详情', 'File'],
  download: ['下载', 'Download'],
  type: ['格式', 'Format'],
  size: ['大小', 'Size'],
  pixels: ['像素', 'Pixels'],
  length: ['时长', 'Length'],
  seconds: [(n: string) => `${n} 秒`, (n: string) => `${n} s`],
  added: ['上传时间', 'Added'],
  hash: ['校验值', 'SHA-256'],
  uses: ['哪里在用', 'Used by'],
  none: ['没有素材、欢迎语、活码、群发或朋友圈用到它。', 'No material, welcome, live code, send or moment uses it.'],
  media: ['企业微信临时素材', 'At WeCom'],
  mediaHelp: ['企业微信的临时素材只有 3 天。只要还有地方在用，系统会在到期前自动重新上传；不再使用后不再续传。', 'WeCom keeps a file for 3 days. As long as something uses it, it is uploaded again well before the end; then no more.'],
  sure: [(name: string) => `删除“${name}”？`, (name: string) => `Delete "${name}"?`],
  sureHelp: ['被素材、海报或消息用到的文件不会被删除。删除后不能恢复。', 'A file that a material, poster or message names is not deleted. Deleting cannot be undone.'],
  used: ['仍在使用，不能删除', 'It is in use and cannot be deleted'],
  deleted: ['已删除', 'Deleted'],
})

/** One file: what it is, what uses it, its name. */
export function FileDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const query = api.useQuery('get', '/assets/{id}', { params: { path: { id } } })
  return <Drawer open size={480} title={query.data?.name ?? t.title} onClose={onClose}><Asked query={query}>{(a) => <File key={a.id} asset={a} onClose={onClose} />}</Asked></Drawer>
}

function File({ asset: a, onClose }: { asset: Asset; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const u = useText(useWords)
  const may = useMay()('content.write')
  const sure = useSure()
  const { message } = App.useApp()
  const client = useQueryClient()
  const { corps } = useCorps()
  const [name, setName] = useState(a.name)
  const fresh = () => Promise.all([client.invalidateQueries({ queryKey: ['get', '/assets'] }), client.invalidateQueries({ queryKey: ['get', '/assets/{id}'] })])
  const rename = api.useMutation('put', '/assets/{id}', { onError: useOops(), onSuccess: () => { message.success(c.saved); void fresh() } })
  const uses = a.uses ?? []
  const remove = () => sure({
    title: t.sure(a.name), content: t.sureHelp, danger: true, ok: c.remove,
    go: async () => { await must(call.DELETE('/assets/{id}', { params: { path: { id: a.id } } })); message.success(t.deleted); onClose(); await client.invalidateQueries({ queryKey: ['get', '/assets'] }) },
  })
  return (
    <div className="y-stack">
      <div className="y-files-big">
        {a.kind === 'image' ? <img src={assetURL(a.id)} alt={a.name} /> : a.kind === 'video' ? <video src={assetURL(a.id)} controls muted aria-label={a.name} /> : <Thumb kind={a.kind} id={a.id} />}
      </div>
      {may ? (
        <label className="y-content-field"><span>{c.name}</span>
          <span className="y-files-rename"><Input value={name} maxLength={200} onChange={(e) => setName(e.target.value)} /><Button disabled={!name.trim() || name === a.name} loading={rename.isPending} onClick={() => rename.mutate({ params: { path: { id: a.id } }, body: { name: name.trim() } })}>{c.rename}</Button></span>
        </label>
      ) : <b>{a.name}</b>}
      <Facts items={[
        [t.type, a.type], [t.size, bytes(a.size)], a.width !== undefined && a.width > 0 && [t.pixels, `${a.width} × ${a.height}`], Boolean(a.duration_ms) && [t.length, t.seconds(num((a.duration_ms ?? 0) / 1000, 1))],
        [t.added, when(a.created_at)], [t.media, <MediaLines key="m" media={a.media} />], [t.hash, <code key="h">{a.sha256.slice(0, 16)}…</code>],
      ]}
      />
      <p className="y-faint y-content-note">{t.mediaHelp}</p>
      <h3 className="y-h3">{t.uses}</h3>
      {uses.length === 0 ? <p className="y-faint y-content-note">{t.none}</p> : (
        <ul className="y-people">
          {uses.map((x) => {
            const [kind = '', ...rest] = x.owner.split(':')
            const to = placeOf(kind, (rest[0] ?? '').split('/')[0] ?? '')
            const label = named(u, kind)
            return <li key={x.owner + x.corp}>{to ? <Link to={to}>{label}</Link> : <span>{label}</span>}<small>{corps.length > 1 ? (corps.find((k) => k.id === x.corp)?.name ?? x.corp) : ''}</small></li>
          })}
        </ul>
      )}
      <div className="y-rowline">
        <a href={assetURL(a.id)} download={a.name}><Button>{t.download}</Button></a>
        {may && <Tooltip title={uses.length > 0 ? t.used : undefined}><Button danger disabled={uses.length > 0} onClick={remove}>{c.remove}</Button></Tooltip>}
      </div>
    </div>
  )
}
