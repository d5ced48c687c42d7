import { api, byCursor, type Schema } from '@shared/api/client'
import { when } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { placeOf, useTitles } from './titles'
import { reasonWords, touchTone } from '../../ui/words/touch'
import { channelName, touchStates } from './words'

type Touch = Schema<'PlaybookTouch'>

const said = texts({
  title: ['触达', 'Touches'], at: ['时间', 'Time'], channel: ['渠道', 'Channel'], from: ['来自', 'From'], state: ['结果', 'Outcome'], why: ['原因', 'Reason'], sent: ['发出时间', 'Sent'], none: ['还没有触达过', 'Not touched yet'], noneText: ['SOP、群发和欢迎语对这位客户发了什么、为什么没发，都会列在这里。', 'What was sent to this customer and what was not, and why, is listed here.'],
})

/** What was sent to a customer, and what was not and why. */
export function TouchesTab({ id }: { id: string }) {
  const t = useText(said)
  const lang = useLang()
  const states = useText(touchStates)
  const reasons = useText(reasonWords)
  const title = useTitles()
  const list = api.useInfiniteQuery('get', '/customers/{id}/touches', { params: { path: { id } } }, byCursor)
  const columns: Column<Touch>[] = [
    { key: 'at', title: t.at, width: 150, always: true, render: (_, x) => when(x.at) },
    { key: 'from', title: t.from, width: 220, render: (_, x) => <Link to={placeOf(x.playbook) as string}>{title(x.playbook) ?? x.playbook}</Link> },
    { key: 'channel', title: t.channel, width: 110, render: (_, x) => channelName(x.channel, lang) || '–' },
    { key: 'state', title: t.state, width: 130, render: (_, x) => <State tone={touchTone(x.state)}>{named(states, x.state)}</State> },
    { key: 'why', title: t.why, width: 220, render: (_, x) => <span title={x.detail}>{x.reason ? named(reasons, x.reason) : (x.state === 'accepted' ? '' : x.detail)}</span> },
    { key: 'sent', title: t.sent, width: 150, hidden: true, render: (_, x) => when(x.sent_at) },
  ]
  return <QueryTable id="customer-touches" label={t.title} query={list} columns={columns} rowKey="id" height={520} empty={<Empty title={t.none}>{t.noneText}</Empty>} />
}
