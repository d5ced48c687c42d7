import { texts, useText } from '@shared/i18n'
import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import CopyOutlined from '@ant-design/icons/CopyOutlined'
import EyeInvisibleOutlined from '@ant-design/icons/EyeInvisibleOutlined'
import EyeOutlined from '@ant-design/icons/EyeOutlined'
import { Button, Tooltip } from 'antd'
import { useState, type DragEvent } from 'react'
import { sample, type Doc } from './posterDoc'
import { layerWords } from './posterWords'

const said = texts({
  label: ['图层，最上面的在前', 'Layers, the topmost first'],
  show: ['显示', 'Show'],
  hide: ['编辑时隐藏（保存后仍会绘制）', 'Hide while editing (it is still drawn)'],
  up: ['上移一层', 'Bring forward'],
  down: ['下移一层', 'Send backward'],
  copy: ['复制图层', 'Duplicate'],
  remove: ['删除图层', 'Delete'],
  none: ['还没有图层，从上方添加。', 'No layers yet: add one above.'],
})

const drag = 'application/x-yutang-layer'

/** The layers of a poster, the topmost first. */
export function LayerList({ doc, hidden, chosen, locked, onChoose, onHide, onMove, onCopy, onRemove }: {
  doc: Doc
  hidden: ReadonlySet<number>
  chosen?: number
  locked?: boolean
  onChoose: (i: number) => void
  onHide: (i: number) => void
  onMove: (from: number, to: number) => void
  onCopy: (i: number) => void
  onRemove: (i: number) => void
}) {
  const t = useText(said)
  const l = useText(layerWords)
  const [over, setOver] = useState<number>()
  const carried = (i: number) => ({
    draggable: true,
    onDragStart: (e: DragEvent) => e.dataTransfer.setData(drag, String(i)),
    onDragOver: (e: DragEvent) => { if (e.dataTransfer.types.includes(drag)) { e.preventDefault(); setOver(i) } },
    onDragLeave: () => setOver(undefined),
    onDrop: (e: DragEvent) => { e.preventDefault(); setOver(undefined); onMove(Number(e.dataTransfer.getData(drag)), i) },
  })
  if (doc.layers.length === 0) return <p className="y-faint">{t.none}</p>
  return (
    <ol className="y-poster-layers" aria-label={t.label}>
      {doc.layers.map((layer, i) => ({ layer, i })).reverse().map(({ layer, i }) => (
        <li
          key={i} className={[chosen === i && 'is-chosen', over === i && 'is-over'].filter(Boolean).join(' ') || undefined} {...(locked ? {} : carried(i))}
        >
          <button type="button" aria-pressed={chosen === i} onClick={() => onChoose(i)}><b>{l[layer.kind]}</b><span>{layer.text ? sample(layer.text) : ''}</span></button>
          <Tooltip title={hidden.has(i) ? t.show : t.hide}><Button size="small" type="text" icon={hidden.has(i) ? <EyeInvisibleOutlined /> : <EyeOutlined />} aria-pressed={hidden.has(i)} aria-label={`${hidden.has(i) ? t.show : t.hide} ${l[layer.kind]}`} onClick={() => onHide(i)} /></Tooltip>
          {chosen === i && !locked && (
            <>
              <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t.up} disabled={i === doc.layers.length - 1} onClick={() => onMove(i, i + 1)} />
              <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={t.down} disabled={i === 0} onClick={() => onMove(i, i - 1)} />
              <Button size="small" type="text" icon={<CopyOutlined />} aria-label={t.copy} onClick={() => onCopy(i)} />
              <Button size="small" type="text" danger icon={<DeleteOutlined />} aria-label={t.remove} onClick={() => onRemove(i)} />
            </>
          )}
        </li>
      ))}
    </ol>
  )
}
