import { texts, useText } from '@shared/i18n'
import { Input } from 'antd'
import { useEffect, useState } from 'react'

/** A rule of the rule language (docs/rules.md). */
export type Rule = Record<string, unknown>

const said = texts({ rule: ['规则（JSON）', 'Rule (JSON)'], bad: ['不是合法的 JSON', 'This is not JSON'] })

/** Edits a rule. Tells only rules that are whole. */
export function RuleBuilder({ value, onChange }: { value: Rule; onChange: (rule: Rule) => void; compact?: boolean }) {
  const t = useText(said)
  const [typed, setTyped] = useState(() => JSON.stringify(value, null, 2))
  const [bad, setBad] = useState(false)
  useEffect(() => setTyped(JSON.stringify(value, null, 2)), [value])
  const change = (raw: string) => {
    setTyped(raw)
    try {
      onChange(JSON.parse(raw) as Rule)
      setBad(false)
    } catch {
      setBad(true)
    }
  }
  return <><Input.TextArea aria-label={t.rule} autoSize={{ minRows: 4, maxRows: 16 }} value={typed} status={bad ? 'error' : undefined} onChange={(e) => change(e.target.value)} />{bad && t.bad}</>
}
