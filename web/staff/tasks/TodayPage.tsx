import { api } from '@shared/api/client'
import { brandZone, num } from '@shared/format'
import { lang, texts, useText } from '@shared/i18n'
import { PullToRefresh } from 'antd-mobile'
import type { Pile } from '../types'
import { Bar } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Link, Page } from '../ui/Page'
import { Asked, Empty } from '../ui/states'
import { useMe } from './acts'
import { PileRow } from './PileRow'
import { progress, sortPiles } from './list'

const said = texts({
  title: ['今日任务', 'Today'], hello: [(name: string) => `${name}，今天的任务`, (name: string) => `${name}, your tasks today`], allDone: [(name: string) => `${name}，今天都完成了`, (name: string) => `${name}, all done today`],
  late: ['已逾期', 'Overdue'], open: ['待完成', 'To do'], done: ['今天完成', 'Done today'], of: [(d: string, n: string) => `已完成 ${d} / ${n}`, (d: string, n: string) => `${d} of ${n} done`],
  none: ['今天没有任务', 'Nothing to do today'], noneWhy: ['SOP 需要你跟进客户时，任务会出现在这里，企业微信也会提醒你。现在可以看看客户，或挑一条话术去问候。', 'When a playbook needs you, the task is here and WeCom tells you. Until then look at your customers, or greet one with a script.'],
  customers: ['看我的客户', 'My customers'], queued: [(n: number) => `还有 ${n} 项在排队，会在合适的时间安排给你`, (n: number) => `${n} more wait for their turn`], team: ['团队任务', 'My team'],
})

/** What the member has to do today. */
export function TodayPage() {
  const t = useText(said)
  const me = useMe()
  const q = api.useQuery('get', '/panel/tasks', {}, { refetchInterval: 60_000 })
  const right = me?.leads && <Link to="/tasks/team" className="s-head-link"><Icon name="team" size={20} />{t.team}</Link>
  return (
    <Page title={t.title} right={right}>
      <PullToRefresh onRefresh={async () => { await q.refetch() }}>
        <Asked of={q} rows={4}>{(today) => {
          const cards = today.cards ?? []
          const { late, open, done } = sortPiles(cards)
          const { done: d, total } = progress(cards, today.done)
          return (
            <>
              {total > 0 && (
                <section className="s-sum">
                  <p className="s-faint">{date()}</p>
                  <h2>{late.length + open.length === 0 ? t.allDone(me?.name ?? '') : t.hello(me?.name ?? '')}</h2>
                  <p>{t.of(num(d), num(total))}</p>
                  <Bar done={d} of={total} />
                </section>
              )}
              {total === 0 && cards.length === 0 && <Empty icon="today" title={t.none} action={<Link to="/customers" className="s-button">{t.customers}</Link>}>{t.noneWhy}</Empty>}
              <Group title={t.late} cards={late} bad />
              <Group title={t.open} cards={open} />
              {today.queued > 0 && <p className="s-hint"><Icon name="clock" size={16} />{t.queued(today.queued)}</p>}
              <Group title={t.done} cards={done} />
            </>
          )
        }}</Asked>
      </PullToRefresh>
    </Page>
  )
}

const date = () => new Intl.DateTimeFormat(lang(), { timeZone: brandZone(), month: 'long', day: 'numeric', weekday: 'long' }).format(new Date())

function Group({ title, cards, bad }: { title: string; cards: Pile[]; bad?: boolean }) {
  if (cards.length === 0) return null
  return (
    <section>
      <h2 className={bad ? 's-label s-label-bad' : 's-label'}>{title} · {cards.length}</h2>
      <ul className="s-list">{cards.map((c) => <li key={c.id}><PileRow of={c} /></li>)}</ul>
    </section>
  )
}
