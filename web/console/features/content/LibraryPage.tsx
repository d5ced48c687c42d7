import { api, byCursor } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import AppstoreOutlined from '@ant-design/icons/AppstoreOutlined'
import BarsOutlined from '@ant-design/icons/BarsOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Segmented, Select, Tag, Tooltip } from 'antd'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { PageShell } from '../../ui/PageShell'
import { QueryTable, type Column, type Selection } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { ApprovalSwitch } from './ApprovalSwitch'
import { Cards } from './Cards'
import { Folders, held } from './Folders'
import { top, useFolders } from './folders'
import { kinds, type Material } from './message'
import { StateOf } from './StateOf'
import { useBulk } from './useMaterials'
import { common, kindWords, stateWords } from './words'
import './content.css'

const said = texts({
  title: ['素材库', 'Materials'],
  lead: ['写一次，到处用：旅程和群发取已发布的版本，员工在侧边栏一点就发。', 'Written once, used everywhere: playbooks and sends take the version in use, staff find it in the side panel.'],
  add: ['新建素材', 'New material'],
  q: ['名称、标签或正文', 'Name, tag or text'],
  kind: ['类型', 'Kind'],
  state: ['版本状态', 'State'],
  tag: ['标签', 'Tag'],
  folder: ['文件夹', 'Folder'],
  used: ['取用', 'Taken'],
  usedHelp: ['员工在侧边栏取用的次数', 'How often staff took it from the side panel'],
  opened: ['打开', 'Opened'],
  changed: ['更新', 'Changed'],
  as: ['显示方式', 'Show as'],
  cards: ['卡片', 'Cards'],
  table: ['表格', 'Table'],
  move: ['移动到', 'Move to'],
  trash: ['放入回收站', 'Trash'],
  restore: ['恢复', 'Restore'],
  sure: [(n: number) => `把 ${n} 项放入回收站？`, (n: number) => `Put ${n} into the trash?`],
  sureHelp: ['仍被旅程、群发等使用的素材会留下。回收站里的可以恢复。', 'What is still used stays. Everything in the trash can be restored.'],
  first: ['还没有素材', 'No materials yet'],
  firstHelp: ['把常发的文字、图片、链接和小程序放在这里，审批后全员取用，改一处处处更新。', 'Keep here what you say again and again. Approved once, everybody uses it, and a change reaches every place.'],
  emptyTrash: ['回收站是空的', 'The trash is empty'],
})

const page = getRouteApi('/shell/library')

