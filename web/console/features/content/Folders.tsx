import { api, call, must } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import FolderOutlined from '@ant-design/icons/FolderOutlined'
import FolderOpenOutlined from '@ant-design/icons/FolderOpenOutlined'
import MoreOutlined from '@ant-design/icons/MoreOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import TeamOutlined from '@ant-design/icons/TeamOutlined'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown, Form, Input, Modal, Select, Switch, Tooltip } from 'antd'
import { useState, type DragEvent, type ReactNode } from 'react'
import { useMay } from '../../app/session'
import { showFaults, useOops, useSure } from '../../ui/forms'
import { below, top, useFolders, type Folder } from './folders'
import { common } from './words'

const said = texts({
  materials: ['文件夹', 'Folders'],
  scripts: ['场景', 'Scenarios'],
  all_materials: ['全部素材', 'All materials'],
  all_scripts: ['全部话术', 'All scripts'],
  trash: ['回收站', 'Trash'],
  add_materials: ['新建文件夹', 'New folder'],
  add_scripts: ['新建场景', 'New scenario'],
  addIn: ['新建下级', 'New inside'],
  edit: ['编辑', 'Edit'],
  menu: [(name: string) => `${name} 的操作`, (name: string) => `Actions of ${name}`],
  parent: ['上级', 'Inside'],
  position: ['顺序（小的在前）', 'Order (lower first)'],
  panel: ['员工侧边栏可见（公文包）', 'Shown to staff in the side panel'],
  panelHelp: ['开启后，员工能在侧边栏看到其中已发布的素材，包括下级文件夹。', 'Staff then find what is in use here, and in folders below, in their side panel.'],
  shown: ['员工可见', 'Shown to staff'],
  sure: [(name: string) => `删除“${name}”？`, (name: string) => `Delete "${name}"?`],
  emptyOnly: ['只能删除空文件夹，请先移走里面的内容。', 'Only an empty folder can be deleted: move what is in it first.'],
})

/** What a dragged material says of itself. */
const dragType = 'application/x-yutang-material'

/** Lets a material be dragged onto a folder. */
export const held = (id: string) => ({ draggable: true, onDragStart: (e: DragEvent) => e.dataTransfer.setData(dragType, id) })

/** The folders of a space beside its list. Materials may be dropped on them. */
export function Folders({ space, value, trash, onPick, onDropped }: {
  space: 'materials' | 'scripts'
  value?: string
  trash?: boolean
  onPick: (to: { folder?: string; trash?: true }) => void
  onDropped: (ids: string[], folder: string) => void
}) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()('content.write')
  const { folders } = useFolders(space)
  const [over, setOver] = useState<string>()
  const [edit, setEdit] = useState<Partial<Folder>>()
  const sure = useSure()
  const client = useQueryClient()
  const drop = (folder: string) => may ? {
    onDragOver: (e: DragEvent) => { if (e.dataTransfer.types.includes(dragType)) { e.preventDefault(); setOver(folder) } },
    onDragLeave: () => setOver(undefined),
    onDrop: (e: DragEvent) => { e.preventDefault(); setOver(undefined); onDropped(e.dataTransfer.getData(dragType).split(','), folder === top ? '' : folder) },
  } : {}
  const remove = (f: Folder) => sure({
    title: t.sure(f.name), content: t.emptyOnly, danger: true, ok: c.remove,
    go: async () => {
      await must(call.DELETE('/folders/{id}', { params: { path: { id: f.id } } }))
      if (value === f.id) onPick({})
      await client.invalidateQueries({ queryKey: ['get', '/folders'] })
    },
  })
  const line = (key: string, label: ReactNode, icon: ReactNode, current: boolean, pick: () => void, more?: { depth?: number; side?: ReactNode; drop?: boolean }) => (
    <li key={key} className={over === key ? 'is-over' : undefined} style={{ paddingLeft: (more?.depth ?? 0) * 14 }} {...(more?.drop ? drop(key) : {})}>
      <button type="button" aria-current={current || undefined} onClick={pick}>{icon}<span>{label}</span></button>
      {more?.side}
    </li>
  )
  const inFolder = (id: string) => !trash && value === id
  return (
    <nav className="y-content-folders" aria-label={t[space]}>
      <header><b>{t[space]}</b>{may && <Tooltip title={t[`add_${space}`]}><Button size="small" type="text" icon={<PlusOutlined />} aria-label={t[`add_${space}`]} onClick={() => setEdit({ space })} /></Tooltip>}</header>
      <ul>
        {line('all', t[`all_${space}`], <FolderOpenOutlined />, !value && !trash, () => onPick({}))}
        {folders.map((f) => line(f.id, f.name, <FolderOutlined />, inFolder(f.id), () => onPick({ folder: f.id }), {
          depth: f.depth, drop: true,
          side: (
            <>
              {space === 'materials' && f.panel && <Tooltip title={t.shown}><TeamOutlined className="y-faint" aria-label={t.shown} /></Tooltip>}
              {may && (
                <Dropdown trigger={['click']} menu={{ items: [
                  { key: 'edit', label: t.edit, onClick: () => setEdit(f) },
                  { key: 'add', label: t.addIn, onClick: () => setEdit({ space, parent: f.id }) },
                  { key: 'remove', label: c.remove, danger: true, onClick: () => remove(f) },
                ] }}
                >
                  <Button size="small" type="text" icon={<MoreOutlined />} aria-label={t.menu(f.name)} />
                </Dropdown>
              )}
            </>
          ),
        }))}
        {line(top, c.top, <FolderOutlined />, inFolder(top), () => onPick({ folder: top }), { drop: true })}
        {line('trash', t.trash, <DeleteOutlined />, Boolean(trash), () => onPick({ trash: true }))}
      </ul>
      {edit && <FolderForm space={space} folder={edit} all={folders} onClose={() => setEdit(undefined)} />}
    </nav>
  )
}

