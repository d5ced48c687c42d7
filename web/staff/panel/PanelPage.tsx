import { api, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Button, Tabs } from 'antd-mobile'
import { lazy, Suspense, useState } from 'react'
import { CustomerHead } from '../customers/CustomerHead'
import { NextPart } from '../customers/NextPart'
import { useRoute } from '../route'
import { nameOf } from '../ui/bits'
import { Link, Page } from '../ui/Page'
import { useAround } from '../ui/sending'
import { Asked, Empty, Loading } from '../ui/states'
import { common } from '../ui/words'

const OrdersPart = lazy(() => import('../customers/OrdersPart').then((m) => ({ default: m.OrdersPart })))
const ProfilePart = lazy(() => import('../customers/ProfilePart').then((m) => ({ default: m.ProfilePart })))
const TimelinePart = lazy(() => import('../customers/TimelinePart').then((m) => ({ default: m.TimelinePart })))
const Library = lazy(() => import('../library/Library').then((m) => ({ default: m.Library })))

const said = texts({
  title: ['客户', 'Customer'], group: ['客户群', 'Group'], profile: ['画像', 'Profile'], scripts: ['话术', 'Scripts'], materials: ['素材', 'Materials'], orders: ['订单', 'Orders'], tasks: ['任务', 'Tasks'], timeline: ['动态', 'Events'], app: ['工作台', 'All pages'],
  alone: ['请在聊天侧边栏打开', 'Open this beside a chat'], aloneWhy: ['在企业微信里打开与客户的聊天，点聊天工具栏里的「鱼塘」，这里会显示这位客户。', 'In WeCom open the chat with a customer and tap Yutang in its toolbar: the customer is here.'],
  silent: ['企业微信没有回应', 'WeCom does not answer'], silentWhy: ['没有拿到当前聊天的客户。请重试；若一直这样，请管理员检查可信域名和应用权限。', 'It did not tell whose chat this is. Try again; if it stays so, your administrator should check the trusted domain and the app’s rights.'],
  notMine: ['这位客户还没有资料', 'Nothing is known of this customer'], notMineWhy: ['刚添加的客户几分钟内会同步过来；如果是同事的客户，请同事操作。', 'A contact just added arrives within minutes. If it is a colleague’s, ask the colleague.'],
})

/** The page beside a chat: the customer at hand, or what a group can be sent. */
export function PanelPage() {
  const t = useText(said)
  const c = useText(common)
  const { search } = useRoute()
  const { at, ready, error } = useAround()
  const external = at.external ?? search.get('customer') ?? ''
  const right = <Link to="/tasks" className="s-head-link">{t.app}</Link>
  if (!ready) return <Page title={t.title} bare><Loading /></Page>
  if (error) return <Page title={t.title} right={right} bare><Empty icon="alert" title={t.silent} action={<Button onClick={() => location.reload()}>{c.retry}</Button>}>{t.silentWhy}</Empty></Page>
  if (at.kind === 'group') return <Page title={t.group} right={right} bare><GroupPanel /></Page>
  if (!external) return <Page title={t.title} right={right} bare><Empty icon="chat" title={t.alone} action={<Link to="/tasks" className="s-button">{t.app}</Link>}>{t.aloneWhy}</Empty></Page>
  return <CustomerPanel key={external} external={external} />
}

function CustomerPanel({ external }: { external: string }) {
  const t = useText(said)
  const q = api.useQuery('get', '/panel/customers/{external}', { params: { path: { external } } })
  const [part, setPart] = useState('tasks')
  const right = <Link to="/tasks" className="s-head-link">{t.app}</Link>
  if (q.error && problemOf(q.error).status === 404) return <Page title={t.title} right={right} bare><Empty icon="people" title={t.notMine}>{t.notMineWhy}</Empty></Page>
  return (
    <Page title={q.data ? nameOf(q.data) : t.title} right={right} bare>
      <Asked of={q}>{(customer) => (
        <>
          <CustomerHead of={customer} />
          <Tabs activeKey={part} onChange={setPart} className="s-parts" stretch>
            <Tabs.Tab key="tasks" title={t.tasks} /><Tabs.Tab key="profile" title={t.profile} /><Tabs.Tab key="scripts" title={t.scripts} /><Tabs.Tab key="materials" title={t.materials} /><Tabs.Tab key="orders" title={t.orders} /><Tabs.Tab key="timeline" title={t.timeline} />
          </Tabs>
          {part === 'tasks' && <NextPart of={customer} />}
          <Suspense fallback={<Loading />}>
            {part === 'profile' && <ProfilePart of={customer} />}
            {part === 'scripts' && <Library space="scripts" customer={external} />}
            {part === 'materials' && <Library space="materials" customer={external} />}
            {part === 'orders' && <OrdersPart of={customer} />}
            {part === 'timeline' && <TimelinePart of={customer} />}
          </Suspense>
        </>
      )}</Asked>
    </Page>
  )
}

function GroupPanel() {
  const t = useText(said)
  const [part, setPart] = useState('scripts')
  return (
    <>
      <Tabs activeKey={part} onChange={setPart} className="s-parts" stretch><Tabs.Tab key="scripts" title={t.scripts} /><Tabs.Tab key="materials" title={t.materials} /></Tabs>
      <Suspense fallback={<Loading />}><Library key={part} space={part === 'scripts' ? 'scripts' : 'materials'} /></Suspense>
    </>
  )
}
