import { problemOf } from '@shared/api/client'
import { bytes } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import { Button, Progress } from 'antd'
import { limitWords, most, type AssetKind, type Sending } from './upload'
import './message.css'

const said = texts({
  label: ['上传进度', 'Uploads'],
  close: ['移除', 'Dismiss'],
})

/** How far files on their way are, and why one was refused. */
export function Sendings({ list, onDrop }: { list: readonly Sending[]; onDrop: (key: number) => void }) {
  const t = useText(said)
  const l = useText(limitWords)
  if (list.length === 0) return null
  const why = (problem: unknown) => {
    const p = problemOf(problem)
    if (p.code === 'too_large') return l.tooLarge(bytes(most[p.detail as AssetKind]))
    return p.code === 'offline' ? l.broken : (p.errors?.[0]?.detail ?? p.detail)
  }
  return (
    <ul className="y-message-sendings" aria-label={t.label} aria-live="polite">
      {list.map((x) => (
        <li key={x.key}>
          <span>{x.name}</span>
          <small className="y-faint">{bytes(x.size)}</small>
          {x.problem ? <em>{why(x.problem)}</em> : <Progress size="small" percent={Math.round(x.share * 100)} status={x.done ? 'success' : 'active'} aria-label={x.name} />}
          {(x.problem || x.done) && <Button size="small" type="text" icon={<CloseOutlined />} aria-label={`${t.close} ${x.name}`} onClick={() => onDrop(x.key)} />}
        </li>
      ))}
    </ul>
  )
}
