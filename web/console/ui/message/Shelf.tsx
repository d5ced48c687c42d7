import { api, byCursor } from '@shared/api/client'
import { bytes, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import UploadOutlined from '@ant-design/icons/UploadOutlined'
import { Button, Modal, Upload } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { Empty, Failure, Loading } from '../states'
import { Sendings } from './Sendings'
import { Thumb } from './Thumb'
import { accept, limitWords, useUpload, type AssetKind } from './upload'
import './message.css'

const said = texts({
  upload: ['上传新文件', 'Upload'],
  none: ['还没有这类文件', 'No files of this kind yet'],
  unnamed: ['未命名', 'No name'],
  more: ['加载更多', 'Load more'],
  several: [(n: string) => `可选 ${n} 个`, (n: string) => `Choose up to ${n}`],
  take: [(n: string) => `选用 ${n} 个`, (n: string) => `Use ${n}`],
})

/** The stored files of a kind, to choose one from, or several, in the order in which they are chosen. */
export function Shelf({ kind, title, value, most = 1, onClose, onPick }: { kind: AssetKind; title: string; value?: string; most?: number; onClose: () => void; onPick: (ids: string[]) => void }) {
  const t = useText(said)
  const l = useText(limitWords)
  const may = useMay()
  const [picked, setPicked] = useState<string[]>([])
  const list = api.useInfiniteQuery('get', '/assets', { params: { query: { kind, limit: 60 } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const add = (id: string) => { if (most === 1) onPick([id]); else setPicked((old) => (old.includes(id) || old.length >= most ? old : [...old, id])) }
  const toggle = (id: string) => { if (picked.includes(id)) setPicked(picked.filter((x) => x !== id)); else add(id) }
  const upload = useUpload((asset) => add(asset.id))
  return (
    <Modal
      open width={760} title={title} onCancel={onClose}
      footer={(
        <div className="y-rowline">
          <small className="y-faint">{most > 1 && `${t.several(num(most))} · `}{may('content.write') && l[kind]}</small><span className="y-grow" />
          {may('content.write') && <Upload accept={accept[kind]} multiple={most > 1} showUploadList={false} beforeUpload={(file, all) => { if (file === all[0]) void upload.start(all.slice(0, most), kind); return false }}><Button type={most > 1 ? 'default' : 'primary'} icon={<UploadOutlined />}>{t.upload}</Button></Upload>}
          {most > 1 && <Button type="primary" disabled={picked.length === 0} onClick={() => onPick(picked)}>{t.take(num(picked.length))}</Button>}
        </div>
      )}
    >
      <Sendings list={upload.list} onDrop={upload.drop} />
      {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <Loading /> : items.length === 0 ? <Empty title={t.none}>{l[kind]}</Empty> : (
        <div className="y-message-shelf">
          {items.map((a) => {
            const at = picked.indexOf(a.id)
            return (
              <button type="button" key={a.id} aria-pressed={most > 1 ? at >= 0 : a.id === value} onClick={() => toggle(a.id)}>
                <Thumb kind={kind} id={a.id} />
                <b>{a.name || t.unnamed}</b>
                <small>{bytes(a.size)}{a.width ? ` · ${a.width} × ${a.height}` : ''}</small>
                {at >= 0 && <span>{at + 1}</span>}
              </button>
            )
          })}
        </div>
      )}
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
    </Modal>
  )
}
