import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { App } from 'antd'
import { useEffect, useRef } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../forms'
import { AttachmentList } from './AttachmentList'
import type { Faults } from './faults'
import { contentOf, MaterialSelect } from './MaterialSelect'
import { isFile, type Message } from './message'
import { joined, places, room, type Place } from './places'
import { Sendings } from './Sendings'
import { TextField } from './TextField'
import { kindOf, useUpload } from './upload'
import { adapted, type Dialect } from './variables'
import './message.css'

const said = texts({
  text: ['消息文字', 'Text of the message'],
  material: ['从素材库插入', 'Insert a material'],
  left: [(n: string) => `${n} 个附件在这里不能发或已超出数量，没有插入`, (n: string) => `${n} attachments cannot be sent here or are too many; they are left out`],
})

const fine: Faults = {}

/** Edits a text with attachments for a place. With `bare` the label is that of who is around it. `faults` stand beside their fields; the first takes the focus, unless `calm`. */
export function MessageEditor({ value, onChange, place = places.message, dialect = 'none', library = true, faults = fine, calm, label, bare, placeholder, rows, id }: {
  value?: Message
  onChange?: (message: Message) => void
  place?: Place
  dialect?: Dialect
  /** Whether materials of the library may be put in. */
  library?: boolean
  faults?: Faults
  calm?: boolean
  label?: string
  bare?: boolean
  placeholder?: string
  rows?: number
  id?: string
}) {
  const t = useText(said)
  const may = useMay()
  const oops = useOops()
  const { message: toast } = App.useApp()
  const box = useRef<HTMLDivElement>(null)
  const now = useRef<Message>({})
  now.current = value ?? {}
  const { text = '', attachments } = now.current
  const list = attachments ?? []
  const tell = (next: Message) => { now.current = { ...now.current, ...next }; onChange?.(now.current) }
  const insert = (more: Message) => {
    const { message, left } = joined(place, now.current, more)
    tell(message)
    if (left > 0) void toast.warning(t.left(num(left)))
  }
  const upload = useUpload((asset) => insert({ attachments: [{ kind: asset.kind === 'voice' ? 'file' : asset.kind, asset: asset.id }] }))
  const take = (files: File[]) => {
    for (const file of files) {
      const found = kindOf(file)
      void upload.start([file], found === 'voice' ? 'file' : found)
    }
  }
  const takes = may('content.write') && room(place, list).kinds.some(isFile) ? take : undefined
  const pick = (material: string) => contentOf(material).then((m) => insert({ ...m, text: adapted(m.text ?? '', dialect) }), oops)
  const wrong = JSON.stringify(faults)
  useEffect(() => { if (!calm && wrong !== '{}') box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus() }, [wrong, calm])
  return (
    <div className="y-message" ref={box} onDragOver={(e) => { if (takes && e.dataTransfer.types.includes('Files')) e.preventDefault() }} onDrop={(e) => { const files = [...e.dataTransfer.files]; if (takes && files.length > 0) { e.preventDefault(); takes(files) } }}>
      <TextField
        id={id} label={label ?? t.text} bare={bare} placeholder={placeholder} rows={rows} value={text} onChange={(next) => tell({ text: next })} dialect={dialect} limit={place.text} fault={[faults['/text'], faults['']].filter(Boolean).join(' ')} onFiles={takes}
        tools={library && may('content.read') && <MaterialSelect size="small" style={{ width: 180 }} label={t.material} onChange={(material) => { if (material) void pick(material) }} />}
      />
      <Sendings list={upload.list.filter((x) => !x.done)} onDrop={upload.drop} />
      <AttachmentList value={list} onChange={(next) => tell({ attachments: next })} place={place} faults={faults} />
    </div>
  )
}