/** The library: folders, and cards or a table of materials. */
export function LibraryPage() {
  const t = useText(said)
  const c = useText(common)
  const k = useText(kindWords)
  const s = useText(stateWords)
  const may = useMay()
  const go = useNavigate()
  const sure = useSure()
  const bulk = useBulk()
  const search = page.useSearch()
  const set = (to: Partial<typeof search>) => void go({ to: '/library', search: { ...search, ...to }, replace: true })
  const { folders, path } = useFolders('materials')
  const list = api.useInfiniteQuery('get', '/materials', { params: { query: {
    space: 'materials', limit: 30, q: search.q, kind: search.kind, tag: search.tag, state: search.state, trash: search.trash,
    folder: search.folder === top ? '' : (search.folder ?? '*'),
  } } }, byCursor)
  const query = useMemo(() => ({ ...list, data: list.data && { pages: list.data.pages.map((p) => ({ items: (p.items ?? []).filter((m) => m.kind !== 'poster') })) } }), [list])
  const filtered = Boolean(search.q || search.kind || search.state || search.tag)
  const clear = () => set({ q: undefined, kind: undefined, state: undefined, tag: undefined })
  const items = [{ key: top, label: c.top }, ...folders.map((f) => ({ key: f.id, label: f.path }))]
  const actions = (sel: Selection<Material>) => {
    const ids = sel.rows.map((m) => m.id)
    if (!may('content.write')) return null
    if (search.trash) return <Button size="small" onClick={() => void bulk.restore(ids).then(sel.clear)}>{t.restore}</Button>
    return (
      <>
        <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => void bulk.move(ids, key === top ? '' : key).then(sel.clear) }}><Button size="small">{t.move}</Button></Dropdown>
        <Button size="small" danger onClick={() => sure({ title: t.sure(ids.length), content: t.sureHelp, danger: true, ok: t.trash, go: () => bulk.trash(ids).then(sel.clear) })}>{t.trash}</Button>
      </>
    )
  }
  const columns: Column<Material>[] = [
    {
      key: 'name', title: c.name, width: 240, always: true, render: (_, m) => (
        <Link to={`/library/${m.id}` as string} {...(may('content.write') ? held(m.id) : {})}>{m.name}</Link>
      ),
    },
    { key: 'kind', title: t.kind, width: 116, render: (_, m) => named(k, m.kind) },
    { key: 'state', title: t.state, width: 210, render: (_, m) => <StateOf material={m} brief /> },
    { key: 'folder', title: t.folder, width: 150, render: (_, m) => path(m.folder) ?? <span className="y-faint">{c.top}</span> },
    { key: 'tags', title: t.tag, width: 160, render: (_, m) => m.tags.map((x) => <Tag key={x}>{x}</Tag>) },
    { key: 'used', title: <Tooltip title={t.usedHelp}>{t.used}</Tooltip>, width: 80, num: true, render: (_, m) => num(m.used) },
    { key: 'opened', title: t.opened, width: 80, num: true, hidden: true, render: (_, m) => num(m.opened) },
    { key: 'changed', title: t.changed, width: 120, render: (_, m) => <Tooltip title={exactly(m.updated_at)}>{ago(m.updated_at)}</Tooltip> },
  ]
  const fresh = may('content.write') && <Link to={'/library/new' as string} search={search.folder && search.folder !== top ? ({ folder: search.folder } as never) : undefined}><Button type="primary" icon={<PlusOutlined />}>{t.add}</Button></Link>
  const empty = search.trash ? <Empty title={t.emptyTrash} /> : filtered || search.folder ? <NoMatch onClear={() => void go({ to: '/library' })} /> : <Empty title={t.first} action={fresh}>{t.firstHelp}</Empty>
  return (
    <PageShell title={t.title} lead={t.lead} actions={<>{may('settings.write') && <ApprovalSwitch />}{fresh}</>} fill>
      <div className="y-content-split">
        <Folders space="materials" value={search.folder} trash={search.trash} onPick={(to) => set({ folder: undefined, trash: undefined, ...to })} onDropped={(ids, folder) => void bulk.move(ids, folder)} />
        <div className="y-content-main">
          <FilterBar active={filtered} onReset={clear}>
            <SearchBox value={search.q ?? ''} placeholder={t.q} onChange={(q) => set({ q: q || undefined })} width={220} />
            <Select allowClear placeholder={t.kind} aria-label={t.kind} style={{ width: 130 }} value={search.kind} onChange={(kind) => set({ kind })} options={kinds.map((value) => ({ value, label: k[value] }))} />
            <Select allowClear placeholder={t.state} aria-label={t.state} style={{ width: 130 }} value={search.state} onChange={(state) => set({ state })} options={(['draft', 'review', 'approved', 'rejected', 'archived'] as const).map((value) => ({ value, label: s[value] }))} />
            {search.tag && <Tag closable onClose={() => set({ tag: undefined })}>{t.tag}: {search.tag}</Tag>}
            <span className="y-grow" />
            <Segmented
              aria-label={t.as} value={search.as ?? 'cards'} onChange={(as) => set({ as: as === 'table' ? 'table' : undefined })}
              options={[{ value: 'cards', icon: <AppstoreOutlined />, label: t.cards }, { value: 'table', icon: <BarsOutlined />, label: t.table }]}
            />
          </FilterBar>
          {search.as === 'table'
            ? <QueryTable id="materials" label={t.title} rowKey="id" query={query} columns={columns} empty={empty} bulk={may('content.write') ? actions : undefined} onOpen={(m) => void go({ to: `/library/${m.id}` as string })} />
            : <Cards query={query} empty={empty} path={path} onTag={(tag) => set({ tag })} menu={(m) => (search.trash
              ? [{ key: 'restore', label: t.restore, onClick: () => void bulk.restore([m.id]) }]
              : [
                { key: 'move', label: t.move, children: items.map((i) => ({ ...i, key: `to-${i.key}`, disabled: (i.key === top ? '' : i.key) === m.folder, onClick: () => void bulk.move([m.id], i.key === top ? '' : i.key) })) },
                { key: 'trash', label: t.trash, danger: true, onClick: () => sure({ title: t.sure(1), content: t.sureHelp, danger: true, ok: t.trash, go: () => bulk.trash([m.id]) }) },
              ])}
            />}
        </div>
      </div>
    </PageShell>
  )
}
