import { call, must, type Schema } from '@shared/api/client'
import { money, num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useMemo } from 'react'
import { State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Empty, Failure, Loading } from '../../ui/states'
import { ordersOf, type Order } from './orders'

const said = texts({
  title: ['订单', 'Orders'], id: ['订单号', 'Order'], at: ['下单时间', 'Time'], goods: ['商品', 'Goods'], total: ['金额', 'Amount'], refunded: ['退款', 'Refunded'], state: ['状态', 'State'], paid: ['已完成', 'Completed'], part: ['部分退款', 'Partly refunded'], back: ['已退款', 'Refunded'], cancelled: ['已取消', 'Cancelled'], only: ['只有退款记录', 'Refund only'],
  none: ['还没有订单', 'No orders yet'], noneText: ['数据源上报「Order Completed」或导入订单文件后，订单会出现在这里。', 'Orders show up here when a source sends “Order Completed” or a file is imported.'], more: ['继续往前找', 'Look further back'], kinds: [(n: number) => ` 等 ${n} 种`, (n: number) => ` and ${n - 1} more`],
})

/** How many events are looked through before the viewer is asked. */
const quick = 5

/** A customer's orders, one line each, as the events tell them. */
export function OrdersTab({ customer: c }: { customer: Schema<'CustomerView'> }) {
  const t = useText(said)
  const list = useInfiniteQuery({
    queryKey: ['get', '/customers/{id}/events', c.id, 'orders'],
    queryFn: async ({ pageParam, signal }) => {
      const page = await must(call.GET('/customers/{id}/events', { params: { path: { id: c.id }, query: { limit: 1000, cursor: pageParam } }, signal }))
      return { items: page.items.filter((e) => e.name.startsWith('Order ')), next: page.next }
    },
    initialPageParam: undefined as string | undefined, getNextPageParam: (last) => last.next || undefined,
  })
  const orders = useMemo(() => ordersOf(list.data?.pages.flatMap((p) => p.items) ?? []), [list.data])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const go = hasNextPage && !isFetchingNextPage && (list.data?.pages.length ?? 0) < quick
  useEffect(() => { if (go) void fetchNextPage() }, [go, fetchNextPage])
  const columns: Column<Order>[] = [
    { key: 'at', title: t.at, width: 150, render: (_, o) => when(o.at) },
    { key: 'id', title: t.id, width: 110, render: (_, o) => <span className="y-mono">{o.id}</span> },
    { key: 'goods', title: t.goods, width: 200, ellipsis: true, render: (_, o) => <span title={o.products.map((p) => `${p.name} ×${p.quantity}`).join('\n')}>{o.products[0]?.name}{o.products.length > 1 && t.kinds(o.products.length)}</span> },
    { key: 'total', title: t.total, width: 110, num: true, render: (_, o) => money(o.total, o.currency || c.orders.currency) },
    { key: 'refunded', title: t.refunded, width: 95, num: true, render: (_, o) => (o.refunded > 0 ? <span className="y-tone-bad">−{money(o.refunded, o.currency || c.orders.currency)}</span> : '') },
    { key: 'state', title: t.state, width: 110, render: (_, o) => <State tone={o.cancelled ? 'bad' : o.refunded > 0 ? 'warn' : 'good'}>{stateOf(o, t)}</State> },
  ]
  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Loading rows={6} />
  if (orders.length === 0 && !hasNextPage) return <Empty title={t.none}>{t.noneText}</Empty>
  return (
    <>
      <PlainTable label={`${t.title} ${num(orders.length)}`} rows={orders} columns={columns} rowKey="id" />
      {hasNextPage && !go && <Button block style={{ marginTop: 12 }} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t.more}</Button>}
    </>
  )
}

function stateOf(o: Order, t: { paid: string; part: string; back: string; cancelled: string; only: string }): string {
  if (o.cancelled) return t.cancelled
  if (o.refunded === 0) return t.paid
  if (o.total === 0) return t.only
  return o.refunded >= o.total ? t.back : t.part
}