function FolderForm({ space, folder, all, onClose }: { space: 'materials' | 'scripts'; folder: Partial<Folder>; all: readonly (Folder & { path: string })[]; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const [form] = Form.useForm<{ name: string; parent?: string; position?: number; panel?: boolean }>()
  const client = useQueryClient()
  const oops = useOops()
  const done = () => { void client.invalidateQueries({ queryKey: ['get', '/folders'] }); onClose() }
  const failed = (thrown: unknown) => { const rest = showFaults(form, thrown); if (rest.length > 0) oops(thrown) }
  const add = api.useMutation('post', '/folders', { onSuccess: done, onError: failed })
  const set = api.useMutation('put', '/folders/{id}', { onSuccess: done, onError: failed })
  const own = folder.id ? below(all, folder.id) : new Set<string>()
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    const body = { name: v.name.trim(), parent: v.parent ?? '', position: Number(v.position ?? 0), panel: v.panel ?? false, departments: folder.departments ?? [] }
    if (folder.id) set.mutate({ params: { path: { id: folder.id } }, body })
    else add.mutate({ body: { ...body, space } })
  }
  return (
    <Modal open title={folder.id ? t.edit : t[`add_${space}`]} onCancel={onClose} onOk={() => void save()} confirmLoading={add.isPending || set.isPending} cancelText={c.cancel}>
      <Form form={form} layout="vertical" initialValues={{ name: folder.name, parent: folder.parent || undefined, position: folder.position ?? 0, panel: folder.panel ?? false }}>
        <Form.Item name="name" label={c.name} rules={[{ required: true, whitespace: true }]}><Input autoFocus maxLength={60} onPressEnter={() => void save()} /></Form.Item>
        <Form.Item name="parent" label={t.parent}><Select allowClear placeholder="–" showSearch={{ optionFilterProp: 'label' }} options={all.filter((f) => !own.has(f.id)).map((f) => ({ value: f.id, label: f.path }))} /></Form.Item>
        <Form.Item name="position" label={t.position}><Input type="number" style={{ width: 120 }} /></Form.Item>
        {space === 'materials' && <Form.Item name="panel" label={t.panel} extra={t.panelHelp} valuePropName="checked"><Switch /></Form.Item>}
      </Form>
    </Modal>
  )
}
