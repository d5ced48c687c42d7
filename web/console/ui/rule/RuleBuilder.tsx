import UndoOutlined from '@ant-design/icons/UndoOutlined'
import RedoOutlined from '@ant-design/icons/RedoOutlined'
import { texts, useLang, useText } from '@shared/i18n'
import { Button, ConfigProvider, Segmented, Tooltip } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { EditingContext, type Editing } from './editing'
import { ruleFaults } from './faults'
import { GroupBox } from './GroupBox'
import { JsonEditor } from './JsonEditor'
import { parse, pointers, write } from './model'
import './rule.css'
import type { Fault, Group, Rule, Tree } from './types'
import { useWords } from './words'

const said = texts({ blocks: ['条件', 'Conditions'], json: ['JSON', 'JSON'], as: ['编辑方式', 'Edit as'], undo: ['撤销', 'Undo'], redo: ['重做', 'Redo'], rule: ['规则', 'Rule'] })

/** What the server found wrong: pointers may stand below /rule or /body/rule. */
export type ServerFaults = readonly { pointer: string; detail: string }[]

function translated(faults: ServerFaults): Fault[] {
  return faults.map((f) => ({ pointer: f.pointer.replace(/^(\/body)?\/rule/, ''), zh: f.detail, en: f.detail }))
}

/**
 * Edits a rule: conditions in groups, or JSON. Tells every change, also what is not finished
 * yet: ruleFaults says what is missing. `faults` are what the server refused.
 */
export function RuleBuilder({ value, onChange, compact, faults, without = [] }: {
  value: Rule
  onChange: (rule: Rule) => void
  compact?: boolean
  faults?: ServerFaults
  /** Kinds of condition that are not offered: did, sequence, trait, tag, tier, aipl, aarrr, audience. */
  without?: readonly string[]
}) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const [as, setAs] = useState<'blocks' | 'json'>('blocks')
  const box = useRef<HTMLDivElement>(null)
  const { tree, edit, undo, redo, replace } = useTree(value, onChange, box)
  const own = useMemo(() => ruleFaults(value), [value])
  const all = useMemo(() => {
    const known = new Set(own.map((f) => f.pointer))
    return [...own, ...translated(faults ?? []).filter((f) => !known.has(f.pointer))]
  }, [own, faults])
  const at = useMemo(() => pointers(tree), [tree])
  const editing: Editing = { words, edit, pointer: (id) => at.get(id) ?? '?', faults: all, without }
  return (
    <ConfigProvider componentSize={compact ? 'small' : undefined}>
      {/* The group hears the keys of what it holds. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={box} className={compact ? 'y-rule y-rule-compact' : 'y-rule'} role="group" aria-label={t.rule}
        onKeyDown={(e) => {
          if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'z' || /^(INPUT|TEXTAREA)$/.test((e.target as HTMLElement).tagName)) return
          e.preventDefault()
          if (e.shiftKey) redo?.()
          else undo?.()
        }}
      >
        <div className="y-rule-bar">
          <Tooltip title={t.undo}><Button type="text" size="small" icon={<UndoOutlined />} aria-label={t.undo} disabled={!undo} onClick={undo} /></Tooltip>
          <Tooltip title={t.redo}><Button type="text" size="small" icon={<RedoOutlined />} aria-label={t.redo} disabled={!redo} onClick={redo} /></Tooltip>
          <Segmented size="small" aria-label={t.as} value={as} onChange={(v) => setAs(v as 'blocks' | 'json')} options={[{ value: 'blocks', label: t.blocks }, { value: 'json', label: t.json }]} />
        </div>
        {as === 'json' ? <JsonEditor value={value} faults={all} onChange={replace} /> : (
          <EditingContext.Provider value={editing}>
            <GroupBox group={tree.root} top bare={tree.bare} />
            <Whole faults={all} lang={lang} />
          </EditingContext.Provider>
        )}
      </div>
    </ConfigProvider>
  )
}

/** Faults of the rule as a whole. */
function Whole({ faults, lang }: { faults: Fault[]; lang: string }) {
  const whole = faults.filter((f) => f.pointer === '')
  return whole.length > 0 && <ul className="y-rule-faults">{whole.map((f) => <li key={f.en}>{lang === 'zh-CN' ? f.zh : f.en}</li>)}</ul>
}

/** Keeps the tree of a rule, what it was before, and where the focus goes after a change. */
function useTree(value: Rule, onChange: (rule: Rule) => void, box: React.RefObject<HTMLDivElement | null>) {
  const [tree, setTree] = useState<Tree>(() => parse(value))
  const [past, setPast] = useState<Tree[]>([])
  const [future, setFuture] = useState<Tree[]>([])
  const focus = useRef<number>(undefined)
  const text = JSON.stringify(value)
  const mine = useRef(text)
  useEffect(() => {
    if (text === mine.current) return
    mine.current = text
    setTree(parse(JSON.parse(text)))
    setPast([])
    setFuture([])
  }, [text])
  useEffect(() => {
    if (focus.current === undefined) return
    const at = box.current?.querySelector<HTMLElement>(`[data-node="${focus.current}"]`)
    ;(at ?? box.current?.querySelector<HTMLElement>('.y-rule-adders button'))?.focus() // what was removed has no handle any more
    focus.current = undefined
  }, [tree, box])
  const show = (next: Tree) => {
    setTree(next)
    const rule = write(next)
    mine.current = JSON.stringify(rule)
    onChange(rule)
  }
  const keep = () => { setPast((p) => [...p.slice(-49), tree]); setFuture([]) }
  return {
    tree,
    edit: (by: (root: Group) => Group, at?: number) => {
      keep()
      focus.current = at
      show({ root: by(tree.root), bare: tree.bare })
    },
    replace: (rule: Rule) => {
      keep()
      const next = parse(rule)
      setTree(next)
      mine.current = JSON.stringify(rule)
      onChange(rule)
    },
    undo: past.length > 0 ? () => { setPast(past.slice(0, -1)); setFuture([tree, ...future]); show(past.at(-1) as Tree) } : undefined,
    redo: future.length > 0 ? () => { setFuture(future.slice(1)); setPast([...past, tree]); show(future[0] as Tree) } : undefined,
  }
}
