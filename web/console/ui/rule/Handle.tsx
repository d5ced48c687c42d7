import CopyOutlined from '@ant-design/icons/CopyOutlined'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import HolderOutlined from '@ant-design/icons/HolderOutlined'
import { texts, useText } from '@shared/i18n'
import { Button, Dropdown, Tooltip } from 'antd'
import { useEditing } from './editing'
import * as model from './model'
import type { Group, Node } from './types'

const said = texts({
  handle: [(what: string) => `移动或更改：${what}`, (what: string) => `Move or change: ${what}`], up: ['上移', 'Move up'], down: ['下移', 'Move down'], out: ['移出分组', 'Move out of the group'], into: ['移入相邻分组', 'Move into the next group'],
  copy: ['复制一份', 'Duplicate'], wrap: ['包成一组', 'Put into a group'], exclude: ['改为排除', 'Exclude instead'], include: ['改为包含', 'Include instead'], remove: ['删除', 'Delete'],
})

interface Act {
  key: string
  label: string
  keys: string
  on: (e: React.KeyboardEvent) => boolean
  by: (root: Group, id: number) => Group
  danger?: boolean
}

function useActs(node: Node): Act[] {
  const t = useText(said)
  const alt = (key: string) => (e: React.KeyboardEvent) => e.altKey && e.key === key
  return [
    { key: 'up', label: t.up, keys: 'Alt ↑', on: alt('ArrowUp'), by: (r, id) => model.move(r, id, -1) },
    { key: 'down', label: t.down, keys: 'Alt ↓', on: alt('ArrowDown'), by: (r, id) => model.move(r, id, 1) },
    { key: 'into', label: t.into, keys: 'Alt →', on: alt('ArrowRight'), by: model.moveIn },
    { key: 'out', label: t.out, keys: 'Alt ←', on: alt('ArrowLeft'), by: model.moveOut },
    { key: 'copy', label: t.copy, keys: 'Ctrl D', on: (e) => (e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'd', by: model.duplicate },
    { key: 'wrap', label: t.wrap, keys: 'Ctrl G', on: (e) => (e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'g', by: model.wrap },
    { key: 'not', label: node.not > 0 ? t.include : t.exclude, keys: 'Ctrl E', on: (e) => (e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'e', by: model.toggleNot },
    { key: 'remove', label: t.remove, keys: 'Delete', on: (e) => e.key === 'Delete' || e.key === 'Backspace', by: model.remove, danger: true },
  ]
}

/** The grip of a condition or group: a menu for the pointer, keys for the keyboard. */
export function Handle({ node, name }: { node: Node; name: string }) {
  const t = useText(said)
  const { edit } = useEditing()
  const acts = useActs(node)
  const go = (act: Act) => edit((root) => act.by(root, node.id), node.id)
  return (
    <Dropdown
      autoFocus trigger={['click']} menu={{
        items: acts.map((a) => ({ key: a.key, danger: a.danger, label: <span className="y-rule-option"><span>{a.label}</span><kbd>{a.keys}</kbd></span> })),
        onClick: ({ key }) => { const act = acts.find((a) => a.key === key); if (act) go(act) },
      }}
    >
      <Button
        type="text" size="small" className="y-rule-handle" data-node={node.id} icon={<HolderOutlined />} aria-label={t.handle(name)}
        onKeyDown={(e) => { const act = acts.find((a) => a.on(e)); if (act) { e.preventDefault(); e.stopPropagation(); go(act) } }}
      />
    </Dropdown>
  )
}

/** The buttons at the end of a condition or group. */
export function Tools({ node }: { node: Node }) {
  const t = useText(said)
  const { edit } = useEditing()
  return (
    <span className="y-rule-tools">
      <Tooltip title={t.copy}><Button type="text" size="small" icon={<CopyOutlined />} aria-label={t.copy} onClick={() => edit((r) => model.duplicate(r, node.id))} /></Tooltip>
      <Tooltip title={t.remove}><Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t.remove} onClick={() => edit((r) => model.remove(r, node.id), node.id)} /></Tooltip>
    </span>
  )
}
