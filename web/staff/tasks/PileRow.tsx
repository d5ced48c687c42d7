import { texts, useLang, useText } from '@shared/i18n'
import type { Pile } from '../types'
import { Bar, Chip } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Link } from '../ui/Page'
import { due } from './due'

const said = texts({
  left: [(n: number, of: number) => (n === of ? `${n} 项待完成` : `还剩 ${n} / ${of} 项`), (n: number, of: number) => (n === of ? `${n} to do` : `${n} of ${of} left`)],
  done: [(n: number) => `${n} 项已完成`, (n: number) => `${n} done`], late: [(n: number) => `${n} 项逾期`, (n: number) => `${n} overdue`],
})

/** A card in a list: what, how much is left, until when. */
export function PileRow({ of: c }: { of: Pile }) {
  const t = useText(said)
  const lang = useLang()
  const left = c.open + c.overdue
  const total = left + c.done
  return (
    <Link to={`/tasks/${c.id}`} className={c.overdue > 0 ? 's-pile s-pile-late' : left === 0 ? 's-pile s-pile-done' : 's-pile'}>
      <span className="s-pile-top"><b>{c.title}</b><Icon name="next" size={18} /></span>
      {c.playbook && c.playbook !== c.title && <span className="s-faint s-cut">{c.playbook}</span>}
      <span className="s-pile-line">
        <span>{left ? t.left(left, total) : t.done(c.done)}</span>
        {c.overdue > 0 ? <Chip tone="bad">{t.late(c.overdue)}</Chip> : left > 0 && c.next_deadline && <span className="s-faint">{due(c.next_deadline, lang)}</span>}
      </span>
      <Bar done={c.done} of={total} late={c.overdue > 0} />
    </Link>
  )
}
