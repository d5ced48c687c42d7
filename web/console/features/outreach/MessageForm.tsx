import { call, must } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { useQuery } from '@tanstack/react-query'
import { Button, Dropdown, Input, Select } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../app/search'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { AssetField } from './AssetShelf'
import { fromMaterial, joined, size, type Attachment, type Message } from './content'

const said = texts({
  text: ['消息文字', 'Text of the message'], placeholder: ['写给客户的话。群发对所有人内容相同。', 'What customers read. It is the same for all of them.'], add: ['添加附件', 'Add attachment'],
  image: ['图片', 'Image'], link: ['链接卡片', 'Link card'], miniprogram: ['小程序', 'Mini program'], video: ['视频', 'Video'], file: ['文件', 'File'], up: ['上移', 'Move up'], down: ['下移', 'Move down'], remove: ['移除', 'Remove'],
  title: ['标题', 'Title'], url: ['网址 https://…', 'Address https://…'], description: ['摘要（可空）', 'Summary (may be empty)'], cover: ['选择封面', 'Choose cover'], app: ['小程序 AppID', 'AppID'], page: ['页面路径', 'Page path'],
  bytes: [(n: string, most: string) => `${n} / ${most} 字节`, (n: string, most: string) => `${n} / ${most} bytes`], many: [(n: string, most: string) => `附件 ${n} / ${most}`, (n: string, most: string) => `Attachments ${n} / ${most}`],
  material: ['从素材库插入', 'Insert a material'],
})

/** Edits a text with attachments. `kinds` are those that may be added. */
export function MessageForm({ value, onChange, most = 9, limit = 4000, kinds = ['image', 'link', 'miniprogram', 'video', 'file'] }: {
  value: Message
  onChange: (message: Message) => void
  most?: number
  limit?: number
  kinds?: readonly Attachment['kind'][]
}) {
  const t = useText(said)
  const may = useMay()
  const list = value.attachments ?? []
  const used = size(value.text)
  const set = (i: number, a: Attachment | undefined) => onChange({ ...value, attachments: list.flatMap((x, j) => (j !== i ? [x] : a ? [a] : [])) })
  const move = (i: number, by: number) => {
    const next = [...list]
    const [a] = next.splice(i, 1)
    if (a) next.splice(i + by, 0, a)
    onChange({ ...value, attachments: next })
  }
  return (
    <div className="y-outreach-message">
      <Input.TextArea aria-label={t.text} placeholder={t.placeholder} autoSize={{ minRows: 5, maxRows: 14 }} value={value.text} onChange={(e) => onChange({ ...value, text: e.target.value })} status={used > limit ? 'error' : undefined} />
      <div className="y-rowline">
        {may('content.read') && <MaterialPick label={t.material} onPick={(m) => onChange(joined(value, m))} />}
        <span className="y-grow" />
        <small className={used > limit ? 'y-tone-bad' : 'y-faint'}>{t.bytes(num(used), num(limit))}</small>
      </div>
      {list.length > 0 && (
        <ol className="y-outreach-attachments">
          {list.map((a, i) => (
            <li key={i}>
              <div className="y-rowline">
                <b>{t[a.kind]}</b><span className="y-grow" />
                <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t.up} disabled={i === 0} onClick={() => move(i, -1)} />
                <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={t.down} disabled={i === list.length - 1} onClick={() => move(i, 1)} />
                <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.remove} onClick={() => set(i, undefined)} />
              </div>
              <Fields value={a} onChange={(next) => set(i, next)} />
            </li>
          ))}
        </ol>
      )}
      <div className="y-rowline">
        <Dropdown trigger={['click']} disabled={list.length >= most} menu={{ items: kinds.map((k) => ({ key: k, label: t[k] })), onClick: ({ key }) => onChange({ ...value, attachments: [...list, { kind: key as Attachment['kind'] }] }) }}>
          <Button size="small" icon={<PlusOutlined />}>{t.add}</Button>
        </Dropdown>
        <small className="y-faint">{t.many(num(list.length), num(most))}</small>
      </div>
    </div>
  )
}

function Fields({ value: a, onChange }: { value: Attachment; onChange: (a: Attachment) => void }) {
  const t = useText(said)
  const field = (key: 'title' | 'url' | 'description' | 'app_id' | 'page', label: string) => (
    <Input size="small" aria-label={label} placeholder={label} value={a[key]} onChange={(e) => onChange({ ...a, [key]: e.target.value || undefined })} />
  )
  if (a.kind === 'image' || a.kind === 'video' || a.kind === 'file') return <AssetField kind={a.kind} value={a.asset} onChange={(asset) => onChange({ ...a, asset })} />
  return (
    <>
      {field('title', t.title)}
      {a.kind === 'link' ? <>{field('url', t.url)}{field('description', t.description)}</> : <>{field('app_id', t.app)}{field('page', t.page)}</>}
      <AssetField kind="image" label={t.cover} value={a.asset} onChange={(asset) => onChange({ ...a, asset })} />
    </>
  )
}

/** Puts an approved material of the library into the message. */
function MaterialPick({ label, onPick }: { label: string; onPick: (m: Message) => void }) {
  const [typed, setTyped] = useState('')
  const oops = useOops()
  const q = useSettled(typed.trim(), 250)
  const list = useQuery({ queryKey: ['outreach', 'materials', q], queryFn: ({ signal }) => must(call.GET('/materials', { params: { query: { space: 'materials', folder: '*', state: 'approved', q: q || undefined, limit: 30 } }, signal })) })
  if (!q && list.data?.items.length === 0) return null
  const pick = async (id: string) => {
    try {
      const m = await must(call.GET('/materials/{id}', { params: { path: { id } } }))
      const version = await must(call.GET('/materials/{id}/versions/{version}', { params: { path: { id, version: m.approved } } }))
      onPick(fromMaterial(m.kind, version.body))
    } catch (thrown) {
      oops(thrown)
    }
  }
  return (
    <Select
      size="small" style={{ width: 180 }} aria-label={label} placeholder={label} value={null} showSearch={{ filterOption: false, onSearch: setTyped }} popupMatchSelectWidth={280}
      options={list.data?.items.map((m) => ({ value: m.id, label: m.name }))} onChange={(id: string | null) => { if (id) void pick(id) }}
    />
  )
}
