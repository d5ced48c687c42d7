import { texts, useLang, useText } from '@shared/i18n'
import { App, Button, Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { Fault, Rule } from './types'

const said = texts({
  json: ['规则（JSON）', 'Rule (JSON)'], copy: ['复制', 'Copy'], copied: ['已复制', 'Copied'], format: ['整理格式', 'Format'], notObject: ['规则必须是一个 JSON 对象', 'A rule is one JSON object'],
  right: ['格式正确', 'Well-formed'],
})

/** Edits a rule as JSON. It tells what can be read; what cannot stays on the screen with the reason. */
export function JsonEditor({ value, onChange, faults }: { value: Rule; onChange: (rule: Rule) => void; faults: Fault[] }) {
  const t = useText(said)
  const lang = useLang()
  const { message } = App.useApp()
  const [typed, setTyped] = useState(() => JSON.stringify(value, null, 2))
  const [bad, setBad] = useState<string>()
  const told = useRef(JSON.stringify(value))
  useEffect(() => {
    if (JSON.stringify(value) !== told.current) {
      told.current = JSON.stringify(value)
      setTyped(JSON.stringify(value, null, 2))
      setBad(undefined)
    }
  }, [value])
  const change = (raw: string) => {
    setTyped(raw)
    try {
      const read: unknown = JSON.parse(raw)
      if (!read || typeof read !== 'object' || Array.isArray(read)) return setBad(t.notObject)
      setBad(undefined)
      told.current = JSON.stringify(read)
      onChange(read as Rule)
    } catch (thrown) {
      setBad((thrown as Error).message)
    }
  }
  const copy = () => navigator.clipboard.writeText(typed).then(() => message.success(t.copied))
  return (
    <div className="y-rule-json">
      <Input.TextArea className="y-mono" aria-label={t.json} spellCheck={false} autoSize={{ minRows: 8, maxRows: 30 }} value={typed} status={bad || faults.length > 0 ? 'error' : undefined} onChange={(e) => change(e.target.value)} />
      <div className="y-rule-line">
        <output className={bad ? 'y-tone-bad' : 'y-faint'}>{bad ?? (faults.length === 0 ? t.right : '')}</output>
        <span className="y-grow" />
        <Button size="small" disabled={Boolean(bad)} onClick={() => setTyped(JSON.stringify(value, null, 2))}>{t.format}</Button>
        <Button size="small" onClick={() => void copy()}>{t.copy}</Button>
      </div>
      {faults.length > 0 && <ul className="y-rule-faults">{faults.map((f) => <li key={f.pointer + f.en}><code>{f.pointer || '/'}</code> {lang === 'zh-CN' ? f.zh : f.en}</li>)}</ul>}
    </div>
  )
}
