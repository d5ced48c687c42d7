import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Alert, App, Badge, Button, Dropdown, Modal, Segmented, Tooltip } from 'antd'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import RedoOutlined from '@ant-design/icons/RedoOutlined'
import UndoOutlined from '@ant-design/icons/UndoOutlined'
import QuestionOutlined from '@ant-design/icons/QuestionOutlined'
import { isWriting } from '../../app/shortcuts'
import { Canvas } from './Canvas'
import type { Draft, Playbook } from './data'
import { Outline } from './Outline'
import { blank, change, copied, duplicate, find, freshId, idsOf, insert, move, pasted, remove, rename, renamed, type Slot } from './model'
import type { Kind } from './document'
import { typedAt } from './history'
import type { NameOf } from './say'
import { useNarrow } from './narrow'

const StepPanel = lazy(() => import('./StepPanel').then((m) => ({ default: m.StepPanel })))
const EntryPanel = lazy(() => import('./WholePanel').then((m) => ({ default: m.EntryPanel })))
const RulesPanel = lazy(() => import('./WholePanel').then((m) => ({ default: m.RulesPanel })))

const said = texts({
  canvas: ['画布', 'Canvas'],
  outline: ['大纲', 'Outline'],
  entry: ['触发与进入', 'Trigger and entry'],
  rules: ['目标与限制', 'Goal and limits'],
  undo: ['撤销', 'Undo'],
  redo: ['重做', 'Redo'],
  keys: ['快捷键', 'Shortcuts'],
  unfinished: [(n: string) => `${n} 处未完成`, (n: string) => `${n} unfinished`],
  whole: ['整条 SOP', 'The playbook'],
  saved: ['草稿已保存', 'Draft saved'],
  notSaved: ['没有保存：先改正标出的问题。修改已留在本机浏览器。', 'Not saved: correct what is marked. Your changes are kept in this browser.'],
  copied: [(n: string) => `已复制 ${n} 个步骤`, (n: string) => `${n} steps copied`],
  nothing: ['剪贴板里没有步骤', 'No steps in the clipboard'],
  rejected: ['审批退回', 'Given back'],
  narrow: ['手机上只能查看，请在电脑上编辑。', 'Read-only on phones. Edit on a computer.'],
  kUndo: ['撤销 / 重做', 'Undo, redo'],
  kCopy: ['复制 / 粘贴步骤（可跨 SOP）', 'Copy, paste steps, also across playbooks'],
  kDup: ['复制一份', 'Duplicate'],
  kDel: ['删除选中的步骤', 'Delete the chosen steps'],
  kSave: ['保存草稿', 'Save the draft'],
  kMulti: ['框选多个', 'Choose many'],
  kMove: ['拖动卡片到另一个 + 上：移动步骤', 'Drag a card onto another +: move the step'],
  kOutline: ['大纲里移动选中的步骤', 'Move the chosen step in the outline'],
  drag: ['拖动', 'Drag'],
  deleteAll: [(n: string) => `删除 ${n} 个步骤？`, (n: string) => `Delete ${n} steps?`],
})

