import { api, type Schema } from '@shared/api/client'
import { ago, day, exactly, money, none, num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Alert, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { PageShell, State } from '../../ui/PageShell'
import { stageLabel } from '../../ui/rule/labels'
import { Asked } from '../../ui/states'
import { Avatar } from './bits'
import { AudiencesTab } from './AudiencesTab'
import { ContactsCard } from './ContactsCard'
import { Forecast } from './Forecast'
import { IdentityTab } from './IdentityTab'
import { Menu } from './Menu'
import { MovesTab } from './MovesTab'
import { OrdersTab } from './OrdersTab'
import { TabBar } from './TabBar'
import { TagsCard } from './TagsCard'
import { Timeline } from './Timeline'
import { TouchesTab } from './TouchesTab'
import { TraitsCard } from './TraitsCard'
import { channelName } from './words'
import { WorkTab } from './WorkTab'
import './customers.css'

type Customer = Schema<'CustomerView'>

const said = texts({
  net: ['净消费', 'Net revenue'], orders: ['订单', 'Orders'], aov: ['客单价', 'Average order'], seen: ['最近活跃', 'Last seen'], first: ['首次出现', 'First seen'], events: ['行为', 'Events'], channel: ['来源渠道', 'Channel'], lastOrder: [(at: string) => `最近下单 ${at}`, (at: string) => `last order ${at}`], other: [(c: string) => `另有 ${c} 订单未计入`, (c: string) => `orders in ${c} not counted`],
  timeline: ['时间线', 'Timeline'], orderTab: ['订单', 'Orders'], touches: ['触达', 'Touches'], work: ['SOP 与任务', 'Playbooks, tasks'], audiences: ['所在人群', 'Audiences'], moves: ['阶段与授权', 'Stages, consents'], identity: ['身份', 'Identity'], merged: [(gone: string, kept: string) => `${gone} 已并入 ${kept}，这里是合并后的客户。`, (gone: string, kept: string) => `${gone} was merged into ${kept}, who is shown here.`],
  how: ['查看合并记录', 'See the merge'], tier: [(v: string) => `等级 ${v}`, (v: string) => `Tier ${v}`],
})

const tabs = ['timeline', 'orders', 'touches', 'work', 'audiences', 'moves', 'identity'] as const

/** Everything about one customer. */
export function CustomerPage() {
  const { id } = useParams({ from: '/shell/customers/$id' })
  const asked = api.useQuery('get', '/customers/{id}', { params: { path: { id } } }, { retry: false })
  return <Asked query={asked} rows={10}>{(c) => <Page key={c.id} customer={c} asked={id} />}</Asked>
}

function Page({ customer: c, asked }: { customer: Customer; asked: string }) {
  const t = useText(said)
  const lang = useLang()
  const { tab = 'timeline' } = useSearch({ from: '/shell/customers/$id' })
  const go = useNavigate({ from: '/customers/$id' })
  const may = useMay()
  const needs: Partial<Record<(typeof tabs)[number], string>> = { timeline: 'events.read', orders: 'events.read', audiences: 'audiences.read' }
  const shown = tabs.filter((k) => !needs[k] || may(needs[k]))
  const at = shown.includes(tab) ? tab : shown[0]
  const names = { timeline: t.timeline, orders: t.orderTab, touches: t.touches, work: t.work, audiences: t.audiences, moves: t.moves, identity: t.identity }
  const stages = [stageLabel(c.lifecycle.aipl, lang), stageLabel(c.lifecycle.aarrr, lang)].filter(Boolean)
  return (
    <PageShell
      back="/customers" title={<span className="y-person"><Avatar of={c} size={34} />{c.name || c.id}</span>}
      extra={<>{c.name && <span className="y-faint y-mono">{c.id}</span>}{c.tier && <State tone="live">{t.tier(c.tier)}</State>}{stages.map((s) => <State key={s} tone="quiet">{s}</State>)}</>}
      actions={<Menu customer={c} />}
    >
      {asked !== c.id && <Alert type="info" showIcon title={t.merged(asked, c.id)} action={<Link to={`/customers/${c.id}?tab=identity` as string}>{t.how}</Link>} />}
      <Figures customer={c} />
      <div className="y-customers-body">
        <section className="y-card">
          <TabBar at={at} tabs={shown.map((key) => [key, names[key]])} onChange={(key) => void go({ search: { tab: key }, replace: true })} />
          {at === 'timeline' && <Timeline id={c.id} />}
          {at === 'orders' && <OrdersTab customer={c} />}
          {at === 'touches' && <TouchesTab id={c.id} />}
          {at === 'work' && <WorkTab id={c.id} />}
          {at === 'audiences' && <AudiencesTab id={c.id} />}
          {at === 'moves' && <MovesTab id={c.id} />}
          {at === 'identity' && <IdentityTab customer={c} />}
        </section>
        <div className="y-customers-side">
          <TagsCard customer={c} />
          <ContactsCard id={c.id} />
          <TraitsCard customer={c} />
        </div>
      </div>
    </PageShell>
  )
}

function Figures({ customer: c }: { customer: Customer }) {
  const t = useText(said)
  const lang = useLang()
  const o = c.orders
  const moment = (at: string | null) => (at ? <Tooltip title={exactly(at)}><b tabIndex={0}>{ago(at)}</b></Tooltip> : <b>{none}</b>)
  return (
    <div className="y-customers-figures">
      <div><span>{t.net}</span><b>{money(o.net_revenue, o.currency)}</b>{o.other_currencies && o.other_currencies.length > 0 && <small>{t.other(o.other_currencies.join('、'))}</small>}</div>
      <div><span>{t.orders}</span><b>{num(o.count)}</b>{o.last_at && <small>{t.lastOrder(day(o.last_at))}</small>}</div>
      <div><span>{t.aov}</span><b>{o.count > 0 ? money(o.net_revenue / o.count, o.currency) : none}</b></div>
      <Forecast id={c.id} />
      <div><span>{t.seen}</span>{moment(c.last_seen)}</div>
      <div><span>{t.first}</span><b>{day(c.first_seen)}</b></div>
      <div><span>{t.events}</span><b>{num(c.events)}</b></div>
      <div><span>{t.channel}</span><b>{channelName(c.channel, lang) || none}</b></div>
    </div>
  )
}
