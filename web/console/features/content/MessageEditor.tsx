import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { Button, Dropdown, Input } from 'antd'
import { AssetPicker } from './AssetPicker'
import { reorder } from './geometry'
import { attachmentOf, limits, size, type Attachment, type Message } from './message'
import { TextArea } from './TextArea'
import { kindWords } from './words'

const said = texts({
  text: ['正文', 'Text'],
  add: ['添加附件', 'Add attachment'],
  up: ['上移', 'Move up'],
  down: ['下移', 'Move down'],
  remove: ['移除', 'Remove'],
  title: ['标题', 'Title'],
  url: ['网址', 'Address'],
  description: ['摘要（可空）', 'Summary (may be empty)'],
  cover: ['选择封面', 'Choose a cover'],
  app: ['小程序 AppID', 'AppID of the mini program'],
  page: ['页面路径', 'Path of the page'],
  left: [(n: string, m: string) => `${n} / ${m} 字节`, (n: string, m: string) => `${n} / ${m} bytes`],
  many: [(n: string, m: string) => `附件 ${n} / ${m}`, (n: string, m: string) => `Attachments ${n} / ${m}`],
})

/** Edits what a material of a kind says. `faults` are what the server said, by pointer below the body. */
export function MessageEditor({ kind, value, onChange, faults = {} }: { kind: string; value: Message; onChange: (message: Message) => void; faults?: Record<string, string> }) {
  const t = useText(said)
  const k = useText(kindWords)
  const list = value.attachments ?? []
  const single = attachmentOf[kind]
  const set = (i: number, a: Attachment) => onChange({ ...value, attachments: list.map((x, j) => (j === i ? a : x)) })
  if (single) {
    return <AttachmentFields value={list[0] ?? { kind: single }} faults={below(faults, 0)} onChange={(a) => onChange({ attachments: [a] })} />
  }
  return (
    <div className="y-content-message">
      <TextArea label={t.text} value={value.text ?? ''} limit={limits.text} onChange={(text) => onChange({ ...value, text })} fault={faults['/text'] ?? faults['']} />
      {kind === 'message' && (
        <>
          {list.length > 0 && (
            <ol className="y-content-attachments">
              {list.map((a, i) => (
                <li key={i}>
                  <div className="y-rowline">
                    <b>{k[a.kind]}</b><span className="y-grow" />
                    <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t.up} disabled={i === 0} onClick={() => onChange({ ...value, attachments: reorder(list, i, i - 1) })} />
                    <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={t.down} disabled={i === list.length - 1} onClick={() => onChange({ ...value, attachments: reorder(list, i, i + 1) })} />
                    <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.remove} onClick={() => onChange({ ...value, attachments: list.filter((_, j) => j !== i) })} />
                  </div>
                  <AttachmentFields value={a} faults={below(faults, i)} onChange={(next) => set(i, next)} />
                </li>
              ))}
            </ol>
          )}
          <div className="y-rowline">
            <Dropdown
              trigger={['click']} disabled={list.length >= limits.attachments}
              menu={{ items: (['image', 'link', 'miniprogram', 'video', 'file'] as const).map((key) => ({ key, label: k[key] })), onClick: ({ key }) => onChange({ ...value, attachments: [...list, { kind: key as Attachment['kind'] }] }) }}
            >
              <Button icon={<PlusOutlined />}>{t.add}</Button>
            </Dropdown>
            <small className="y-faint">{t.many(num(list.length), num(limits.attachments))}</small>
          </div>
        </>
      )}
    </div>
  )
}

function below(faults: Record<string, string>, i: number): Record<string, string> {
  const at = `/attachments/${i}`
  return Object.fromEntries(Object.entries(faults).filter(([p]) => p === at || p.startsWith(`${at}/`)).map(([p, said]) => [p.slice(at.length + 1), said]))
}

function AttachmentFields({ value: a, onChange, faults }: { value: Attachment; onChange: (a: Attachment) => void; faults: Record<string, string> }) {
  const t = useText(said)
  const field = (key: 'title' | 'url' | 'description' | 'app_id' | 'page', label: string, limit?: number) => (
    <label className="y-content-field" key={key}>
      <span>{label}{limit && <small className={size(a[key]) > limit ? 'y-tone-bad' : 'y-faint'}>{t.left(num(size(a[key])), num(limit))}</small>}</span>
      <Input value={a[key]} status={faults[key] ? 'error' : undefined} placeholder={key === 'url' ? 'https://' : undefined} onChange={(e) => onChange({ ...a, [key]: e.target.value || undefined })} />
      {faults[key] && <em>{faults[key]}</em>}
    </label>
  )
  const file = (kind: 'image' | 'video' | 'file', label?: string, optional?: boolean) => (
    <div className="y-content-field">
      <AssetPicker kind={kind} label={label} optional={optional} invalid={Boolean(faults.asset)} value={a.asset} onChange={(asset) => onChange({ ...a, asset })} />
      {faults.asset && <em>{faults.asset}</em>}
    </div>
  )
  return (
    <div className="y-content-fields">
      {faults[''] && <em className="y-tone-bad">{faults['']}</em>}
      {a.kind === 'link' ? <>{field('url', t.url)}{field('title', t.title, limits.link)}{field('description', t.description, limits.description)}{file('image', t.cover, true)}</>
      : a.kind === 'miniprogram' ? <>{field('title', t.title, limits.miniprogram)}{field('app_id', t.app)}{field('page', t.page)}{file('image', t.cover)}</>
      : file(a.kind)}
    </div>
  )
}
