import { texts, useText } from '@shared/i18n'
import { Button, Input, Segmented, Tooltip } from 'antd'
import { useState } from 'react'
import CopyOutlined from '@ant-design/icons/CopyOutlined'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import { MessagePreview } from './content'
import { kindOf, type Doc, type Step } from './document'
import { FaultsOf, Field } from './fields'
import { KindIcon } from './icons'
import { clean, idsOf, type Issue } from './model'
import { StepForm } from './stepForms'
import { kindNotes, kindWords } from './words'

const said = texts({
  name: ['步骤名称', 'Name'],
  named: ['给步骤起个名字', 'A name for the step'],
  id: ['编号', 'Id'],
  idHelp: ['上线后不要改：停留在这里的客户按编号找到位置。', 'Keep it once published: who waits here is found by it.'],
  taken: ['这个编号已被使用', 'This id is taken'],
  odd: ['只用小写字母、数字、_ 和 -', 'Use a-z, 0-9, _ and -'],
  copy: ['复制一份', 'Duplicate'],
  remove: ['删除', 'Delete'],
  close: ['关闭', 'Close'],
  setup: ['设置', 'Set up'],
  preview: ['预览', 'Preview'],
})

/** Edits one step. */
export function StepPanel({ doc, step, issues, onChange, onRename, onDuplicate, onRemove, onClose }: {
  doc: Doc
  step: Step
  issues: readonly Issue[]
  onChange: (step: Step) => void
  onRename: (id: string) => void
  onDuplicate: () => void
  onRemove: () => void
  onClose: () => void
}) {
  const t = useText(said)
  const names = useText(kindWords)
  const notes = useText(kindNotes)
  const kind = kindOf(step)
  const [tab, setTab] = useState('setup')
  return (
    <section className="y-playbooks-panel" aria-label={names[kind]}>
      <header>
        <KindIcon kind={kind} />
        <div><b>{names[kind]}</b><small>{notes[kind]}</small></div>
        <Tooltip title={`${t.copy} (Ctrl D)`}><Button type="text" icon={<CopyOutlined />} aria-label={t.copy} onClick={onDuplicate} /></Tooltip>
        <Tooltip title={`${t.remove} (Del)`}><Button type="text" icon={<DeleteOutlined />} aria-label={t.remove} onClick={onRemove} /></Tooltip>
        <Button type="text" icon={<CloseOutlined />} aria-label={t.close} onClick={onClose} />
      </header>
      <FaultsOf value={issues.filter((i) => i.step === step.id)}>
        <div className="y-playbooks-panel-body">
          {kind === 'send' && <Segmented block size="small" value={tab} onChange={(v) => setTab(v)} options={[{ value: 'setup', label: t.setup }, { value: 'preview', label: t.preview }]} />}
          {kind === 'send' && tab === 'preview' ? <MessagePreview doc={doc} step={step} /> : (
            <>
              <Field label={t.name} path="/name"><Input aria-label={t.name} placeholder={t.named} value={step.name ?? ''} maxLength={60} onChange={(e) => onChange(clean({ ...step, name: e.target.value || undefined }))} /></Field>
              <StepForm doc={doc} step={step} onChange={onChange} />
              <IdField key={step.id} doc={doc} id={step.id} onRename={onRename} />
              <Rest issues={issues.filter((i) => i.step === step.id)} kind={kind} />
            </>
          )}
        </div>
      </FaultsOf>
    </section>
  )
}

/** Faults that belong to the step as a whole. */
function Rest({ issues, kind }: { issues: readonly Issue[]; kind: string }) {
  const whole = issues.filter((i) => i.path === '' || i.path === `/${kind}`)
  return <>{whole.map((i) => <small key={i.detail} className="y-tone-bad">{i.detail}</small>)}</>
}

function IdField({ doc, id, onRename }: { doc: Doc; id: string; onRename: (id: string) => void }) {
  const t = useText(said)
  const [typed, setTyped] = useState(id)
  const wrong = typed === id ? '' : !/^[a-z0-9_-]+$/.test(typed) ? t.odd : idsOf(doc).has(typed) ? t.taken : ''
  const done = () => { if (!wrong && typed !== id) onRename(typed); else setTyped(id) }
  return (
    <Field label={t.id} help={wrong || t.idHelp}>
      <Input aria-label={t.id} className="y-mono" value={typed} status={wrong ? 'error' : undefined} maxLength={64} onChange={(e) => setTyped(e.target.value)} onBlur={done} onPressEnter={done} />
    </Field>
  )
}

