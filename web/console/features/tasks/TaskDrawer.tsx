import { api } from '@shared/api/client'
import { exactly, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Drawer, Timeline } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { Facts, State } from '../../ui/PageShell'
import { StaffPicker } from '../../ui/pickers'
import { Asked } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { taskTones, taskWords } from '../../ui/words/tasks'
import { happened, reasons } from './words'

const said = texts({
  who: ['负责人', 'Member'], customer: ['客户', 'Customer'], from: ['来自', 'From'], due: ['截止', 'Due'], told: ['通知时间', 'Told'], done: ['完成', 'Done'], result: ['结果', 'Result'], note: ['备注', 'Note'], why: ['原因', 'Why'], waits: ['还在等', 'Waits for'],
  script: ['话术', 'Script'], checklist: ['清单', 'Checklist'], history: ['经过', 'History'], messages: ['发给员工的消息', 'Messages to staff'], cancel: ['取消任务', 'Cancel'], ask: ['取消这个任务？', 'Cancel this task?'], askLead: ['员工的手机上会消失，SOP 按「取消」继续。', 'It goes from the phone; the playbook goes on as cancelled.'], over: ['移交给', 'Hand over to'], go: ['移交', 'Hand over'],
  capacity: ['员工今天的任务已满', 'the member has enough for today'], quiet: ['员工免打扰时间', 'quiet hours of staff'],
  planned: ['待发', 'Planned'], attempting: ['发送中', 'Sending'], sent: ['已发', 'Sent'], failed: ['失败', 'Failed'], unknown: ['结果未知', 'Unknown'], dropped: ['不再需要', 'Not needed'],
  told1: ['通知', 'New task'], more: ['补充', 'More'], remind: ['提醒', 'Reminder'], escalate: ['升级', 'Escalation'],
})

/** A task with its history, and what a leader can do about it. */
export function TaskDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const states = useText(taskWords)
  const whys = useText(reasons)
  const acts = useText(happened)
  const may = useMay()
  const member = useStaffName()
  const sure = useSure()
  const cache = useQueryClient()
  const [to, setTo] = useState<string[]>([])
  const path = { params: { path: { id } } }
  const one = api.useQuery('get', '/tasks/{id}', path)
  const again = () => { void cache.invalidateQueries({ queryKey: ['get', '/tasks'] }); void cache.invalidateQueries({ queryKey: ['get', '/tasks/{id}'] }) }
  const cancel = api.useMutation('post', '/tasks/{id}/cancel', { onSuccess: again })
  const over = api.useMutation('post', '/tasks/{id}/hand-over', { onSuccess: () => { setTo([]); again() }, onError: useOops() })
  const live = ['planned', 'unassigned', 'queued', 'open', 'overdue'].includes(one.data?.state ?? '')
  return (
    <Drawer
      open onClose={onClose} size={520} title={one.data?.title}
      extra={live && may('tasks.write') && <Button size="small" danger onClick={() => sure({ title: t.ask, content: t.askLead, ok: t.cancel, danger: true, go: () => cancel.mutateAsync(path) })}>{t.cancel}</Button>}
    >
      <Asked query={one}>
        {(x) => (
          <div className="y-stack">
            <div><State tone={taskTones[x.state] ?? 'quiet'}>{named(states, x.state)}</State></div>
            <Facts items={[
              [t.who, x.staff ? member(x.staff) : '–'], Boolean(x.customer) && [t.customer, <Who key="c" id={x.customer} />], Boolean(x.playbook) && [t.from, <Link key="p" to={`/playbooks/${x.playbook}` as string}>{x.name || x.playbook} · {x.step}</Link>],
              Boolean(x.deadline) && [t.due, when(x.deadline)], Boolean(x.told_at) && [t.told, when(x.told_at)], Boolean(x.ended_at) && [t.done, when(x.ended_at)], Boolean(x.result) && [t.result, x.result], Boolean(x.note) && [t.note, x.note],
              Boolean(x.reason) && [t.why, named(whys, x.reason)], Boolean(x.waits) && [t.waits, x.waits === 'capacity' ? t.capacity : x.waits === 'quiet' ? t.quiet : x.waits],
            ]} />
            {x.script && <section><h3 className="y-h3">{t.script}</h3><p className="y-quote">{x.script}</p></section>}
            {Boolean(x.checklist?.length) && <section><h3 className="y-h3">{t.checklist}</h3><ul>{x.checklist?.map((line, i) => <li key={line}>{x.ticks?.[i] ? '☑' : '☐'} {line}</li>)}</ul></section>}
            {live && may('tasks.write') && (
              <div className="y-rowline"><StaffPicker single corp={x.corp} value={to} onChange={setTo} placeholder={t.over} /><Button disabled={!to[0]} loading={over.isPending} onClick={() => over.mutate({ ...path, body: { to: to[0] ?? '' } })}>{t.go}</Button></div>
            )}
            <section>
              <h3 className="y-h3">{t.history}</h3>
              <Timeline items={(x.history ?? []).map((h) => ({ content: <><b>{named(acts, h.what)}</b> {h.staff} {h.to && `→ ${h.to}`} <span className="y-faint">{h.detail} {exactly(h.at)}</span></> }))} />
            </section>
            {Boolean(x.messages?.length) && (
              <section>
                <h3 className="y-h3">{t.messages}</h3>
                <ul className="y-plainlist">{x.messages?.map((m) => <li key={m.id}>{m.kind === 'told' ? t.told1 : t[m.kind]} · {t[m.state]} <span className="y-faint">{m.reason} {exactly(m.created_at)}</span></li>)}</ul>
              </section>
            )}
          </div>
        )}
      </Asked>
    </Drawer>
  )
}
