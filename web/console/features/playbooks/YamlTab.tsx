import { call, must, problemOf, type Problem } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Input } from 'antd'
import { useRef, useState } from 'react'
import { useMay } from '../../app/session'
import { download } from '../../ui/Drill'
import { Asked } from '../../ui/states'
import type { Draft, Playbook } from './data'
import { YamlFaults, type Area } from './YamlFaults'

const said = texts({
  note: ['草稿的文件形式，可以放进版本库，用命令行 yutang playbook apply 发布。', 'The draft as a file. Keep it under version control and apply it by yutang playbook apply.'],
  dirty: ['画布上有未保存的修改，这里显示的是已保存的草稿。先保存再改 YAML。', 'The canvas has unsaved changes; this is the saved draft. Save first, then edit.'],
  edit: ['编辑', 'Edit'],
  save: ['保存为草稿', 'Save as the draft'],
  cancel: ['取消', 'Cancel'],
  download: ['下载', 'Download'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  saved: ['草稿已保存', 'Draft saved'],
  label: ['草稿的 YAML', 'The draft as YAML'],
})

/** The draft as a file, to read, edit and download. */
export function YamlTab({ book, draft }: { book: Playbook; draft: Draft }) {
  const t = useText(said)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const area = useRef<Area>(null)
  const [text, setText] = useState<string>()
  const [problem, setProblem] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const asked = useQuery({
    queryKey: ['get', '/playbooks/{id}/yaml', book.id, book.updated_at],
    queryFn: () => must(call.GET('/playbooks/{id}/yaml', { params: { path: { id: book.id } }, parseAs: 'text' })) as Promise<string>,
  })
  const save = async () => {
    setBusy(true)
    try {
      await must(call.PUT('/playbooks/{id}/yaml', { params: { path: { id: book.id } }, body: text as never, bodySerializer: (b) => b as never, headers: { 'Content-Type': 'application/yaml' } }))
      for (const key of ['/playbooks/{id}', '/playbooks', '/playbooks/{id}/changes']) void client.invalidateQueries({ queryKey: ['get', key] })
      setText(undefined)
      setProblem(undefined)
      void message.success(t.saved)
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  const isWriter = may('playbooks.write') && book.state !== 'ended'
  return (
    <Asked query={asked}>{(yaml) => (
      <div className="y-playbooks-yaml">
        <div className="y-rowline">
          <span className="y-faint y-grow">{t.note}</span>
          <Button onClick={() => void navigator.clipboard.writeText(yaml).then(() => message.success(t.copied))}>{t.copy}</Button>
          <Button onClick={() => download(new Blob([`# yutang playbook ${book.id}\n${yaml}`], { type: 'application/yaml' }), `${book.name}.yaml`)}>{t.download}</Button>
          {isWriter && (text === undefined
            ? <Button type="primary" disabled={draft.isDirty} onClick={() => setText(yaml)}>{t.edit}</Button>
            : <><Button onClick={() => { setText(undefined); setProblem(undefined) }}>{t.cancel}</Button><Button type="primary" loading={isBusy} onClick={() => void save()}>{t.save}</Button></>)}
        </div>
        {draft.isDirty && <Alert type="info" showIcon title={t.dirty} />}
        {problem && text !== undefined && <YamlFaults text={text} problem={problem} area={area} />}
        <Input.TextArea ref={area} aria-label={t.label} className="y-mono" spellCheck={false} readOnly={text === undefined} value={text ?? yaml} onChange={(e) => setText(e.target.value)} />
      </div>
    )}</Asked>
  )
}
