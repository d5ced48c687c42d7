import { named, texts, useLang, useText, words } from '@shared/i18n'
import { Button, TextArea } from 'antd-mobile'
import { useState } from 'react'
import type { Task } from '../types'
import { Chip, Face, useStanding } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Link } from '../ui/Page'
import { useSend } from '../ui/sending'
import { common, results } from '../ui/words'
import { useMe, useTaskActs } from './acts'
import { due, near } from './due'
import { isOpen, otherResults } from './list'
import { ScriptText } from './ScriptText'

const said = texts({
  note: ['加备注', 'Add a note'], noteHint: ['客户说了什么？选择结果时一起保存', 'What did the customer say? It is saved with the result'], late: [(at: string) => `${at} 已到期`, (at: string) => `was due ${at}`],
  orders: [(n: number) => `买过 ${n} 次`, (n: number) => `${n} orders`], noOrders: ['还没买过', 'no orders yet'], passOn: ['转交', 'Hand over'], sendScript: ['发送话术', 'Send the script'], markNow: ['已发送，标记结果：', 'Sent. Mark the result:'],
  customer: ['客户', 'Customer'], pastLate: ['逾期完成', 'done late'], more: ['更多操作', 'More'],
})

/** A task that is open: who, what to say, and one tap to answer. Inside a customer's page the task's title stands for who. */
export function TaskRow({ of: task, script, mine, inside }: { of: Task; script?: string; mine: boolean; inside?: boolean }) {
  const t = useText(said)
  const c = useText(common)
  const lang = useLang()
  const r = words(results, lang)
  const me = useMe()
  const acts = useTaskActs()
  const sending = useSend(task.external_userid)
  const standing = useStanding()
  const [note, setNote] = useState<string>()
  const [touched, setTouched] = useState(false)
  const [first = 'done'] = task.results
  const own = task.script && task.script !== script ? task.script : undefined
  const text = own ?? script
  const about = [...standing(task), task.orders > 0 ? t.orders(task.orders) : t.noOrders].join(' · ')
  const say = async () => {
    if (text && (await sending.send({ type: 'text', text }))) setTouched(true)
  }
  const pass = async () => {
    const { pickMember } = await import('./pick')
    const to = await pickMember(me?.team ?? [], task.staff, t.passOn, c.cancel)
    if (to) await acts.passOn(task, to)
  }
  return (
    <li className="s-box s-task">
      {inside ? (
        <div className="s-box-head"><b className="s-name">{task.title}</b>{task.state === 'overdue' ? <Chip tone="bad">{t.late(near(task.deadline, lang))}</Chip> : <span className="s-faint">{due(task.deadline, lang)}</span>}</div>
      ) : task.customer ? (
        <div className="s-who">
          <Face name={task.customer_name ?? '?'} of={task.customer} />
          <div className="s-grow">
            {task.external_userid ? <Link to={`/customers/${task.external_userid}`} className="s-name">{task.customer_name || `${t.customer} ${task.customer}`}</Link> : <b className="s-name">{task.customer_name || `${t.customer} ${task.customer}`}</b>}
            <p className="s-faint">{about}</p>
          </div>
          {task.state === 'overdue' && <Chip tone="bad">{t.late(near(task.deadline, lang))}</Chip>}
        </div>
      ) : task.state === 'overdue' && <Chip tone="bad">{t.late(near(task.deadline, lang))}</Chip>}
      {own && <ScriptText text={own} />}
      {(task.checklist ?? []).length > 0 && (
        <ul className="s-ticks">{task.checklist?.map((item, n) => {
          const on = task.ticks?.includes(n) ?? false
          return <li key={item}><button type="button" role="checkbox" aria-checked={on} onClick={() => void acts.tick(task, n, !on)}><span className="s-tick">{on && <Icon name="check" size={16} />}</span><span>{item}</span></button></li>
        })}</ul>
      )}
      {mine && task.customer && (
        <div className="s-row">
          {text && <Button color="primary" fill={touched ? 'outline' : 'solid'} className="s-grow" onClick={() => void say()}><Icon name={sending.direct ? 'send' : sending.canOpen ? 'chat' : 'copy'} size={18} /> {sending.direct ? t.sendScript : sending.canOpen ? c.chat : c.copy}</Button>}
          {!text && sending.open && <Button color="primary" fill="outline" className="s-grow" onClick={() => void sending.open?.()}><Icon name="chat" size={18} /> {c.chat}</Button>}
          {text && (sending.direct || sending.canOpen) && <Button onClick={() => void sending.copy(text)} aria-label={c.copy}><Icon name="copy" size={18} /></Button>}
        </div>
      )}
      {touched && <p className="s-hint" role="status">{t.markNow}</p>}
      <div className="s-row s-results">
        <Button color={touched || !task.customer ? 'success' : 'default'} className="s-grow s-done" onClick={() => void acts.finish(task, first, note)}><Icon name="check" size={18} /> {named(r, first)}</Button>
        {otherResults(task).map((x) => <Button key={x} className="s-grow" onClick={() => void acts.finish(task, x, note)}>{named(r, x)}</Button>)}
      </div>
      <div className="s-row s-small">
        {note === undefined && <button type="button" className="s-text-button" onClick={() => setNote('')}><Icon name="plus" size={15} />{t.note}</button>}
        {me?.leads && isOpen(task) && <button type="button" className="s-text-button" onClick={() => void pass()}><Icon name="swap" size={15} />{t.passOn}</button>}
      </div>
      {note !== undefined && <TextArea value={note} onChange={setNote} maxLength={500} rows={2} placeholder={t.noteHint} aria-label={t.note} />}
    </li>
  )
}

/** A task that is done: what came of it. */
export function DoneRow({ of: task, undo }: { of: Task; undo?: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const lang = useLang()
  const name = task.customer_name || task.title
  return (
    <li className="s-box s-done-row">
      <Face name={name} of={task.customer ?? task.id} />
      <div className="s-grow">
        <b>{name}</b>
        <p className="s-faint">{named(words(results, lang), task.result)}{task.ended_at && ` · ${near(task.ended_at, lang)}`}{task.late && ` · ${t.pastLate}`}</p>
        {task.note && <p className="s-note">{task.note}</p>}
      </div>
      {undo && <button type="button" className="s-text-button" onClick={undo}>{c.undo}</button>}
    </li>
  )
}
