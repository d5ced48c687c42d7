import { api, call, must, problemOf, type Schema } from '@shared/api/client'
import { day, money, none, num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Alert, App, Button, Drawer } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Facts, State } from '../../ui/PageShell'
import { CustomerPicker } from '../../ui/pickers'
import { Asked, Failure } from '../../ui/states'
import { Tags } from './bits'
import { typeName } from './words'

const said = texts({
  title: ['合并客户', 'Merge customers'], other: ['和谁是同一个人？', 'Who is the same person?'], kept: ['保留', 'Stays'], gone: ['并入', 'Goes in'], why: ['保留哪一位', 'Who stays'], stronger: ['标识更强的一位保留编号', 'The one with the stronger identity stays'], older: ['更早的一位保留编号', 'The older one stays'],
  records: ['已合并的记录', 'Records joined'], identities: ['标识', 'Identities'], events: ['行为', 'Events'], span: ['时间', 'From, to'], orders: ['订单', 'Orders'], tags: ['标签', 'Tags'], name: ['姓名', 'Name'], merge: ['合并为一个人', 'Make them one'], cancel: ['取消', 'Cancel'], done: ['已合并', 'Merged'], undo: ['撤销', 'Undo'], undone: ['已拆开', 'Taken apart'],
  conflict: [(x: string, n: string) => `合并后「${x}」会超过上限 ${n} 个。通常说明他们是两个人，请确认。`, (x: string, n: string) => `There would be more than ${n} of “${x}”. That usually means two people: make sure.`], separated: ['有人曾把这两位拆开过。手工合并会取消那次拆分。', 'Somebody took these two apart. Merging by hand takes that back.'],
  after: ['合并后，订单、行为、标签、好友关系都归到保留的客户；属性按时间先后重算；另一个编号以后会指向这里。随时可以撤销。', 'Orders, events, tags and contacts go to the one who stays; traits are as if it had been one record; the other id leads here. It can be undone at any time.'], no: ['没有权限合并', 'You may not merge'],
})

/** Both sides of a merge before it is made. `b` absent: the viewer chooses. */
export function MergeDrawer({ a, b, onClose }: { a: string; b?: string; onClose: () => void }) {
  const t = useText(said)
  const may = useMay()
  const go = useNavigate()
  const client = useQueryClient()
  const oops = useOops()
  const { message } = App.useApp()
  const [other, setOther] = useState(b)
  const [busy, setBusy] = useState(false)
  const preview = useQuery({ queryKey: ['merge', a, other], enabled: Boolean(other) && may('customers.merge'), retry: false, queryFn: () => must(call.POST('/customers/merge/preview', { body: { a, b: other ?? '' } })) })
  const undo = (merge: string) => void must(call.POST('/customers/unmerge', { body: { merge_id: merge } })).then(() => { void message.success(t.undone); void client.invalidateQueries({ queryKey: ['get'] }) }).catch(oops)
  const merge = async () => {
    setBusy(true)
    try {
      const made = await must(call.POST('/customers/merge', { body: { a, b: other ?? '' } }))
      void message.success({ duration: 8, content: <>{t.done} <Button size="small" type="link" onClick={() => undo(made.merge_id)}>{t.undo}</Button></> })
      void client.invalidateQueries({ queryKey: ['get'] })
      onClose()
      void go({ to: `/customers/${made.customer_id}` as string })
    } catch (thrown) {
      oops(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Drawer
      open onClose={onClose} size={640} title={t.title}
      footer={<div className="y-foot"><Button onClick={onClose}>{t.cancel}</Button>{may('customers.merge') && <Button type="primary" danger={Boolean(preview.data?.conflicts.length)} disabled={!preview.data} loading={busy} onClick={() => void merge()}>{t.merge}</Button>}</div>}
    >
      {!b && <label>{t.other}<CustomerPicker style={{ width: '100%', marginTop: 4 }} value={other} onChange={setOther} /></label>}
      {!may('customers.merge') && <Alert type="info" showIcon title={t.no} />}
      {preview.error && <Failure error={problemOf(preview.error)} />}
      {preview.data && <Preview of={preview.data} />}
    </Drawer>
  )
}

function Preview({ of: p }: { of: Schema<'PreviewOutputBody'> }) {
  const t = useText(said)
  const lang = useLang()
  return (
    <>
      <div className="y-customers-sides">
        <Side of={p.kept} kept />
        <Side of={p.gone} />
      </div>
      <p className="y-faint">{t.why}：{t[p.why]}</p>
      <div className="y-stack">
        {p.conflicts.map((x) => <Alert key={x.type} type="warning" showIcon title={t.conflict(typeName(x.type, lang), num(x.limit))} />)}
        {p.separated && <Alert type="warning" showIcon title={t.separated} />}
        <p style={{ margin: 0 }}>{t.after}</p>
      </div>
    </>
  )
}

function Side({ of: s, kept }: { of: Schema<'IdentitySide'>; kept?: boolean }) {
  const t = useText(said)
  const lang = useLang()
  const asked = api.useQuery('get', '/customers/{id}', { params: { path: { id: s.id } } })
  return (
    <section className={kept ? 'y-customers-keep' : undefined}>
      <h3><State tone={kept ? 'good' : 'quiet'}>{kept ? t.kept : t.gone}</State><span className="y-mono">{s.id}</span></h3>
      <Asked query={asked} rows={3}>
        {(c) => (
          <Facts items={[
            [t.name, c.name || none], [t.identities, s.identities.map((x) => `${typeName(x.type, lang)}${x.count > 1 ? ` ×${x.count}` : ''}`).join('、') || none], [t.orders, c.orders.count > 0 ? `${num(c.orders.count)} · ${money(c.orders.net_revenue, c.orders.currency)}` : num(0)],
            [t.events, num(s.events)], [t.span, s.first_event ? `${day(s.first_event)} – ${day(s.last_event)}` : none], [t.records, num(s.records)], [t.tags, c.tags.length > 0 ? <Tags of={c.tags} most={4} /> : none],
          ]} />
        )}
      </Asked>
    </section>
  )
}
