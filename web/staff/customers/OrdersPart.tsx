import { money, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button } from 'antd-mobile'
import { ordersOf } from '@/features/customers/orders'
import type { Customer } from '../types'
import { Chip } from '../ui/bits'
import { Empty, Failed, Loading } from '../ui/states'
import { useEvents } from './TimelinePart'

const said = texts({
  none: ['还没有订单', 'No orders yet'], noneWhy: ['第一单之后，买了什么、退过什么都会在这里。', 'After the first, what was bought and given back is here.'], older: ['加载更早的订单', 'Look further back'], order: [(id: string) => `订单 ${id}`, (id: string) => `Order ${id}`],
  rest: [(n: number) => `共 ${n} 种商品`, (n: number) => `${n} products in all`], cancelled: ['已取消', 'Cancelled'], refunded: [(m: string) => `退款 ${m}`, (m: string) => `${m} refunded`],
})

const most = 5

/** The customer's orders, as far as the events loaded tell. */
export function OrdersPart({ of: c }: { of: Customer }) {
  const t = useText(said)
  const q = useEvents(c.external_userid)
  if (q.isPending) return <Loading />
  if (q.error && q.events.length === 0) return <Failed error={q.error} again={() => void q.refetch()} />
  const orders = ordersOf(q.events as unknown as Parameters<typeof ordersOf>[0])
  if (orders.length === 0 && !q.hasNextPage) return <Empty icon="bag" title={t.none}>{t.noneWhy}</Empty>
  return (
    <>
      <ul className="s-list">{orders.map((o) => (
        <li key={o.id} className="s-box">
          <div className="s-pile-line"><b>{t.order(o.id.slice(-10))}</b><b>{money(o.total, o.currency)}</b></div>
          {o.products.slice(0, most).map((p) => <div key={`${p.name}${p.quantity}`} className="s-pile-line"><span>{p.name} ×{p.quantity}</span>{p.price !== undefined && <span className="s-faint">{money(p.price, o.currency)}</span>}</div>)}
          {o.products.length > most && <p className="s-faint">{t.rest(o.products.length)}</p>}
          <div className="s-pile-line"><span className="s-faint">{when(o.at)}</span>{o.cancelled ? <Chip tone="bad">{t.cancelled}</Chip> : o.refunded > 0 && <Chip tone="warn">{t.refunded(money(o.refunded, o.currency))}</Chip>}</div>
        </li>
      ))}</ul>
      {q.hasNextPage && <Button block loading={q.isFetchingNextPage} onClick={() => void q.fetchNextPage()}>{t.older}</Button>}
    </>
  )
}
