import { api, byCursor } from '@shared/api/client'
import { ago, bytes, exactly, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import AppstoreOutlined from '@ant-design/icons/AppstoreOutlined'
import BarsOutlined from '@ant-design/icons/BarsOutlined'
import UploadOutlined from '@ant-design/icons/UploadOutlined'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Segmented, Tooltip, Upload } from 'antd'
import { useMemo, useState, type DragEvent } from 'react'
import { useMay } from '../../app/session'
import { PageShell } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, Failure, Loading, NoMatch } from '../../ui/states'
import { Thumb } from '../../ui/message/Thumb'
import { Sendings } from '../../ui/message/Sendings'
import { limitWords, useUpload, type Asset } from '../../ui/message/upload'
import { FileDrawer } from './FileDrawer'
import { MediaBrief } from './MediaLife'
import { common } from './words'
import './content.css'
import './files.css'

const said = texts({
  title: ['文件', 'Files'],
  lead: ['素材、欢迎语、群发和海报里的图片、视频和文件都在这里，加密保存，各企业共用。', 'Images, videos and files of materials, welcomes, sends and posters. Sealed at rest, shared by all corps.'],
  upload: ['上传文件', 'Upload'],
  drop: ['松开即可上传', 'Drop to upload'],
  kind: ['类型', 'Kind'],
  all: ['全部', 'All'], image: ['图片', 'Images'], video: ['视频', 'Videos'], voice: ['语音', 'Recordings'], file: ['文件', 'Files'],
  as: ['显示方式', 'Show as'], tiles: ['缩略图', 'Tiles'], table: ['表格', 'Table'],
  size: ['大小', 'Size'],
  pixels: ['像素 / 时长', 'Pixels / length'],
  seconds: [(n: string) => `${n} 秒`, (n: string) => `${n} s`],
  added: ['上传时间', 'Added'],
  media: ['企业微信上', 'At WeCom'],
  limits: ['能上传什么', 'What can be uploaded'],
  none: ['还没有文件', 'No files yet'],
  noneHelp: ['把文件拖到这里，或点右上角上传。内容决定类型，改扩展名没有用。', 'Drop files here or use the button above. What a file is follows from its bytes, not from its name.'],
  loaded: [(n: string) => `已加载 ${n} 个`, (n: string) => `${n} loaded`],
  total: [(n: string) => `共 ${n} 个`, (n: string) => `${n} in all`],
})

const page = getRouteApi('/shell/files')

/** The files that messages carry. */
export function FilesPage() {
  const t = useText(said)
  const c = useText(common)
  const l = useText(limitWords)
  const may = useMay()('content.write')
  const go = useNavigate()
  const search = page.useSearch()
  const set = (to: Partial<typeof search>) => void go({ to: '/files', search: { ...search, ...to }, replace: true })
  const list = api.useInfiniteQuery('get', '/assets', { params: { query: { kind: search.kind, limit: 60 } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const upload = useUpload()
  const [over, setOver] = useState(false)
  const drop = may ? {
    onDragOver: (e: DragEvent) => { if (e.dataTransfer.types.includes('Files')) { e.preventDefault(); setOver(true) } },
    onDragLeave: (e: DragEvent) => { if (e.currentTarget === e.target) setOver(false) },
    onDrop: (e: DragEvent) => { e.preventDefault(); setOver(false); void upload.start([...e.dataTransfer.files]) },
  } : {}
  const measure = (a: Asset) => (a.width ? `${a.width} × ${a.height}` : a.duration_ms ? t.seconds(num(a.duration_ms / 1000, 1)) : '–')
  const columns: Column<Asset>[] = [
    { key: 'name', title: c.name, width: 300, always: true, render: (_, a) => <span className="y-files-name"><Thumb kind={a.kind} id={a.id} /><button type="button" className="y-content-link" onClick={() => set({ file: a.id })}>{a.name || a.id}</button></span> },
    { key: 'kind', title: t.kind, width: 100, render: (_, a) => t[a.kind] },
    { key: 'size', title: t.size, width: 110, num: true, render: (_, a) => bytes(a.size) },
    { key: 'pixels', title: t.pixels, width: 140, num: true, render: (_, a) => measure(a) },
    { key: 'media', title: t.media, width: 190, render: (_, a) => <MediaBrief media={a.media} /> },
    { key: 'added', title: t.added, width: 140, render: (_, a) => <Tooltip title={exactly(a.created_at)}>{ago(a.created_at)}</Tooltip> },
  ]
  const empty = search.kind ? <NoMatch onClear={() => set({ kind: undefined })} /> : <Empty title={t.none}>{t.noneHelp}</Empty>
  return (
    <PageShell
      title={t.title} lead={t.lead} fill
      actions={may && <Upload multiple showUploadList={false} beforeUpload={(file, all) => { if (file === all[0]) void upload.start(all); return false }}><Button type="primary" icon={<UploadOutlined />}>{t.upload}</Button></Upload>}
    >
      <div className={over ? 'y-files is-over' : 'y-files'} {...drop}>
        <div className="y-filters">
          <Segmented aria-label={t.kind} value={search.kind ?? 'all'} onChange={(k) => set({ kind: k === 'all' ? undefined : (k as Asset['kind']) })} options={(['all', 'image', 'video', 'voice', 'file'] as const).map((value) => ({ value, label: t[value] }))} />
          <span className="y-faint" aria-live="polite">{!list.isPending && (list.hasNextPage ? t.loaded(num(items.length)) : t.total(num(items.length)))}</span>
          <span className="y-grow" />
          <Segmented aria-label={t.as} value={search.as ?? 'tiles'} onChange={(as) => set({ as: as === 'table' ? 'table' : undefined })} options={[{ value: 'tiles', icon: <AppstoreOutlined />, label: t.tiles }, { value: 'table', icon: <BarsOutlined />, label: t.table }]} />
        </div>
        <details className="y-files-limits"><summary>{t.limits}</summary><ul>{(['image', 'video', 'voice', 'file'] as const).map((k) => <li key={k}><b>{t[k]}</b> {l[k]}</li>)}</ul></details>
        <Sendings list={upload.list} onDrop={upload.drop} />
        {search.as === 'table' ? <QueryTable id="files" label={t.title} rowKey="id" query={list} columns={columns} empty={empty} onOpen={(a) => set({ file: a.id })} />
        : list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <Loading /> : items.length === 0 ? <div className="y-card">{empty}</div> : (
          <div className="y-content-scroll">
            <div className="y-message-shelf y-files-shelf">
              {items.map((a) => (
                <button type="button" key={a.id} onClick={() => set({ file: a.id })}>
                  <Thumb kind={a.kind} id={a.id} /><b>{a.name || a.id}</b><small>{bytes(a.size)}{a.width || a.duration_ms ? ` · ${measure(a)}` : ''}</small>
                </button>
              ))}
            </div>
            {list.hasNextPage && <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{c.loadMore}</Button>}
          </div>
        )}
        {over && <div className="y-files-over" aria-hidden="true">{t.drop}</div>}
      </div>
      {search.file && <FileDrawer id={search.file} onClose={() => set({ file: undefined })} />}
    </PageShell>
  )
}
