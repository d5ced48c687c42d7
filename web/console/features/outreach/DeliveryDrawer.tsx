import { api, type Schema } from '@shared/api/client'
import { exactly, money, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button, Drawer, Space } from 'antd'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { bubbles, type Message } from '../../ui/message/message'
import { Facts, State } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { Asked } from '../../ui/states'
import { Who } from '../../ui/Who'
import { Origin } from './kit'
import { channelWords, reasonNotes, reasonOf, reasonWords, touchTone, touchWords } from './words'

const said = texts({
  title: ['触达详情', 'Delivery'], customer: ['客户', 'Customer'], from: ['来自', 'From'], step: ['步骤', 'Step'], channel: ['渠道', 'Channel'], endpoint: ['发送账号', 'Account'], reason: ['原因', 'Why'], detail: ['详情', 'Detail'], trigger: ['触发', 'Triggered'], planned: ['计划', 'Planned'], due: ['应发', 'Due'], sent: ['发送', 'Sent'], settled: ['结束', 'Settled'],
  expires: ['最晚', 'Until'], attempts: ['尝试次数', 'Attempts'], priority: ['优先级', 'Priority'], value: ['预期收入', 'Expected'], run: ['SOP 实例', 'Run'], provider: ['平台编号', 'Provider’s id'], transactional: ['服务通知', 'Transactional'], message: ['发出的内容', 'What was sent'], hidden: ['内容需要“查看个人信息”权限。', 'The content needs the permission to see personal data.'],
  unknown: ['对方没有回应，系统不会自动重发，避免重复打扰。请到对方平台核实后选择：', 'The other side did not answer. It is not repeated by itself, so that nobody gets it twice. Check there, then say:'], was: ['已经送达', 'It was delivered'], wasNot: ['没有送达', 'It was not'], again: ['没有送达，重新发送', 'It was not; send again'], sure: ['确认？', 'Sure?'],
  wasNote: ['记为已送达，占用客户的频次。', 'It counts as delivered.'], wasNotNote: ['记为未送达，不再发送。', 'It counts as not delivered and is not sent again.'], againNote: ['会按规则重新排队发送一次。', 'It is planned once more, by the rules.'], not: ['没有发出', 'Nothing was sent'],
})

/** One delivery: why it is in its state, when what happened, and what was sent. */
export function DeliveryDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const delivery = api.useQuery('get', '/deliveries/{id}', { params: { path: { id } } })
  return <Drawer open onClose={onClose} size={480} title={t.title}><Asked query={delivery}>{(d) => <One delivery={d} />}</Asked></Drawer>
}

function One({ delivery: d }: { delivery: Schema<'OutreachDelivery'> }) {
  const t = useText(said)
  const touch = useText(touchWords)
  const why = useText(reasonWords)
  const notes = useText(reasonNotes)
  const names = useText(channelWords)
  const may = useMay()
  return (
    <div className="y-stack">
      <div className="y-rowline"><State tone={touchTone(d.state)}>{named(touch, d.state)}</State>{d.reason && <b>{reasonOf(why, d.reason)}</b>}</div>
      {d.reason && d.reason in notes && <p className="y-faint">{named(notes, d.reason)}</p>}
      {d.state === 'unknown' && may('outreach.write') && <Resolve id={d.id} />}
      <Facts
        items={[
          [t.customer, <Who key="c" id={d.customer} />], [t.from, <Origin key="o" id={d.playbook} />], [t.step, d.step], Boolean(d.run) && [t.run, <Link key="r" to={`/runs/${d.run}` as string}>{d.run}</Link>], [t.channel, named(names, d.channel)], Boolean(d.endpoint) && [t.endpoint, <code key="e">{d.endpoint}</code>],
          Boolean(d.detail) && [t.detail, d.detail], [t.trigger, exactly(d.trigger_at)], [t.planned, exactly(d.planned_at)], [t.due, when(d.due)], Boolean(d.dispatched_at) && [t.sent, exactly(d.dispatched_at)], Boolean(d.settled_at) && [t.settled, exactly(d.settled_at)], [t.expires, when(d.expires_at)],
          [t.attempts, num(d.attempts)], [t.priority, num(d.priority)], [t.value, money(d.value)], Boolean(d.provider_id) && [t.provider, <code key="p">{d.provider_id}</code>], d.transactional && [t.transactional, '✓'],
        ]}
      />
      <h3 className="y-h3">{t.message}</h3>
      {d.message ? <Content message={d.message.message} /> : <p className="y-faint">{may('customers.unmask') ? t.not : t.hidden}</p>}
    </div>
  )
}

function Content({ message }: { message: unknown }) {
  const shown = message && typeof message === 'object' ? bubbles(message as Message) : []
  if (shown.length > 0) return <PhonePreview bubbles={shown} />
  return <pre className="y-json" tabIndex={0}>{JSON.stringify(message, null, 2)}</pre>
}

function Resolve({ id }: { id: string }) {
  const t = useText(said)
  const sure = useSure()
  const client = useQueryClient()
  const resolve = api.useMutation('post', '/deliveries/{id}/resolve', { onSuccess: () => client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/deliveries') }), onError: useOops() })
  const ask = (title: string, content: string, body: Schema<'ResolveInputBody'>) => sure({ title, content, go: () => resolve.mutateAsync({ params: { path: { id } }, body }) })
  return (
    <Alert
      type="warning" showIcon title={t.unknown}
      description={<Space wrap><Button size="small" onClick={() => ask(t.was, t.wasNote, { sent: true })}>{t.was}</Button><Button size="small" onClick={() => ask(t.wasNot, t.wasNotNote, { sent: false })}>{t.wasNot}</Button><Button size="small" danger onClick={() => ask(t.again, t.againNote, { sent: false, resend: true })}>{t.again}</Button></Space>}
    />
  )
}
