import { api } from '@shared/api/client'
import { num, pct, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Card, Columns, Facts } from '../../ui/PageShell'
import { Asked, Empty } from '../../ui/states'
import { Bar } from './kit'
import { channelWords } from './words'

const said = texts({
  month: ['每位客户每月条数等于当月天数', 'As many a month as it has days, per customer'], week: ['每位客户每周 7 条', '7 a week per customer'], day: ['每位客户每天 1 条', '1 a day per customer'], rule: ['平台规则', 'Platform’s rule'], limit: ['每位客户上限', 'Per customer'], used: ['本期已用', 'Used in this period'],
  messages: [(n: string) => `${n} 条`, (n: string) => `${n} messages`], full: ['已满的客户', 'Customers that are full'], resets: ['重新计算', 'Resets'], dist: ['客户各用了几条', 'Customers by messages had'], n: [(n: string) => `${n} 条`, (n: string) => `${n}`], people: [(n: string) => `${n} 位`, (n: string) => `${n}`], nothing: ['本期还没有用', 'Nothing used in this period'],
  none: ['还没有平台额度', 'No quotas yet'], about: ['接入企业微信后，这里显示每位客户还能收到几条群发。', 'Once WeCom is connected, this shows how many mass messages each customer may still get.'], staff: ['员工确认能力', 'Capacity of staff'], staffIs: ['每名员工每天最多请求确认', 'A member is asked for at most'], unlimited: ['不限', 'No limit'], aDay: [(n: string) => `${n} 条`, (n: string) => `${n} messages a day`],
  staffNote: ['超出的消息顺延到第二天（计划里显示“员工当日确认已满”）。', 'Further messages wait for the next day.'], change: ['调整', 'Change'], manual: ['员工自己发的消息平台不告诉我们；平台拒绝（对方已达上限）后，这位客户在本期内算满。', 'Messages that staff send by themselves are not seen; once the platform refuses, the customer counts as full.'],
})

/** How far the platform's quotas are used, and what staff can take. */
export function BudgetQuota() {
  const t = useText(said)
  const channels = useText(channelWords)
  const quotas = api.useQuery('get', '/budget/quota', {}, { refetchInterval: 60_000 })
  const policy = api.useQuery('get', '/outreach/policy', {})
  const perDay = policy.data?.staff_messages_per_day
  return (
    <Asked query={quotas}>
      {({ items }) => (
        <Columns min={360}>
          {items.length === 0 && <Card><Empty title={t.none}>{t.about}</Empty></Card>}
          {items.map((q) => {
            const most = Math.max(1, ...q.used.map((u) => u.customers))
            const reached = q.used.reduce((n, u) => n + u.customers, 0)
            return (
              <Card key={q.account + q.channel} title={`${named(channels, q.channel)} · ${q.account}`}>
                <Facts items={[[t.rule, named(t, q.rule) as string], [t.limit, t.messages(num(q.limit))], [t.used, t.messages(num(q.messages))], [t.full, `${num(q.full)}${reached > 0 ? ` (${pct(q.full / reached)})` : ''}`], [t.resets, when(q.end)]]} />
                <h3 className="y-h3">{t.dist}</h3>
                {q.used.length === 0 ? <p className="y-faint">{t.nothing}</p> : (
                  <ul className="y-outreach-reasons">
                    {q.used.map((u) => <li key={u.messages}><span>{t.n(num(u.messages))} / {num(q.limit)}</span><span>{t.people(num(u.customers))}</span><Bar of={most} parts={[{ tone: u.messages >= q.limit ? 'warn' : 'live', name: t.n(num(u.messages)), count: u.customers }]} /></li>)}
                  </ul>
                )}
                <p className="y-faint">{t.manual}</p>
              </Card>
            )
          })}
          <Card title={t.staff} extra={<Link to={'/budget' as string} search={{ tab: 'policy' } as never}>{t.change}</Link>}>
            <Facts items={[[t.staffIs, perDay ? t.aDay(num(perDay)) : t.unlimited]]} />
            <p className="y-faint">{t.staffNote}</p>
          </Card>
        </Columns>
      )}
    </Asked>
  )
}
