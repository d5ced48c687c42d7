import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { reorder } from '@shared/reorder'
import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { Button, Dropdown } from 'antd'
import { lazy, Suspense, useRef, useState } from 'react'
import { AttachmentFields } from './AttachmentFields'
import { below, type Faults } from './faults'
import { isFile, type Attachment, type AttachmentKind, type FileKind } from './message'
import { room, type Place } from './places'
import { attachmentWords } from './words'

const Shelf = lazy(() => import('./Shelf').then((m) => ({ default: m.Shelf })))

const said = texts({
  list: ['附件', 'Attachments'],
  add: ['添加附件', 'Add attachment'],
  up: ['上移', 'Move up'],
  down: ['下移', 'Move down'],
  remove: ['移除', 'Remove'],
  many: [(n: string, m: string) => `附件 ${n} / ${m}`, (n: string, m: string) => `Attachments ${n} / ${m}`],
  choose: [(kind: string) => `选择${kind}`, (kind: string) => `Choose: ${kind.toLowerCase()}`],
})

/** The attachments of a message, in order, and what may be added to them. */
export function AttachmentList({ value: list, onChange, place, faults }: { value: readonly Attachment[]; onChange: (list: Attachment[]) => void; place: Place; faults: Faults }) {
  const t = useText(said)
  const k = useText(attachmentWords)
  const box = useRef<HTMLDivElement>(null)
  const [choosing, setChoosing] = useState<FileKind>()
  const { kinds, left } = room(place, list)
  const focus = (i: number) => requestAnimationFrame(() => (box.current?.querySelectorAll('li')[i]?.querySelector<HTMLElement>('input, .y-message-asset button') ?? box.current?.querySelector<HTMLElement>('.y-message-add'))?.focus())
  const add = (more: Attachment[]) => { onChange([...list, ...more]); focus(list.length) }
  const start = (kind: AttachmentKind) => { if (isFile(kind)) setChoosing(kind); else add([{ kind }]) }
  return (
    <div className="y-message-attached" ref={box}>
      {list.length > 0 && (
        <ol className="y-message-list" aria-label={t.list}>
          {list.map((a, i) => {
            const name = `${i + 1} ${k[a.kind]}`
            const fields = <AttachmentFields value={a} place={place} faults={below(faults, `/attachments/${i}`)} onChange={(next) => onChange(list.map((x, j) => (j === i ? next : x)))} />
            return (
              <li key={i}>
                <div className="y-rowline">
                  <b>{name}</b>{isFile(a.kind) && fields}<span className="y-grow" />
                  <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={`${t.up}: ${name}`} disabled={i === 0} onClick={() => onChange(reorder(list, i, i - 1))} />
                  <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={`${t.down}: ${name}`} disabled={i === list.length - 1} onClick={() => onChange(reorder(list, i, i + 1))} />
                  <Button size="small" type="text" icon={<CloseOutlined />} aria-label={`${t.remove}: ${name}`} onClick={() => { onChange(list.filter((_, j) => j !== i)); focus(-1) }} />
                </div>
                {!isFile(a.kind) && fields}
              </li>
            )
          })}
        </ol>
      )}
      {faults['/attachments'] && <em role="alert">{faults['/attachments']}</em>}
      <div className="y-rowline">
        <Dropdown trigger={['click']} disabled={kinds.length === 0} menu={{ items: kinds.map((key) => ({ key, label: k[key] })), onClick: ({ key }) => start(key as AttachmentKind) }}>
          <Button size="small" className="y-message-add" icon={<PlusOutlined />}>{t.add}</Button>
        </Dropdown>
        <small className="y-faint">{t.many(num(list.length), num(list.length + left))}</small>
      </div>
      {choosing && (
        <Suspense><Shelf
          kind={choosing} title={t.choose(k[choosing])} most={place.imagesOnly && choosing !== 'image' ? 1 : left} onClose={() => setChoosing(undefined)}
          onPick={(ids) => { setChoosing(undefined); add(ids.map((asset) => ({ kind: choosing, asset }))) }}
        /></Suspense>
      )}
    </div>
  )
}
