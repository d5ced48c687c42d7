import type { CustomerEvent } from './events'

/** An order as its events tell it. */
export interface Order {
  id: string
  at: string
  total: number
  refunded: number
  currency: string
  cancelled: boolean
  products: { name: string; quantity: number; price?: number }[]
}

type Props = Record<string, unknown>

/** The orders in some events, newest first: one per order id, with what was given back. */
export function ordersOf(events: readonly CustomerEvent[]): Order[] {
  const found = new Map<string, Order>()
  const of = (e: CustomerEvent, p: Props) => {
    const id = String(p.order_id ?? `#${e.seq}`)
    const order = found.get(id) ?? { id, at: e.at, total: 0, refunded: 0, currency: String(p.currency ?? ''), cancelled: false, products: [] }
    found.set(id, order)
    return order
  }
  for (const e of [...events].sort((a, b) => a.seq - b.seq)) {
    const p = (e.properties ?? {}) as Props
    const cash = typeof p.revenue === 'number' ? p.revenue : typeof p.total === 'number' ? p.total : undefined
    if (e.name === 'Order Completed') Object.assign(of(e, p), { at: e.at, total: cash ?? 0, currency: String(p.currency ?? ''), products: products(p) })
    if (e.name === 'Order Refunded') of(e, p).refunded += cash ?? of(e, p).total
    if (e.name === 'Order Cancelled') of(e, p).cancelled = true
  }
  return [...found.values()].sort((a, b) => (a.at < b.at ? 1 : -1))
}

function products(p: Props): Order['products'] {
  return (Array.isArray(p.products) ? (p.products as Props[]) : []).map((x) => ({ name: String(x.name ?? x.product_id ?? ''), quantity: typeof x.quantity === 'number' ? x.quantity : 1, price: typeof x.price === 'number' ? x.price : undefined }))
}
