import { texts, useText } from '@shared/i18n'
import { Button, Dropdown } from 'antd'
import { useRef, useState } from 'react'
import MoreOutlined from '@ant-design/icons/MoreOutlined'
import { AddMenu } from './AddMenu'
import type { Badge } from './Canvas'
import { kindOf, kindsOf, type Doc, type Kind, type Step } from './document'
import { KindIcon } from './icons'
import { find, move, waysOf, type Issue, type Slot } from './model'
import { stepText, triggerText, wayName, type NameOf } from './say'
import { kindWords } from './words'

const said = texts({
  label: ['流程大纲', 'Outline of the flow'],
  trigger: ['触发', 'Trigger'],
  up: ['上移', 'Move up'],
  down: ['下移', 'Move down'],
  copy: ['复制一份', 'Duplicate'],
  remove: ['删除', 'Delete'],
  after: ['在后面添加', 'Add behind'],
  addHere: ['添加步骤', 'Add a step'],
  actions: ['操作', 'Actions'],
  wrong: ['未完成', 'Unfinished'],
  ends: ['结束', 'End'],
})

interface Edits {
  apply: (doc: Doc) => void
  add: (slot: Slot, kind: Kind) => void
  drop: (ids: string[]) => void
  copy: (id: string) => void
}

/** The flow as nested lists: for the keyboard, for readers of screens and for phones. */
export function Outline({ doc, nameOf, issues, selected, onSelect, onEdit, badge }: {
  doc: Doc
  nameOf: NameOf
  issues?: readonly Issue[]
  selected: readonly string[]
  onSelect: (ids: string[]) => void
  onEdit?: Edits
  badge?: Badge
}) {
  const t = useText(said)
  const names = useText(kindWords)
  const [adding, setAdding] = useState<{ slot: Slot; x: number; y: number }>()
  const box = useRef<HTMLDivElement>(null)
  const shift = (id: string, by: 1 | -1) => {
    const at = find(doc, id)
    if (!at || at.slot.index + by < 0) return
    onEdit?.apply(move(doc, id, { ...at.slot, index: at.slot.index + (by > 0 ? 2 : -1) }))
  }
  const open = (slot: Slot, on: HTMLElement) => { const r = on.getBoundingClientRect(); setAdding({ slot, x: r.left, y: r.bottom + 4 }) }
  const keys = (e: React.KeyboardEvent, id: string) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('.y-playbooks-line') ?? [])]
    const on = all.indexOf(e.currentTarget as HTMLElement)
    if (e.altKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) { e.preventDefault(); shift(id, e.key === 'ArrowDown' ? 1 : -1) }
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); all[on + (e.key === 'ArrowDown' ? 1 : -1)]?.focus() }
  }
  const list = (steps: readonly Step[], owner: string, way: string) => (
    <ol>
      {steps.map((step, index) => {
        const text = stepText(step, nameOf)
        const wrong = issues?.some((i) => i.step === step.id)
        return (
          <li key={step.id}>
            <div className="y-playbooks-outline-row">
              <button type="button" className={selected.includes(step.id) ? 'y-playbooks-line is-selected' : 'y-playbooks-line'} aria-pressed={selected.includes(step.id)} onClick={() => onSelect([step.id])} onKeyDown={(e) => keys(e, step.id)}>
                <KindIcon kind={kindOf(step)} />
                <span><b>{step.name || names[kindOf(step)]}</b><small>{text.says}{text.quote ? `：${text.quote}` : ''}</small></span>
                {wrong && <em className="y-playbooks-wrong">! {t.wrong}</em>}
              </button>
              {badge?.(step.id)}
              {onEdit && (
                <Dropdown
                  trigger={['click']} menu={{ items: [
                    { key: 'up', label: `${t.up} (Alt ↑)`, disabled: index === 0, onClick: () => shift(step.id, -1) }, { key: 'down', label: `${t.down} (Alt ↓)`, disabled: index === steps.length - 1, onClick: () => shift(step.id, 1) },
                    { key: 'after', label: t.after, onClick: (e) => open({ owner, way, index: index + 1 }, e.domEvent.target as HTMLElement) }, { key: 'copy', label: t.copy, onClick: () => onEdit.copy(step.id) },
                    { key: 'remove', danger: true, label: t.remove, onClick: () => onEdit.drop([step.id]) },
                  ] }}
                ><Button type="text" size="small" icon={<MoreOutlined />} aria-label={`${t.actions} ${step.name || step.id}`} /></Dropdown>
              )}
            </div>
            {waysOf(step).map((w) => (
              <div key={w.key} className="y-playbooks-outline-way">
                <span className="y-playbooks-way-name">{wayName(step, w.name)}{w.percent !== undefined && ` · ${w.percent}%`}</span>
                {list(w.steps, step.id, w.key)}
              </div>
            ))}
          </li>
        )
      })}
      {onEdit && <li><Button size="small" type="dashed" onClick={(e) => open({ owner, way, index: steps.length }, e.currentTarget)}>+ {t.addHere}</Button></li>}
    </ol>
  )
  return (
    <div className="y-playbooks-outline" ref={box} role="region" aria-label={t.label}>
      <button type="button" className={selected.includes('@trigger') ? 'y-playbooks-line is-selected' : 'y-playbooks-line'} onClick={() => onSelect(['@trigger'])} onKeyDown={(e) => keys(e, '')}>
        <KindIcon kind="trigger" /><span><b>{t.trigger}</b><small>{triggerText(doc.trigger, nameOf)}</small></span>
      </button>
      {list(doc.steps, '', '')}
      {adding && onEdit && <AddMenu at={adding} kinds={kindsOf(doc.subject)} onClose={() => setAdding(undefined)} onPick={(k) => { onEdit.add(adding.slot, k); setAdding(undefined) }} />}
    </div>
  )
}
