import { api, byCursor } from '@shared/api/client'
import { bytes } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import FileTextOutlined from '@ant-design/icons/FileTextOutlined'
import SoundOutlined from '@ant-design/icons/SoundOutlined'
import UploadOutlined from '@ant-design/icons/UploadOutlined'
import VideoCameraOutlined from '@ant-design/icons/VideoCameraOutlined'
import { Button, Modal, Upload } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { Empty, Failure, Loading } from '../../ui/states'
import { assetURL } from './message'
import { Sendings } from './Sendings'
import { accept, limitWords, useUpload, type AssetKind } from './upload'
import { common } from './words'

const said = texts({
  pick_image: ['选择图片', 'Choose an image'],
  pick_video: ['选择视频', 'Choose a video'],
  pick_voice: ['选择语音', 'Choose a recording'],
  pick_file: ['选择文件', 'Choose a file'],
  change: ['更换', 'Change'],
  clear: ['移除', 'Remove'],
  upload: ['上传新文件', 'Upload'],
  none: ['还没有这类文件', 'No files of this kind yet'],
  unnamed: ['未命名', 'No name'],
})

/** What stands for a file: its picture, or a mark of its kind. */
export function Thumb({ kind, id, name }: { kind: AssetKind; id: string; name?: string }) {
  if (kind === 'image') return <img src={assetURL(id)} alt={name ?? ''} loading="lazy" />
  return <i aria-hidden="true">{kind === 'video' ? <VideoCameraOutlined /> : kind === 'voice' ? <SoundOutlined /> : <FileTextOutlined />}</i>
}

/** Chooses one stored file, or takes in a new one. */
export function AssetPicker({ kind, value, onChange, label, optional, invalid, id }: { kind: AssetKind; value?: string; onChange?: (id: string | undefined) => void; label?: string; optional?: boolean; invalid?: boolean; id?: string }) {
  const t = useText(said)
  const [open, setOpen] = useState(false)
  const one = api.useQuery('get', '/assets/{id}', { params: { path: { id: value ?? '' } } }, { enabled: Boolean(value), staleTime: 300_000 })
  return (
    <span className="y-content-asset">
      {value && <Thumb kind={kind} id={value} name={one.data?.name} />}
      {value && <span>{one.data?.name || t.unnamed}{one.data && <small>{bytes(one.data.size)}</small>}</span>}
      <Button id={id} danger={invalid} onClick={() => setOpen(true)}>{value ? t.change : (label ?? t[`pick_${kind}`])}</Button>
      {value && optional && <Button type="text" onClick={() => onChange?.(undefined)}>{t.clear}</Button>}
      {open && <Shelf kind={kind} value={value} onClose={() => setOpen(false)} onPick={(picked) => { onChange?.(picked); setOpen(false) }} />}
    </span>
  )
}

function Shelf({ kind, value, onClose, onPick }: { kind: AssetKind; value?: string; onClose: () => void; onPick: (id: string) => void }) {
  const t = useText(said)
  const l = useText(limitWords)
  const c = useText(common)
  const may = useMay()
  const list = api.useInfiniteQuery('get', '/assets', { params: { query: { kind, limit: 60 } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const upload = useUpload((asset) => onPick(asset.id))
  return (
    <Modal
      open width={760} title={t[`pick_${kind}`]} onCancel={onClose}
      footer={may('content.write') && (
        <div className="y-rowline">
          <small className="y-faint">{l[kind]}</small><span className="y-grow" />
          <Upload accept={accept[kind]} showUploadList={false} beforeUpload={(file) => { void upload.start([file], kind); return false }}><Button type="primary" icon={<UploadOutlined />}>{t.upload}</Button></Upload>
        </div>
      )}
    >
      <Sendings list={upload.list} onDrop={upload.drop} />
      {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <Loading /> : items.length === 0 ? <Empty title={t.none}>{l[kind]}</Empty> : (
        <div className="y-content-shelf">
          {items.map((a) => (
            <button type="button" key={a.id} aria-pressed={a.id === value} onClick={() => onPick(a.id)}>
              <Thumb kind={kind} id={a.id} />
              <b>{a.name || t.unnamed}</b>
              <small>{bytes(a.size)}{a.width ? ` · ${a.width} × ${a.height}` : ''}</small>
            </button>
          ))}
        </div>
      )}
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{c.loadMore}</Button>}
    </Modal>
  )
}
