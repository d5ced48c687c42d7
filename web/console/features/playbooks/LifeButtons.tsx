import { api } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Button, Dropdown, Input, Tooltip } from 'antd'
import { useRef, useState } from 'react'
import MoreOutlined from '@ant-design/icons/MoreOutlined'
import { call, must } from '@shared/api/client'
import { useMay, useMe } from '../../app/session'
import { useSure } from '../../ui/forms'
import type { Draft, Playbook } from './data'
import { StartRun } from './StartRun'

const said = texts({
  publish: ['发布', 'Publish'],
  again: ['发布新版', 'Publish anew'],
  submit: ['提交审批', 'Submit'],
  submitNote: ['提交后由有审批权限的同事批准，批准后才能发布；再改草稿需要重新提交。', 'A colleague approves it before it can be published. Changing the draft again needs another approval.'],
  approve: ['批准', 'Approve'],
  approveNote: ['批准只是允许发布，不会马上生效。', 'Approval lets it be published; nothing starts yet.'],
  waits: ['等另一位同事批准', 'A colleague has to approve it'],
  reject: ['退回', 'Give back'],
  rejectNote: ['写明要改什么，提交人会看到。', 'Say what should change; who submitted it sees that.'],
  reason: ['退回原因', 'Reason'],
  pause: ['暂停', 'Pause'],
  pauseNote: [(n: string) => `暂停后没有人会再进入；${n} 个进行中的实例停在原地，待发的消息先不发。恢复后接着走。`, (n: string) => `Nobody enters. ${n} runs stand still, planned touches wait. After resuming they go on.`],
  resume: ['恢复运行', 'Resume'],
  resumeNote: ['恢复后重新接收客户，停住的实例接着走，到期的等待会陆续执行。', 'Customers enter again and runs go on; waits that are over are carried out.'],
  end: ['结束', 'End'],
  endNote: [(n: string) => `结束不可撤销：${n} 个进行中的实例立即停止，待发消息不再发送，员工未完成的任务取消。数据保留。`, (n: string) => `This cannot be undone: ${n} runs stop, planned touches are not sent, open tasks are cancelled. Numbers stay.`],
  drop: ['删除草稿', 'Delete the draft'],
  dropNote: ['这条 SOP 从未发布过，没有实例和数据，删除后不能恢复。', 'It was never published and has no runs or numbers. This cannot be undone.'],
  dropped: ['草稿已删除', 'Draft deleted'],
  start: ['为客户启动', 'Start for a customer'],
  copy: ['另存为新 SOP', 'Save as a new playbook'],
  copied: ['已另存为草稿', 'Saved as a draft'],
  copyOf: [(n: string) => `${n} 副本`, (n: string) => `Copy of ${n}`],
  more: ['更多', 'More'],
  save: ['保存草稿', 'Save draft'],
  saved: ['草稿已保存', 'Draft saved'],
  edit: ['编辑', 'Edit'],
  issues: [(n: string) => `还有 ${n} 处未完成`, (n: string) => `${n} places are unfinished`],
  first: ['先保存草稿', 'Save the draft first'],
  needApproval: ['草稿需要先通过审批', 'The draft must be approved first'],
  same: ['草稿和已发布的版本一样', 'The draft is what is published'],
  done: ['已完成', 'Done'],
  fix: ['没有保存：请看左侧标出的问题', 'Not saved: see what is marked'],
})

