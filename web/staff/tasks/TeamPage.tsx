import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useRoute } from '../route'
import { Chip, Face } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Link, Page } from '../ui/Page'
import { Asked, Empty } from '../ui/states'
import { common } from '../ui/words'
import { useMe, useTaskActs } from './acts'
import { PileRow } from './PileRow'

const said = texts({
  title: ['团队任务', 'My team'], late: [(n: number) => `${n} 逾期`, (n: number) => `${n} overdue`], open: [(n: number) => `${n} 待完成`, (n: number) => `${n} to do`], done: [(n: number) => `今天完成 ${n}`, (n: number) => `${n} done today`],
  none: ['团队今天没有任务', 'Your team has nothing to do today'], noneWhy: ['成员收到 SOP 任务后，进度会出现在这里；逾期的会先提醒你。', 'When a playbook gives tasks to members, how far they are is here. You hear of overdue ones.'],
  alone: ['只有负责人能看团队任务', 'Only leaders see the tasks of a team'], over: ['全部转交给同事', 'Hand all over to a colleague'], of: [(name: string) => `${name} 的任务`, (name: string) => `Tasks of ${name}`],
})

/** What the members whom the viewer leads have to do. */
export function TeamPage() {
  const t = useText(said)
  const me = useMe()
  const q = api.useQuery('get', '/panel/tasks/team', {})
  return (
    <Page title={t.title} parent="/tasks">
      <Asked of={q}>{({ items }) => (
        <>
          {!me?.leads && <p className="s-hint">{t.alone}</p>}
          {items?.length === 0 && <Empty icon="team" title={t.none}>{t.noneWhy}</Empty>}
          <ul className="s-list">{items?.map((m) => (
            <li key={m.staff}><Link to={`/tasks/team/${encodeURIComponent(m.staff)}`} className="s-box s-who">
              <Face name={m.name} of={m.staff} />
              <span className="s-grow"><b className="s-name">{m.name}</b><span className="s-tags">{m.overdue > 0 && <Chip tone="bad">{t.late(m.overdue)}</Chip>}{m.open > 0 && <Chip>{t.open(m.open)}</Chip>}{m.done > 0 && <Chip tone="good">{t.done(m.done)}</Chip>}</span></span>
              <Icon name="next" size={18} />
            </Link></li>
          ))}</ul>
        </>
      )}</Asked>
    </Page>
  )
}

/** The cards of one member, for who leads the member. */
export function MatePage() {
  const t = useText(said)
  const c = useText(common)
  const me = useMe()
  const acts = useTaskActs()
  const staff = useRoute().params.staff ?? ''
  const q = api.useQuery('get', '/panel/tasks', { params: { query: { staff } } })
  const name = me?.team?.find((m) => m.staff === staff)?.name ?? staff
  const pass = async () => {
    const { pickMember } = await import('./pick')
    const to = await pickMember(me?.team ?? [], staff, t.over, c.cancel)
    if (to) await acts.passAll(staff, to)
  }
  return (
    <Page title={t.of(name)} parent="/tasks/team">
      <Asked of={q}>{({ cards }) => (
        <>
          {cards?.length === 0 && <Empty icon="today" title={t.none} />}
          <ul className="s-list">{cards?.map((x) => <li key={x.id}><PileRow of={x} /></li>)}</ul>
          {me?.leads && cards?.some((x) => x.open + x.overdue > 0) && <button type="button" className="s-button s-button-quiet" onClick={() => void pass()}><Icon name="swap" size={18} />{t.over}</button>}
        </>
      )}</Asked>
    </Page>
  )
}
