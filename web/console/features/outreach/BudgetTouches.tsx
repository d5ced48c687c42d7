import { api, byCursor, type Schema } from '@shared/api/client'
import { day, isoDay, money, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Checkbox, Drawer, Select, Tooltip } from 'antd'
import { FilterBar } from '../../ui/FilterBar'
import { State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { Asked, Empty, NoMatch } from '../../ui/states'
import { Who } from '../../ui/Who'
import { Origin, useBooks } from './kit'
import { daysOf } from './planModel'
import { channels, channelWords, reasonOf, reasonWords } from './words'

const said = texts({
  label: ['逐人计划', 'By customer'], customer: ['客户', 'Customer'], from: ['来自', 'From'], step: ['步骤', 'Step'], channel: ['渠道', 'Channel'], at: ['时间', 'When'], priority: ['优先级', 'Priority'], value: ['预期收入', 'Expected'], verdict: ['结论', 'Verdict'], rule: ['哪条规则', 'The rule'], send: ['会发出', 'Will be sent'],
  day: ['日期', 'Day'], book: ['SOP', 'Playbook'], shifted: ['只看顺延的', 'Only put off'], off: [(at: string) => `原定 ${at}`, (at: string) => `due ${at}`], none: ['没有这样的安排', 'Nothing of that kind is planned'], one: [(id: string) => `${id} 未来 7 天`, (id: string) => `${id}: the next 7 days`], page: ['客户资料', 'The customer'],
  transactional: ['服务通知', 'transactional'], expires: ['最晚', 'Until'], nothing: ['未来 7 天没有给这位客户的触达', 'Nothing is planned for this customer'],
})

const route = getRouteApi('/shell/budget')
const reasons = ['capped', 'outranked', 'quota', 'staff_full', 'no_consent', 'no_address', 'no_contact', 'holdout', 'quiet'] as const

/** The touches of the plan, one customer after another. */
export function BudgetTouches() {
  const t = useText(said)
  const words = useText(channelWords)
  const why = useText(reasonWords)
  const search = route.useSearch()
  const go = route.useNavigate()
  const books = useBooks()
  const { day: on, channel, verdict, playbook, step, source, shifted, customer } = search
  const list = api.useInfiniteQuery('get', '/budget/plan/touches', { params: { query: { day: on, channel, verdict, playbook, step, source, shifted, limit: 100 } } }, byCursor)
  const set = (part: Partial<typeof search>) => void go({ search: (s) => ({ ...s, tab: 'touches', ...part }), replace: true })
  const filtered = Boolean(on || channel || verdict || playbook || step || source || shifted)
  const clear = () => void go({ search: { tab: 'touches' }, replace: true })
  return (
    <div className="y-stack">
      <FilterBar active={filtered} onReset={clear}>
        <Select allowClear placeholder={t.day} aria-label={t.day} style={{ width: 140 }} value={on} onChange={(v?: string) => set({ day: v })} options={daysOf(isoDay(new Date()), 8).map((d) => ({ value: d, label: day(d) }))} />
        <Select allowClear placeholder={t.channel} aria-label={t.channel} style={{ width: 150 }} value={channel} onChange={(v?: string) => set({ channel: v })} options={channels.map((c) => ({ value: c, label: named(words, c) }))} />
        <Select allowClear placeholder={t.verdict} aria-label={t.verdict} style={{ width: 180 }} value={verdict} onChange={(v?: string) => set({ verdict: v })} options={[{ value: 'send', label: t.send }, ...reasons.map((r) => ({ value: r, label: named(why, r) }))]} />
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t.book} aria-label={t.book} style={{ width: 190 }} value={playbook} onChange={(v?: string) => set({ playbook: v, step: undefined })} options={books.items.map((b) => ({ value: b.id, label: b.name }))} />
        <Checkbox checked={shifted ?? false} onChange={(e) => set({ shifted: e.target.checked || undefined })}>{t.shifted}</Checkbox>
      </FilterBar>
      <QueryTable
        id="plan-touches" label={t.label} query={list} rowKey="id" height={560} empty={filtered ? <NoMatch onClear={clear} /> : <Empty title={t.none} />} onOpen={(x) => set({ customer: x.customer })}
        columns={[
          { key: 'customer', title: t.customer, width: 150, always: true, render: (_, x) => <Who id={x.customer} /> }, { key: 'from', title: t.from, width: 190, render: (_, x) => <Origin id={x.playbook} name={x.name} /> }, { key: 'step', title: t.step, width: 120, render: (_, x) => x.step },
          { key: 'channel', title: t.channel, width: 120, render: (_, x) => named(words, x.channel) }, { key: 'at', title: t.at, width: 160, render: (_, x) => <At touch={x} /> }, { key: 'priority', title: t.priority, width: 80, num: true, render: (_, x) => num(x.priority) },
          { key: 'value', title: t.value, width: 100, num: true, render: (_, x) => money(x.value) }, { key: 'verdict', title: t.verdict, width: 190, render: (_, x) => <Verdict touch={x} /> },
        ]}
      />
      {customer && <OneCustomer id={customer} onClose={() => set({ customer: undefined })} />}
    </div>
  )
}

function At({ touch: x }: { touch: Schema<'BudgetTouch'> }) {
  const t = useText(said)
  return x.shifted ? <Tooltip title={t.off(when(x.due))}><span tabIndex={0}>{when(x.at)} ↷</span></Tooltip> : <>{when(x.at)}</>
}

function Verdict({ touch: x }: { touch: Schema<'BudgetTouch'> }) {
  const t = useText(said)
  const why = useText(reasonWords)
  return x.verdict === 'send' ? <State tone="good">{t.send}</State> : <State tone="warn">{reasonOf(why, x.verdict)}</State>
}

/** Everything that is planned for one customer, in order, with the rule that decides each. */
function OneCustomer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const words = useText(channelWords)
  const plan = api.useQuery('get', '/budget/plan/customers/{id}', { params: { path: { id } } })
  return (
    <Drawer open onClose={onClose} size={520} title={t.one(id)} extra={<Link to={`/customers/${id}` as string}>{t.page}</Link>}>
      <Asked query={plan}>
        {(p) => (p.items.length === 0 ? <Empty title={t.nothing} /> : (
          <ul className="y-outreach-reasons">
            {p.items.map((x) => (
              <li key={x.id}>
                <span><Origin id={x.playbook} name={x.name} /> <span className="y-faint">· {x.step} · {named(words, x.channel)}</span></span><Verdict touch={x} />
                <small><At touch={x} /> · {t.priority} {num(x.priority)} · {t.value} {money(x.value)}{x.transactional && ` · ${t.transactional}`} · {t.expires} {when(x.expires_at)}</small>
                {x.detail && <small>{t.rule}：<code>{x.detail}</code></small>}
              </li>
            ))}
          </ul>
        ))}
      </Asked>
    </Drawer>
  )
}
