import { api } from '@shared/api/client'
import { texts, useLang, useText } from '@shared/i18n'
import { Button, Dialog } from 'antd-mobile'
import { useState } from 'react'
import { useRoute } from '../route'
import type { Card } from '../types'
import { Bar, Chip } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { useSend } from '../ui/sending'
import { Asked, Empty } from '../ui/states'
import { common } from '../ui/words'
import { useMe, useTaskActs } from './acts'
import { due } from './due'
import { canUndo, isOpen, sameScript } from './list'
import { Pieces } from './Pieces'
import { ScriptText } from './ScriptText'
import { DoneRow, TaskRow } from './TaskRow'

const said = texts({
  title: ['任务', 'Task'], of: [(name: string) => `${name} 的任务`, (name: string) => `A task of ${name}`], script: ['话术', 'What to say'], open: ['待完成', 'To do'], done: ['已完成', 'Done'],
  progress: [(d: number, n: number) => `已完成 ${d} / ${n}`, (d: number, n: number) => `${d} of ${n} done`], all: ['全部标记为完成', 'Mark all as done'], allSure: [(n: number) => `${n} 项将一起标记为完成。确定都做完了吗？`, (n: number) => `${n} will be marked as done at once. Are they all done?`],
  more: [(n: number) => `再显示 ${n} 位`, (n: number) => `${n} more`], finished: ['这张卡片完成了', 'This card is done'], finishedWhy: ['客户的反馈会进入时间线，SOP 会据此继续。', 'What came of it stands in the timeline, and the playbook goes on.'],
  gone: ['没有任务了', 'No tasks here'], goneWhy: ['这里的任务已经转给同事或撤回。', 'The tasks of this card were handed over or taken back.'],
})

const step = 30

/** A card: what to say, and the customers whom it is about. */
export function CardPage() {
  const t = useText(said)
  const { params } = useRoute()
  const q = api.useQuery('get', '/panel/tasks/cards/{id}', { params: { path: { id: params.card ?? '' } } })
  return <Page title={q.data?.title ?? t.title} parent="/tasks"><Asked of={q}>{(card) => <Work of={card} />}</Asked></Page>
}

function Work({ of: card }: { of: Card }) {
  const t = useText(said)
  const c = useText(common)
  const lang = useLang()
  const me = useMe()
  const acts = useTaskActs()
  const sending = useSend()
  const [shown, setShown] = useState(step)
  const items = card.items ?? []
  const open = items.filter(isOpen)
  const done = items.filter((x) => x.state === 'done')
  const script = sameScript(items)
  const mine = card.staff === me?.staff
  const late = open.some((x) => x.state === 'overdue')
  const first = open.map((x) => x.deadline).sort()[0]
  const all = async () => {
    if (await Dialog.confirm({ content: t.allSure(open.length), confirmText: c.confirm, cancelText: c.cancel })) await acts.finishAll(card.id)
  }
  if (items.length === 0) return <Empty icon="today" title={t.gone}>{t.goneWhy}</Empty>
  return (
    <>
      <section className="s-sum">
        {!mine && <p><Chip tone="live">{t.of(card.staff_name || card.staff)}</Chip></p>}
        <p className="s-pile-line"><span>{t.progress(done.length, items.length)}</span>{first && <span className={late ? 's-bad-text' : 's-faint'}>{due(first, lang)}</span>}</p>
        <Bar done={done.length} of={items.length} late={late} />
      </section>
      {script && (
        <section className="s-box">
          <div className="s-box-head"><h2>{t.script}</h2><button type="button" className="s-text-button" onClick={() => void sending.copy(script)}><Icon name="copy" size={16} />{c.copy}</button></div>
          <ScriptText text={script} />
          <Pieces of={card.materials ?? []} />
        </section>
      )}
      {!script && <Pieces of={card.materials ?? []} />}
      {open.length > 0 && <h2 className="s-label">{t.open} · {open.length}</h2>}
      <ul className="s-list">{open.slice(0, shown).map((x) => <TaskRow key={x.id} of={x} script={script} mine={mine} />)}</ul>
      {open.length > shown && <Button block onClick={() => setShown(shown + step)}>{t.more(Math.min(step, open.length - shown))}</Button>}
      {open.length > 1 && <Button block fill="none" className="s-all" onClick={() => void all()}>{t.all}</Button>}
      {open.length === 0 && <Empty icon="check" title={t.finished}>{t.finishedWhy}</Empty>}
      {done.length > 0 && <h2 className="s-label">{t.done} · {done.length}</h2>}
      <ul className="s-list">{done.slice(0, 50).map((x) => <DoneRow key={x.id} of={x} undo={canUndo(x, card.undo_minutes, Date.now()) ? () => void acts.undo(x) : undefined} />)}</ul>
    </>
  )
}
