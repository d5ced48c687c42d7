import { texts, useLang, useText } from '@shared/i18n'
import { Input, Select } from 'antd'
import { useState } from 'react'
import { DidEditor } from './DidEditor'
import { NamePicker } from './fields'
import { stageLabel } from './labels'
import { leafKind } from './model'
import { readStage, readTest, writeStage, writeTest } from './parts'
import { SequenceEditor } from './SequenceEditor'
import { TestEditor } from './TestEditor'
import type { Rule } from './types'
import type { Words } from './words'

const said = texts({
  tag: ['有标签', 'Has the tag'], audience: ['在人群中', 'Is in the audience'], aipl: ['AIPL 阶段是', 'AIPL stage is'], aarrr: ['AARRR 阶段是', 'AARRR stage is'], tier: ['等级', 'Tier'],
  chooseTag: ['选择标签', 'Choose a tag'], chooseAudience: ['选择人群', 'Choose an audience'], stage: ['阶段', 'Stage'], how: ['比较方式', 'Comparison'], level: ['等级', 'Tier'], trait: ['客户属性', 'Trait'],
  '': ['等于', 'is'], '>=': ['不低于', 'at least'], '>': ['高于', 'above'], '<=': ['不高于', 'at most'], '<': ['低于', 'below'], '!=': ['不是', 'is not'],
  raw: ['条件（JSON）', 'Condition (JSON)'],
})

/** Edits one condition of any kind. */
export function LeafEditor({ rule, onChange, words }: { rule: Rule; onChange: (rule: Rule) => void; words: Words }) {
  const t = useText(said)
  switch (leafKind(rule)) {
    case 'did': return <DidEditor rule={rule} words={words} onChange={onChange} />
    case 'sequence': return <SequenceEditor rule={rule} words={words} onChange={onChange} />
    case 'trait': return <div className="y-rule-line"><TestEditor test={readTest(rule, 'trait')} of="trait" words={words} onChange={(test) => onChange(writeTest(test, 'trait'))} /></div>
    case 'tag': {
      const tag = typeof rule.tag === 'string' ? rule.tag : ''
      return <div className="y-rule-line"><span>{t.tag}</span><NamePicker value={tag} choices={words.tags} label={t.chooseTag} width={180} status={tag ? undefined : 'error'} onChange={(name) => onChange({ tag: name })} /></div>
    }
    case 'audience': {
      const id = typeof rule.audience === 'string' ? rule.audience : ''
      return <div className="y-rule-line"><span>{t.audience}</span><NamePicker value={id} choices={words.audiences} label={t.chooseAudience} width={220} status={id ? undefined : 'error'} onChange={(audience) => onChange({ audience })} /></div>
    }
    case 'stage': case 'tier': return <StageEditor rule={rule} words={words} onChange={onChange} />
    default: return <RawEditor rule={rule} onChange={onChange} />
  }
}

function StageEditor({ rule, onChange, words }: { rule: Rule; onChange: (rule: Rule) => void; words: Words }) {
  const t = useText(said)
  const lang = useLang()
  const s = readStage(rule)
  const names = words.levels[s.kind]
  return (
    <div className="y-rule-line">
      <span>{t[s.kind]}</span>
      {s.kind === 'tier' && (
        <Select
          popupMatchSelectWidth={false} style={{ minWidth: 92 }} aria-label={t.how} value={s.sign === '=' ? '' : s.sign} onChange={(sign: string) => onChange(writeStage({ ...s, sign }))}
          options={(['>=', '>', '', '!=', '<', '<='] as const).map((sign) => ({ value: sign, label: t[sign] }))}
        />
      )}
      <Select
        popupMatchSelectWidth={false} style={{ minWidth: 120 }} aria-label={s.kind === 'tier' ? t.level : t.stage} value={s.name || undefined} onChange={(name: string) => onChange(writeStage({ ...s, name }))}
        options={(names.includes(s.name) || !s.name ? names : [...names, s.name]).map((n) => ({ value: n, label: stageLabel(n, lang) }))}
      />
    </div>
  )
}

function RawEditor({ rule, onChange }: { rule: Rule; onChange: (rule: Rule) => void }) {
  const t = useText(said)
  const [typed, setTyped] = useState(() => JSON.stringify(rule))
  const [bad, setBad] = useState(false)
  const change = (raw: string) => {
    setTyped(raw)
    try {
      const read: unknown = JSON.parse(raw)
      setBad(!read || typeof read !== 'object' || Array.isArray(read))
      if (read && typeof read === 'object' && !Array.isArray(read)) onChange(read as Rule)
    } catch {
      setBad(true)
    }
  }
  return <Input.TextArea className="y-mono" aria-label={t.raw} autoSize={{ minRows: 1, maxRows: 8 }} value={typed} status={bad ? 'error' : undefined} onChange={(e) => change(e.target.value)} />
}