/** What can be done with a playbook as it stands; each button says what follows. */
export function LifeButtons({ book, draft, onPublish, onEdit }: { book: Playbook; draft: Draft; onPublish: () => void; onEdit: () => void }) {
  const t = useText(said)
  const may = useMay()
  const me = useMe()
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  const note = useRef('')
  const go = useNavigate()
  const [isStarting, setStarting] = useState(false)
  const settings = api.useQuery('get', '/playbook-settings', {}, { staleTime: 60_000 })
  const counts = api.useQuery('get', '/playbooks/{id}/report', { params: { path: { id: book.id } } }, { enabled: book.version > 0, staleTime: 30_000 })
  const changes = api.useQuery('get', '/playbooks/{id}/changes', { params: { path: { id: book.id } } }, { enabled: book.version > 0 })
  const live = num(counts.data?.live ?? 0)
  const refresh = () => { for (const key of ['/playbooks/{id}', '/playbooks', '/playbooks/{id}/report']) void client.invalidateQueries({ queryKey: ['get', key] }) }
  const act = (verb: 'submit' | 'approve' | 'pause' | 'resume' | 'end') => async () => {
    await must(call.POST(`/playbooks/{id}/${verb}`, { params: { path: { id: book.id } } }))
    refresh()
    void message.success(t.done)
  }
  const reject = async () => {
    await must(call.POST('/playbooks/{id}/reject', { params: { path: { id: book.id } }, body: { note: note.current || undefined } }))
    refresh()
  }
  const isWriter = may('playbooks.write') && book.state !== 'ended'
  const needsApproval = settings.data?.approval_required === true && book.review?.state !== 'approved'
  const own = book.review?.submitted_by === me?.id && me?.role !== 'owner'
  const isSame = book.version > 0 && changes.data?.items?.length === 0
  const blocked = draft.issues.length > 0 ? t.issues(num(draft.issues.length)) : draft.isDirty ? t.first : needsApproval ? t.needApproval : isSame ? t.same : ''
  const copy = async () => {
    const made = await must(call.POST('/playbooks', { body: { definition: { ...draft.doc, name: t.copyOf(draft.doc.name) } } }))
    void client.invalidateQueries({ queryKey: ['get', '/playbooks'] })
    void message.success(t.copied)
    await go({ to: '/playbooks/$id', params: { id: made.id }, search: { tab: 'edit' } })
  }
  const drop = async () => {
    await must(call.DELETE('/playbooks/{id}', { params: { path: { id: book.id } } }))
    draft.forget()
    void client.invalidateQueries({ queryKey: ['get', '/playbooks'] })
    void message.success(t.dropped)
    await go({ to: '/playbooks', ignoreBlocker: true })
  }
  const save = async () => { if (await draft.save()) void message.success(t.saved); else { void message.error(draft.problem?.detail ?? t.fix); onEdit() } }
  const items = [
    book.version > 0 && book.state === 'published' && { key: 'start', label: t.start, onClick: () => setStarting(true) },
    { key: 'copy', label: t.copy, onClick: () => void copy() },
    book.state === 'published' && { key: 'pause', label: t.pause, onClick: () => void sure({ title: t.pause, content: t.pauseNote(live), ok: t.pause, go: act('pause') }) },
    (book.state === 'published' || book.state === 'paused') && { key: 'end', danger: true, label: t.end, onClick: () => void sure({ title: t.end, content: t.endNote(live), ok: t.end, danger: true, go: act('end') }) },
    book.version === 0 && { key: 'drop', danger: true, label: t.drop, onClick: () => void sure({ title: `${t.drop} ${book.name}`, content: t.dropNote, ok: t.drop, danger: true, go: drop }) },
  ].filter((i) => i !== false)
  return (
    <>
      {book.review?.state === 'in_review' && may('playbooks.approve') && (
        <>
          {own ? <small className="y-faint">{t.waits}</small> : <Tooltip title={t.approveNote}><Button onClick={() => void sure({ title: t.approve, content: t.approveNote, ok: t.approve, go: act('approve') })}>{t.approve}</Button></Tooltip>}
          <Button
            danger onClick={() => { note.current = ''; void sure({ title: t.reject, ok: t.reject, danger: true, go: reject, content: <label>{t.rejectNote}<Input.TextArea aria-label={t.reason} rows={3} onChange={(e) => { note.current = e.target.value }} /></label> }) }}
          >{t.reject}</Button>
        </>
      )}
      {isWriter && draft.isDirty && <Button loading={draft.isSaving} onClick={() => void save()} aria-keyshortcuts="Control+S">{t.save}</Button>}
      {isWriter && book.state === 'paused' && <Tooltip title={t.resumeNote}><Button onClick={() => void sure({ title: t.resume, content: t.resumeNote, ok: t.resume, go: act('resume') })}>{t.resume}</Button></Tooltip>}
      {isWriter && needsApproval && book.review?.state !== 'in_review' && (
        <Tooltip title={draft.issues.length > 0 || draft.isDirty ? blocked : t.submitNote}>
          <Button disabled={draft.issues.length > 0 || draft.isDirty || isSame} onClick={() => void sure({ title: t.submit, content: t.submitNote, ok: t.submit, go: act('submit') })}>{t.submit}</Button>
        </Tooltip>
      )}
      {isWriter && <Tooltip title={blocked}><Button type="primary" disabled={blocked !== ''} onClick={onPublish}>{book.version > 0 ? t.again : t.publish}</Button></Tooltip>}
      {may('playbooks.write') && <Dropdown menu={{ items }} trigger={['click']}><Button icon={<MoreOutlined />} aria-label={t.more} /></Dropdown>}
      {isStarting && <StartRun book={book} onClose={() => setStarting(false)} />}
    </>
  )
}
