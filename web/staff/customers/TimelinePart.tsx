import { api, byCursor } from '@shared/api/client'
import { clock, day } from '@shared/format'
import { groupBy } from '@shared/group'
import { texts, useLang, useText } from '@shared/i18n'
import { InfiniteScroll } from 'antd-mobile'
import { eventKind, lineOf } from '@/features/customers/events'
import type { Customer } from '../types'
import { Empty, Failed, Loading } from '../ui/states'

const said = texts({ none: ['还没有动态', 'Nothing yet'], noneWhy: ['下单、浏览、进群、回复会按时间出现在这里。', 'Orders, visits, groups and replies appear here in their order.'] })

/** A customer's events, for parts that look at them. */
export function useEvents(external: string) {
  const q = api.useInfiniteQuery('get', '/panel/customers/{external}/events', { params: { path: { external }, query: { limit: 50 } } }, byCursor)
  return { ...q, events: q.data?.pages.flatMap((p) => p.items ?? []) ?? [] }
}

/** What the customer did, by day. */
export function TimelinePart({ of: c }: { of: Customer }) {
  const t = useText(said)
  const lang = useLang()
  const q = useEvents(c.external_userid)
  const names = new Map(c.colleagues?.map((x) => [x.staff, x.name]))
  if (q.isPending) return <Loading />
  if (q.error && q.events.length === 0) return <Failed error={q.error} again={() => void q.refetch()} />
  if (q.events.length === 0) return <Empty icon="clock" title={t.none}>{t.noneWhy}</Empty>
  return (
    <section className="s-box">
      {[...groupBy(q.events, (e) => day(e.at))].map(([date, events]) => (
        <div key={date} className="s-day">
          <h2 className="s-label">{date}</h2>
          <ol className="s-timeline">{events.map((e) => {
            const line = lineOf(e as Parameters<typeof lineOf>[0], lang, { staff: (user) => (user ? (names.get(user) ?? user) : '') })
            return (
              <li key={e.seq} className={`s-event s-event-${eventKind(e.name)}`}>
                <time>{clock(e.at)}</time>
                <span className="s-grow"><span>{line.title}</span>{line.detail && <span className="s-faint">{line.detail}</span>}</span>
                {line.amount && <b className={line.tone === 'bad' ? 's-bad-text' : 's-good-text'}>{line.amount}</b>}
              </li>
            )
          })}</ol>
        </div>
      ))}
      <InfiniteScroll loadMore={async () => { await q.fetchNextPage() }} hasMore={q.hasNextPage}>{q.hasNextPage ? <Loading rows={1} /> : <span />}</InfiniteScroll>
    </section>
  )
}
