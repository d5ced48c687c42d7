import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { Button, Dropdown, Input } from 'antd'
import { useRef } from 'react'
import { AssetPicker } from './AssetPicker'
import { size, type Attachment, type Message } from './message'

const said = texts({
  text: ['消息文字', 'Text of the message'],
  staff: ['插入员工姓名', 'Staff name'],
  customer: ['插入客户昵称', 'Customer name'],
  friend: ['朋友', 'friend'],
  add: ['添加附件', 'Add attachment'],
  image: ['图片', 'Image'],
  link: ['链接卡片', 'Link card'],
  miniprogram: ['小程序', 'Mini program'],
  video: ['视频', 'Video'],
  file: ['文件', 'File'],
  up: ['上移', 'Move up'],
  down: ['下移', 'Move down'],
  remove: ['移除', 'Remove'],
  title: ['标题', 'Title'],
  url: ['网址 https://…', 'Address https://…'],
  description: ['摘要（可空）', 'Summary (may be empty)'],
  cover: ['选择封面', 'Choose cover'],
  app: ['小程序 AppID', 'AppID'],
  page: ['页面路径', 'Page path'],
  bytes: [(n: string, most: string) => `${n} / ${most} 字节`, (n: string, most: string) => `${n} / ${most} bytes`],
  many: [(n: string, most: string) => `附件 ${n} / ${most}`, (n: string, most: string) => `Attachments ${n} / ${most}`],
})

/** Edits a text with attachments. `vars` offers the names of staff and customer. */
export function MessageEditor({ value, onChange, most = 9, limit = 4000, vars = true, placeholder, id }: {
  value?: Message
  onChange?: (message: Message) => void
  most?: number
  limit?: number
  vars?: boolean
  placeholder?: string
  id?: string
}) {
  const t = useText(said)
  const box = useRef<HTMLDivElement>(null)
  const message = value ?? {}
  const list = message.attachments ?? []
  const tell = (next: Message) => onChange?.({ ...message, ...next })
  const used = size(message.text)
  const insert = (word: string) => {
    const area = box.current?.querySelector('textarea')
    const text = message.text ?? ''
    const [from, to] = [area?.selectionStart ?? text.length, area?.selectionEnd ?? text.length]
    tell({ text: text.slice(0, from) + word + text.slice(to) })
    requestAnimationFrame(() => { area?.focus(); area?.setSelectionRange(from + word.length, from + word.length) })
  }
  const set = (i: number, a: Attachment | undefined) => tell({ attachments: list.flatMap((x, j) => (j !== i ? [x] : a ? [a] : [])) })
  const move = (i: number, by: number) => {
    const next = [...list]
    const [a] = next.splice(i, 1)
    if (a) next.splice(i + by, 0, a)
    tell({ attachments: next })
  }
  const kinds = ['image', 'link', 'miniprogram', 'video', 'file'] as const
  return (
    <div className="y-acquire-message" ref={box}>
      <Input.TextArea id={id} aria-label={t.text} placeholder={placeholder} autoSize={{ minRows: 4, maxRows: 12 }} value={message.text} onChange={(e) => tell({ text: e.target.value })} status={used > limit ? 'error' : undefined} />
      <div className="y-rowline">
        {vars && <><Button size="small" onClick={() => insert('{{staff}}')}>{t.staff}</Button><Button size="small" onClick={() => insert(`{{customer|${t.friend}}}`)}>{t.customer}</Button></>}
        <span className="y-grow" />
        <small className={used > limit ? 'y-tone-bad' : 'y-faint'}>{t.bytes(num(used), num(limit))}</small>
      </div>
      {list.length > 0 && (
        <ol className="y-acquire-attachments">
          {list.map((a, i) => (
            <li key={i}>
              <div className="y-rowline">
                <b>{t[a.kind]}</b>
                <span className="y-grow" />
                <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t.up} disabled={i === 0} onClick={() => move(i, -1)} />
                <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={t.down} disabled={i === list.length - 1} onClick={() => move(i, 1)} />
                <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.remove} onClick={() => set(i, undefined)} />
              </div>
              <AttachmentFields value={a} onChange={(next) => set(i, next)} />
            </li>
          ))}
        </ol>
      )}
      <div className="y-rowline">
        <Dropdown trigger={['click']} disabled={list.length >= most} menu={{ items: kinds.map((k) => ({ key: k, label: t[k] })), onClick: ({ key }) => tell({ attachments: [...list, { kind: key as Attachment['kind'] }] }) }}>
          <Button size="small" icon={<PlusOutlined />}>{t.add}</Button>
        </Dropdown>
        <small className="y-faint">{t.many(num(list.length), num(most))}</small>
      </div>
    </div>
  )
}

function AttachmentFields({ value: a, onChange }: { value: Attachment; onChange: (a: Attachment) => void }) {
  const t = useText(said)
  const field = (key: 'title' | 'url' | 'description' | 'app_id' | 'page', label: string) => (
    <Input size="small" aria-label={label} placeholder={label} value={a[key]} onChange={(e) => onChange({ ...a, [key]: e.target.value || undefined })} />
  )
  if (a.kind === 'image' || a.kind === 'video' || a.kind === 'file') return <AssetPicker kind={a.kind} value={a.asset} onChange={(asset) => onChange({ ...a, asset })} />
  return (
    <div className="y-acquire-fields">
      {field('title', t.title)}
      {a.kind === 'link' ? <>{field('url', t.url)}{field('description', t.description)}</> : <>{field('app_id', t.app)}{field('page', t.page)}</>}
      <AssetPicker kind="image" label={t.cover} value={a.asset} onChange={(asset) => onChange({ ...a, asset })} />
    </div>
  )
}