/** Edits the draft: the canvas or the outline, with the form of what is chosen. */
export function EditTab({ book, draft, nameOf }: { book: Playbook; draft: Draft; nameOf: NameOf }) {
  const t = useText(said)
  const go = useNavigate()
  const search = useSearch({ from: '/shell/playbooks/$id' })
  const { message } = App.useApp()
  const [selected, setSelected] = useState<string[]>([])
  const [panel, setPanel] = useState<'step' | 'entry' | 'rules' | undefined>(search.step ? 'step' : undefined)
  const [focus, setFocus] = useState<{ id: string; at: number }>()
  const [showKeys, setKeys] = useState(false)
  const isNarrow = useNarrow()
  const { doc, apply, issues } = draft
  const as = search.as ?? (isNarrow ? 'outline' : 'canvas')
  const one = selected.length === 1 ? find(doc, selected[0] as string) : undefined
  const choose = (ids: string[]) => {
    setSelected((old) => (old.join() === ids.join() ? old : ids))
    if (ids.length === 1) setPanel(ids[0] === '@trigger' ? 'entry' : 'step')
    else if (ids.length > 1) setPanel(undefined)
  }
  const show = (id: string) => { choose([id]); setFocus({ id, at: Date.now() }) }
  const add = (slot: Slot, kind: Kind) => { const step = blank(kind, idsOf(doc)); apply(insert(doc, slot, [step])); show(step.id) }
  const steps = selected.filter((id) => !id.startsWith('@'))
  const drop = (ids: string[]) => { apply(remove(doc, ids)); setSelected([]); setPanel(undefined) }
  const copy = (id: string) => { const next = duplicate(doc, id); apply(next.doc); show(next.id) }
  const paste = async (slot?: Slot) => {
    const list = pasted(await navigator.clipboard.readText().catch(() => sessionStorage.getItem('yutang.steps') ?? ''))
    if (list.length === 0) { void message.info(t.nothing); return }
    const last = find(doc, steps.at(-1) ?? '')
    const to = slot ?? (last ? { ...last.slot, index: last.slot.index + 1 } : { owner: '', way: '', index: doc.steps.length })
    const fresh = renamed(list, idsOf(doc))
    apply(insert(doc, to, fresh))
    choose(fresh.map((s) => s.id))
  }
  const save = async () => { if (await draft.save()) void message.success(t.saved); else void message.error(t.notSaved) }
  const press = (e: KeyboardEvent) => {
    if (document.querySelector('.ant-modal-wrap:not([style*="display: none"]), .y-playbooks-add')) return
    const ctrl = e.ctrlKey || e.metaKey
    const key = e.key.toLowerCase()
    if (ctrl && key === 's') { e.preventDefault(); void save(); return }
    if (isWriting(e)) return
    const done = () => e.preventDefault()
    if (ctrl && key === 'z') { done(); if (e.shiftKey) draft.redo(); else draft.undo() }
    else if (ctrl && key === 'y') { done(); draft.redo() }
    else if (ctrl && key === 'c' && steps.length > 0 && !getSelection()?.toString()) {
      done()
      const text = copied(doc, steps)
      sessionStorage.setItem('yutang.steps', text)
      void navigator.clipboard?.writeText(text).catch(() => undefined)
      void message.success(t.copied(num(steps.length)))
    } else if (ctrl && key === 'v') { done(); void paste() }
    else if (ctrl && key === 'd' && one) { done(); copy(one.step.id) }
    else if ((e.key === 'Delete' || e.key === 'Backspace') && steps.length > 0) { done(); drop(steps) }
    else if (e.key === '?') { e.stopImmediatePropagation(); setKeys(true) }
    else if (e.key === 'Escape') choose([])
  }
  const pressed = useRef(press)
  pressed.current = press
  useEffect(() => {
    const on = (e: KeyboardEvent) => pressed.current(e)
    addEventListener('keydown', on, true)
    return () => removeEventListener('keydown', on, true)
  }, [])
  useEffect(() => { if (search.step) show(search.step) }, [search.step])
  const shown = panel === 'step' && one ? (
    <StepPanel
      key={one.step.id} doc={doc} step={one.step} issues={issues} onChange={(s) => apply(change(doc, s.id, () => s), typedAt(one.step, s) && `step/${s.id}${typedAt(one.step, s)}`)} onDuplicate={() => copy(one.step.id)}
      onRename={(id) => { apply(rename(doc, one.step.id, freshId(idsOf(doc), id))); show(id) }} onRemove={() => drop([one.step.id])} onClose={() => choose([])}
    />
  ) : panel === 'entry' ? <EntryPanel doc={doc} issues={issues} onChange={apply} onClose={() => { setPanel(undefined); setSelected([]) }} />
    : panel === 'rules' ? <RulesPanel doc={doc} issues={issues} onChange={apply} onClose={() => setPanel(undefined)} /> : undefined
  const list = issues.map((i, n) => ({
    key: String(n), label: <><b>{i.step ? nameOf('step', i.step) : t.whole}</b> {i.detail}</>,
    onClick: () => { if (i.step) show(i.step); else setPanel(/^\/(goal|exit|holdout|quiet|cap|limit|priority|experiment)/.test(i.path) ? 'rules' : 'entry') },
  }))
  return (
    <div className="y-playbooks-edit">
      <div className="y-playbooks-bar">
        <Segmented value={as} onChange={(v) => void go({ to: '/playbooks/$id', params: { id: book.id }, search: { ...search, as: v as 'canvas' }, replace: true })} options={[{ value: 'canvas', label: t.canvas }, { value: 'outline', label: t.outline }]} />
        {!isNarrow && (
          <>
            <Tooltip title={`${t.undo} (Ctrl Z)`}><Button type="text" icon={<UndoOutlined />} aria-label={t.undo} disabled={!draft.canUndo} onClick={draft.undo} /></Tooltip>
            <Tooltip title={`${t.redo} (Ctrl Shift Z)`}><Button type="text" icon={<RedoOutlined />} aria-label={t.redo} disabled={!draft.canRedo} onClick={draft.redo} /></Tooltip>
            <Button type={panel === 'entry' ? 'link' : 'text'} onClick={() => { setSelected([]); setPanel('entry') }}>{t.entry}</Button>
            <Button type={panel === 'rules' ? 'link' : 'text'} onClick={() => { setSelected([]); setPanel('rules') }}>{t.rules}</Button>
          </>
        )}
        <span className="y-grow" />
        {issues.length > 0 && <Dropdown menu={{ items: list, className: 'y-playbooks-issues' }} trigger={['click']}><Button danger><Badge status="error" /> {t.unfinished(num(issues.length))}</Button></Dropdown>}
        <Tooltip title={`${t.keys} (?)`}><Button type="text" icon={<QuestionOutlined />} aria-label={t.keys} onClick={() => setKeys(true)} /></Tooltip>
      </div>
      {book.review?.state === 'rejected' && <Alert type="warning" showIcon title={`${t.rejected}: ${book.review.note ?? ''}`} />}
      {draft.warning && <Alert type="warning" showIcon title={draft.warning} />}
      {isNarrow && <Alert type="info" showIcon title={t.narrow} />}
      <div className="y-playbooks-stage">
        {as === 'canvas'
          ? <Canvas doc={doc} nameOf={nameOf} issues={issues} selected={selected} onSelect={choose} focus={focus} {...(isNarrow ? {} : { onInsert: add, onPaste: (s: Slot) => void paste(s), onMove: (id: string, s: Slot) => { apply(move(doc, id, s)); show(id) } })} />
          : <Outline doc={doc} nameOf={nameOf} issues={issues} selected={selected} onSelect={choose} onEdit={isNarrow ? undefined : { apply, add, drop, copy }} />}
        <Suspense>{!isNarrow && shown}</Suspense>
      </div>
      {showKeys && (
        <Modal open title={t.keys} footer={null} onCancel={() => setKeys(false)}>
          <dl className="y-keys">
            {[['Ctrl Z / Ctrl Shift Z', t.kUndo], ['Ctrl C / Ctrl V', t.kCopy], ['Ctrl D', t.kDup], ['Del', t.kDel], ['Ctrl S', t.kSave], [`Shift ${t.drag}`, t.kMulti], [t.drag, t.kMove], ['Alt ↑ / Alt ↓', t.kOutline]].map(([k, what]) => <div key={k}><dt>{(k as string).split(' ').map((x, i) => <kbd key={i}>{x}</kbd>)}</dt><dd>{what}</dd></div>)}
          </dl>
        </Modal>
      )}
    </div>
  )
}
