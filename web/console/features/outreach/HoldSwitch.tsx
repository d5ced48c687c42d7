import { api } from '@shared/api/client'
import { ago, exactly, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button, Form, Input, Modal, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { useStatus } from './kit'

const said = texts({
  on: ['所有发送已暂停', 'All sending is held'], off: ['发送正常', 'Sending is on'],
  offNote: ['出问题时可以一键暂停全部发送：短信、邮件、公众号、接口和新的企微群发。', 'If something goes wrong, stop everything at once: SMS, e-mail, WeChat, webhooks and new mass sends.'],
  reasonIs: [(by: string, reason: string) => `${by}：${reason}`, (by: string, reason: string) => `${by}: ${reason}`],
  waits: ['触达在等待，过期的不再补发。已交给员工确认的群发不受影响。', 'Touches wait; those that expire are not sent later. Mass sends that staff have already are not affected.'],
  hold: ['暂停全部发送', 'Hold all sending'], release: ['恢复发送', 'Let sending go on'], why: ['为什么暂停', 'Why'], whyHint: ['写给同事看：例如“价格写错了，正在核对”。', 'For your colleagues, such as “wrong price, being checked”.'],
  releaseSure: ['恢复发送？', 'Let sending go on?'], releaseNote: ['等待中、还没过期的触达会马上按规则发出。', 'Touches that wait and have not expired go at once, by the rules.'], holdNote: ['立即生效，对所有 SOP 和所有渠道。触达会等待；等到过期的就不再发送。', 'At once, for all playbooks and channels. Touches wait; those that expire are never sent.'],
  cancel: ['取消', 'Cancel'], resting: ['暂时停用的发送账号（连续失败后自动休息）', 'Accounts that rest after failures'], until: [(at: string) => `到 ${at}`, (at: string) => `until ${at}`], go: ['去处理', 'Open'], need: ['请写明原因', 'Say why'],
})

/** Says on other pages that sending is held. */
export function HeldNotice() {
  const t = useText(said)
  const status = useStatus()
  if (!status.data?.held) return null
  return <Alert type="error" showIcon title={t.on} description={status.data.hold?.reason} action={<Link to="/budget">{t.go}</Link>} />
}

/** The switch that stops and starts all sending. */
export function HoldSwitch() {
  const t = useText(said)
  const may = useMay()
  const status = useStatus()
  const client = useQueryClient()
  const sure = useSure()
  const [asking, setAsking] = useState(false)
  const done = () => { setAsking(false); void client.invalidateQueries({ queryKey: ['get', '/outreach/status'] }) }
  const release = api.useMutation('post', '/outreach/release', { onSuccess: done, onError: useOops() })
  const s = status.data
  if (!s) return null
  const resting = Object.entries(s.resting)
  return (
    <section className={s.held ? 'y-outreach-hold y-outreach-hold-on' : 'y-outreach-hold'} aria-label={s.held ? t.on : t.off}>
      <div>
        <b>{s.held ? t.on : t.off}</b>
        {s.held && s.hold ? (
          <small>{s.hold.reason} · <Tooltip title={exactly(s.hold.since)}><span tabIndex={0}>{ago(s.hold.since)}</span></Tooltip> · {t.waits}</small>
        ) : <small>{t.offNote}</small>}
        {resting.length > 0 && <small>{t.resting}：{resting.map(([name, until]) => `${name} ${t.until(when(until))}`).join('；')}</small>}
      </div>
      {may('outreach.write') && (s.held
        ? <Button type="primary" loading={release.isPending} onClick={() => sure({ title: t.releaseSure, content: t.releaseNote, ok: t.release, go: () => release.mutateAsync({}) })}>{t.release}</Button>
        : <Button danger onClick={() => setAsking(true)}>{t.hold}</Button>)}
      {asking && <HoldForm onDone={done} onClose={() => setAsking(false)} />}
    </section>
  )
}

function HoldForm({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const t = useText(said)
  const [form] = Form.useForm<{ reason: string }>()
  const hold = api.useMutation('post', '/outreach/hold', { onSuccess: onDone, onError: useOops() })
  return (
    <Modal open title={t.hold} okText={t.hold} cancelText={t.cancel} okButtonProps={{ danger: true }} confirmLoading={hold.isPending} onCancel={onClose} onOk={() => void form.validateFields().then((body) => hold.mutate({ body }), () => undefined)}>
      <p>{t.holdNote}</p>
      <Form form={form} layout="vertical">
        <Form.Item name="reason" label={t.why} extra={t.whyHint} rules={[{ required: true, whitespace: true, message: t.need }]}><Input.TextArea autoFocus maxLength={200} rows={2} /></Form.Item>
      </Form>
    </Modal>
  )
}
