import { money, num, when } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { channelName } from '@/features/customers/words'
import type { Customer } from '../types'
import { Chip, Face, nameOf, useStanding } from '../ui/bits'

const said = texts({
  orders: ['订单', 'Orders'], spent: ['消费', 'Spent'], last: ['上次下单', 'Last order'], from: [(c: string) => `来自${c}`, (c: string) => `from ${c}`], half: ['待通过', 'Not confirmed'], never: ['还没买过', 'none yet'],
})

/** Who the customer is, in one glance. */
export function CustomerHead({ of: c }: { of: Customer }) {
  const t = useText(said)
  const lang = useLang()
  const standing = useStanding()
  const name = nameOf(c)
  const real = typeof c.name === 'string' && c.name !== name ? c.name : ''
  return (
    <section className="s-box">
      <div className="s-who">
        <Face name={name} of={c.external_userid} />
        <div className="s-grow">
          <b className="s-name">{name}</b> {real && <span className="s-faint">{real}</span>}
          <p className="s-faint">{c.channel ? t.from(channelName(c.channel, lang)) : ''}{c.added_at && ` · ${when(c.added_at).slice(0, 10)}`}</p>
        </div>
        <span className="s-tags">{c.state === 'half' && <Chip tone="warn">{t.half}</Chip>}{standing({ tier: c.tier, stage: c.lifecycle.aipl }).map((x) => <Chip key={x} tone="live">{x}</Chip>)}</span>
      </div>
      <dl className="s-figures">
        <div><dt>{t.orders}</dt><dd>{num(c.orders.count)}</dd></div>
        <div><dt>{t.spent}</dt><dd>{money(c.orders.net_revenue, c.orders.currency, 0)}</dd></div>
        <div><dt>{t.last}</dt><dd>{c.orders.last_at ? when(c.orders.last_at).slice(0, 10) : t.never}</dd></div>
      </dl>
    </section>
  )
}
