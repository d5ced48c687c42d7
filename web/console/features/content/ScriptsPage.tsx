import { api, byCursor } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Select, Tag, Tooltip } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { PageShell } from '../../ui/PageShell'
import { Empty, Failure, Loading, NoMatch } from '../../ui/states'
import { messageOf } from '../../ui/message/message'
import { ApprovalSwitch } from './ApprovalSwitch'
import { Folders, held } from './Folders'
import { top, useFolders } from './folders'
import { Marked } from './Marked'
import type { Material } from './message'
import { ScriptDrawer } from './ScriptDrawer'
import { StateOf } from './StateOf'
import { useBulk } from './useMaterials'
import { common, stateWords } from './words'
import { Words } from './Words'
import './content.css'

const said = texts({
  title: ['话术库', 'Scripts'],
  lead: ['按场景整理的标准回复。员工在侧边栏按文字、关键词或拼音首字母搜索，一点就填进聊天框。', 'Ready answers by scenario. Staff find them in the side panel by words, keywords or initials of pinyin, and send them with one tap.'],
  add: ['新建话术', 'New script'],
  q: ['名称、关键词或正文', 'Name, keyword or text'],
  state: ['版本状态', 'State'],
  keyword: ['关键词', 'Keyword'],
  used: [(n: string) => `取用 ${n} 次`, (n: string) => `taken ${n}×`],
  loaded: [(n: string) => `已加载 ${n} 条`, (n: string) => `${n} loaded`],
  total: [(n: string) => `共 ${n} 条`, (n: string) => `${n} in all`],
  edit: ['编辑', 'Edit'],
  move: ['移到场景', 'Move to'],
  trash: ['放入回收站', 'Trash'],
  restore: ['恢复', 'Restore'],
  sure: [(name: string) => `把“${name}”放入回收站？`, (name: string) => `Put "${name}" into the trash?`],
  sureHelp: ['员工将不再看到它，可从回收站恢复。', 'Staff no longer see it. It can be restored.'],
  first: ['还没有话术', 'No scripts yet'],
  firstHelp: ['把销冠的说法沉淀下来：开场、需求、异议、促成、售后，各写几条，新人也能说得好。', 'Keep what your best people say: opening, needs, objections, closing, after-sale. A few of each, and newcomers speak well too.'],
  emptyTrash: ['回收站是空的', 'The trash is empty'],
})

const page = getRouteApi('/shell/scripts')

/** The scripts by scenario. */
export function ScriptsPage() {
  const t = useText(said)
  const c = useText(common)
  const s = useText(stateWords)
  const may = useMay()
  const go = useNavigate()
  const bulk = useBulk()
  const search = page.useSearch()
  const [adding, setAdding] = useState(false)
  const set = (to: Partial<typeof search>) => void go({ to: '/scripts', search: { ...search, ...to }, replace: true })
  const { path } = useFolders('scripts')
  const list = api.useInfiniteQuery('get', '/materials', { params: { query: {
    space: 'scripts', limit: 30, q: search.q, tag: search.tag, state: search.state, trash: search.trash, folder: search.folder === top ? '' : (search.folder ?? '*'),
  } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const filtered = Boolean(search.q || search.state || search.tag)
  const add = may('content.write') && <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t.add}</Button>
  const open = search.script
  return (
    <PageShell title={t.title} lead={t.lead} actions={<>{may('settings.write') && <ApprovalSwitch />}{add}</>} fill>
      <div className="y-content-split">
        <Folders space="scripts" value={search.folder} trash={search.trash} onPick={(to) => set({ folder: undefined, trash: undefined, ...to })} onDropped={(ids, folder) => void bulk.move(ids, folder)} />
        <div className="y-content-main">
          <FilterBar active={filtered} onReset={() => set({ q: undefined, state: undefined, tag: undefined })}>
            <SearchBox value={search.q ?? ''} placeholder={t.q} onChange={(q) => set({ q: q || undefined })} />
            <Select allowClear placeholder={t.state} aria-label={t.state} style={{ width: 130 }} value={search.state} onChange={(state) => set({ state })} options={(['draft', 'review', 'approved', 'rejected', 'archived'] as const).map((value) => ({ value, label: s[value] }))} />
            {search.tag && <Tag closable onClose={() => set({ tag: undefined })}>{t.keyword}: {search.tag}</Tag>}
            <span className="y-grow" />
            <span className="y-faint" aria-live="polite">{!list.isPending && (list.hasNextPage ? t.loaded(num(items.length)) : t.total(num(items.length)))}</span>
          </FilterBar>
          {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <Loading /> : items.length === 0 ? (
            <div className="y-card">{search.trash ? <Empty title={t.emptyTrash} /> : filtered || search.folder ? <NoMatch onClear={() => void go({ to: '/scripts' })} /> : <Empty title={t.first} action={add}>{t.firstHelp}</Empty>}</div>
          ) : (
            <div className="y-content-scroll">
              <ul className="y-content-scripts">{items.map((m) => <Script key={m.id} material={m} query={search.q} path={path(m.folder)} trash={search.trash} onOpen={() => set({ script: m.id })} onTag={(tag) => set({ tag })} />)}</ul>
              {list.hasNextPage && <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{c.loadMore}</Button>}
            </div>
          )}
        </div>
      </div>
      {(open || adding) && <ScriptDrawer key={open ?? 'new'} id={open} folder={search.folder === top ? undefined : search.folder} onClose={() => { setAdding(false); if (open) set({ script: undefined }) }} />}
    </PageShell>
  )
}

function Script({ material: m, query, path, trash, onOpen, onTag }: { material: Material; query?: string; path?: string; trash?: boolean; onOpen: () => void; onTag: (tag: string) => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()('content.write')
  const bulk = useBulk()
  const sure = useSure()
  const { folders } = useFolders('scripts')
  const text = messageOf(m.version?.body).text ?? ''
  const items = trash ? [{ key: 'restore', label: t.restore, onClick: () => void bulk.restore([m.id]) }] : [
    { key: 'move', label: t.move, children: folders.map((f) => ({ key: f.id, label: f.path, disabled: f.id === m.folder, onClick: () => void bulk.move([m.id], f.id) })) },
    { key: 'trash', label: t.trash, danger: true, onClick: () => sure({ title: t.sure(m.name), content: t.sureHelp, danger: true, ok: t.trash, go: () => bulk.trash([m.id]) }) },
  ]
  return (
    <li {...(may ? held(m.id) : {})}>
      <div>
        <div className="y-rowline">
          <button type="button" className="y-content-link" onClick={onOpen}><Marked text={m.name} query={query} /></button>
          <StateOf material={m} brief />
          <span className="y-grow" />
          {may && !trash && <Button size="small" onClick={onOpen}>{t.edit}</Button>}
          {may && <Dropdown trigger={['click']} menu={{ items }}><Button size="small" type="text">{c.more}</Button></Dropdown>}
        </div>
        <p><Words text={text} query={query} /></p>
        <div className="y-rowline y-content-meta">
          {path && <span>{path}</span>}
          {m.tags.map((tag) => <button type="button" key={tag} onClick={() => onTag(tag)}>#<Marked text={tag} query={query} /></button>)}
          <span className="y-grow" />
          <span>{t.used(num(m.used))}</span>
          <Tooltip title={exactly(m.updated_at)}><span tabIndex={0}>{ago(m.updated_at)}</span></Tooltip>
        </div>
      </div>
    </li>
  )
}
