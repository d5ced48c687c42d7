import { api, byCursor, call, problemOf, type Schema } from '@shared/api/client'
import { bytes } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import FileOutlined from '@ant-design/icons/FileOutlined'
import UploadOutlined from '@ant-design/icons/UploadOutlined'
import VideoCameraOutlined from '@ant-design/icons/VideoCameraOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Modal, Upload } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { Empty, Failure, Loading } from '../../ui/states'
import { assetURL } from './content'

/** The kinds of files that messages carry. */
export type AssetKind = 'image' | 'video' | 'file'

const said = texts({
  pick_image: ['选择图片', 'Choose an image'], pick_video: ['选择视频', 'Choose a video'], pick_file: ['选择文件', 'Choose a file'], change: ['更换', 'Change'], upload: ['上传新文件', 'Upload'], none: ['还没有文件', 'No files yet'],
  first: ['上传后可在所有消息里使用。图片、视频 10 MB 以内，文件 20 MB 以内。', 'Files can be used in all messages. Images and videos up to 10 MB, files up to 20 MB.'], more: ['加载更多', 'Load more'], unnamed: ['未命名', 'No name'],
})

/** Chooses one stored file, or takes in a new one. */
export function AssetField({ kind, value, onChange, label }: { kind: AssetKind; value?: string; onChange: (id: string) => void; label?: string }) {
  const t = useText(said)
  const [open, setOpen] = useState(false)
  const one = api.useQuery('get', '/assets/{id}', { params: { path: { id: value ?? '' } } }, { enabled: Boolean(value), staleTime: 300_000 })
  return (
    <span className="y-outreach-asset">
      {value && <Thumb kind={kind} id={value} name={one.data?.name} />}
      {value && <span>{one.data?.name || t.unnamed}</span>}
      <Button size="small" onClick={() => setOpen(true)}>{value ? t.change : (label ?? t[`pick_${kind}`])}</Button>
      {open && <Shelf kind={kind} value={value} onClose={() => setOpen(false)} onPick={(id) => { onChange(id); setOpen(false) }} />}
    </span>
  )
}

function Thumb({ kind, id, name }: { kind: AssetKind; id: string; name?: string }) {
  if (kind === 'image') return <img src={assetURL(id)} alt={name ?? ''} loading="lazy" />
  return <i aria-hidden="true">{kind === 'video' ? <VideoCameraOutlined /> : <FileOutlined />}</i>
}

function Shelf({ kind, value, onClose, onPick }: { kind: AssetKind; value?: string; onClose: () => void; onPick: (id: string) => void }) {
  const t = useText(said)
  const may = useMay()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const list = api.useInfiniteQuery('get', '/assets', { params: { query: { kind, limit: 60 } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const upload = async (file: File) => {
    setBusy(true)
    const form = new FormData()
    form.append('kind', kind)
    form.append('name', file.name)
    form.append('file', file)
    const { data, error } = await call.POST('/assets', { body: form as never, bodySerializer: (b: unknown) => b as never } as never) as { data?: Schema<'ContentAsset'>; error?: unknown }
    setBusy(false)
    if (error || !data) return void message.error(problemOf(error).detail)
    void client.invalidateQueries({ queryKey: ['get', '/assets'] })
    onPick(data.id)
  }
  const accept = { image: 'image/png,image/jpeg', video: 'video/mp4', file: undefined }[kind]
  return (
    <Modal
      open width={720} title={t[`pick_${kind}`]} onCancel={onClose}
      footer={may('content.write') && <Upload accept={accept} showUploadList={false} beforeUpload={(file) => { void upload(file); return false }}><Button icon={<UploadOutlined />} loading={busy}>{t.upload}</Button></Upload>}
    >
      {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <Loading /> : items.length === 0 ? <Empty title={t.none}>{t.first}</Empty> : (
        <div className="y-outreach-shelf">
          {items.map((a) => (
            <button type="button" key={a.id} aria-pressed={a.id === value} onClick={() => onPick(a.id)}>
              <Thumb kind={kind} id={a.id} name={a.name} /><b>{a.name || t.unnamed}</b><small>{bytes(a.size)}</small>
            </button>
          ))}
        </div>
      )}
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
    </Modal>
  )
}
