import { call, must, problemOf } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Input, Progress } from 'antd'
import { useState } from 'react'
import { DrawerForm } from '../../ui/forms'
import { brandMoment, brandWall, MomentPicker } from '../../ui/MomentPicker'
import { CorpPicker, StaffPicker, useCorps } from '../../ui/pickers'
import type { Checklist } from './Checklists'

const said = texts({
  title: [(n: string) => `发起检查 · ${n}`, (n: string) => `Start audits · ${n}`],
  accounts: ['检查哪些员工的账号', 'Whose accounts'],
  accountsHelp: ['每位员工收到一条任务，在手机上逐项打勾、拍照、写备注。', 'Each gets a task and ticks the items on the phone, with photos and notes.'],
  group: ['客户群 ID', 'Id of the group'],
  campaign: ['活动名称', 'Name of the campaign'],
  by: ['由谁检查', 'Who looks'],
  due: ['截止日期', 'Due'],
  start: [(n: string) => `发起 ${n} 份检查`, (n: string) => `Start ${n}`],
  started: [(n: string) => `已发起 ${n} 份检查`, (n: string) => `${n} audits started`],
})

/** Holds a checklist against accounts, a group or a campaign. */
export function AuditStart({ checklist, onClose }: { checklist: Checklist; onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const client = useQueryClient()
  const { first } = useCorps()
  const [corp, setCorp] = useState<string>()
  const [staff, setStaff] = useState<string[]>([])
  const [subject, setSubject] = useState('')
  const [due, setDue] = useState(() => brandMoment(brandWall(Date.now()).add(7, 'day').endOf('day')))
  const [done, setDone] = useState<number>()
  const [problem, setProblem] = useState<unknown>()
  const of = corp ?? first ?? ''
  const accounts = checklist.about === 'account'
  const subjects = accounts ? staff : subject.trim() && staff[0] ? [subject.trim()] : []
  const go = async () => {
    setProblem(undefined)
    try {
      for (const [i, one] of subjects.entries()) {
        setDone(i)
        await must(call.POST('/audits', { body: { checklist: checklist.id, corp: of, subject: one, due_at: due, ...(accounts ? {} : { staff: staff[0] }) } }))
      }
      message.success(t.started(num(subjects.length)))
      onClose()
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setDone(undefined)
      void client.invalidateQueries({ queryKey: ['get', '/audits'] })
    }
  }
  return (
    <DrawerForm open title={t.title(checklist.name)} onClose={onClose} onSave={() => void go()} saving={done !== undefined} disabled={subjects.length === 0 || !of} okText={t.start(num(subjects.length))} problem={problem}>
      <div className="y-stack">
        <CorpPicker value={corp} onChange={setCorp} />
        {!accounts && <label className="y-content-field"><span>{checklist.about === 'group' ? t.group : t.campaign}</span><Input value={subject} maxLength={100} onChange={(e) => setSubject(e.target.value)} /></label>}
        <label className="y-content-field"><span>{accounts ? t.accounts : t.by}</span><StaffPicker corp={of} single={!accounts} value={staff} onChange={setStaff} aria-label={accounts ? t.accounts : t.by} style={{ width: '100%' }} /></label>
        {accounts && <small className="y-faint">{t.accountsHelp}</small>}
        <label className="y-content-field"><span>{t.due}</span><MomentPicker day value={due} allowClear={false} only="future" onChange={(at) => { if (at) setDue(at) }} /></label>
        {done !== undefined && <Progress percent={Math.round((done / subjects.length) * 100)} />}
      </div>
    </DrawerForm>
  )
}
