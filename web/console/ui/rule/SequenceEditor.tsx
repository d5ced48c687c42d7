import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { texts, useText } from '@shared/i18n'
import { Button, Checkbox } from 'antd'
import { AddWhere, EventsEditor, WhereEditor } from './EventsEditor'
import { LastField } from './fields'
import { readSequence, writeSequence } from './parts'
import type { Rule, Sequence } from './types'
import type { Words } from './words'

const said = texts({
  lead: ['依次做过', 'Did these, one after the other'], step: [(n: number) => `第 ${n} 步`, (n: number) => `Step ${n}`], add: ['添加一步', 'Add a step'], drop: ['去掉这一步', 'Remove the step'], up: ['上移', 'Move up'], down: ['下移', 'Move down'],
  within: ['从第一步到最后一步不超过', 'From first to last step at most'], inLast: ['全部发生在最近', 'All of it in the last'],
})

/** Edits {"sequence": ...}: steps in order, and how long they may take. */
export function SequenceEditor({ rule, onChange, words }: { rule: Rule; onChange: (rule: Rule) => void; words: Words }) {
  const t = useText(said)
  const s = readSequence(rule)
  const set = (part: Partial<Sequence>) => onChange(writeSequence({ ...s, ...part }))
  const swap = (i: number, j: number) => set({ steps: s.steps.map((step, k) => (k === i ? s.steps[j] : k === j ? s.steps[i] : step) as Sequence['steps'][number]) })
  return (
    <div className="y-rule-did">
      <div className="y-rule-line"><span>{t.lead}</span></div>
      <ol className="y-rule-steps">
        {s.steps.map((step, i) => {
          const change = (next: typeof step) => set({ steps: s.steps.map((x, k) => (k === i ? next : x)) })
          return (
            <li key={i} aria-label={t.step(i + 1)}>
              <div className="y-rule-line">
                <EventsEditor value={step} words={words} onChange={change} />
                <AddWhere value={step} onChange={change} />
                <span className="y-rule-tools">
                  <Button type="text" size="small" icon={<ArrowUpOutlined />} aria-label={t.up} disabled={i === 0} onClick={() => swap(i, i - 1)} />
                  <Button type="text" size="small" icon={<ArrowDownOutlined />} aria-label={t.down} disabled={i === s.steps.length - 1} onClick={() => swap(i, i + 1)} />
                  <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t.drop} disabled={s.steps.length < 2} onClick={() => set({ steps: s.steps.filter((_, k) => k !== i) })} />
                </span>
              </div>
              <WhereEditor value={step} words={words} onChange={change} />
            </li>
          )
        })}
      </ol>
      <div className="y-rule-line">
        <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => set({ steps: [...s.steps, { any: false, events: [], where: [] }] })}>{t.add}</Button>
        <Checkbox checked={s.within !== undefined} onChange={(e) => set({ within: e.target.checked ? '7d' : undefined })}>{t.within}</Checkbox>
        {s.within !== undefined && <LastField value={s.within} label={t.within} onChange={(within) => set({ within })} />}
        <Checkbox checked={s.inLast !== undefined} onChange={(e) => set({ inLast: e.target.checked ? '30d' : undefined })}>{t.inLast}</Checkbox>
        {s.inLast !== undefined && <LastField value={s.inLast} label={t.inLast} onChange={(inLast) => set({ inLast })} />}
      </div>
    </div>
  )
}
