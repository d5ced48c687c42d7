import { api, type Schema } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { Alert, Form, Input, Select } from 'antd'
import { DrawerForm } from '../../ui/forms'
import { examples } from './providers'
import { channelWords, reasonOf, reasonWords } from './words'

const said = texts({
  title: [(n: string) => `测试发送 · ${n}`, (n: string) => `Test · ${n}`], send: ['发送', 'Send'], channel: ['渠道', 'Channel'], to: ['发给自己', 'To yourself'], toHint: ['手机号如 +8613912345670、邮箱或 openid。', 'A number such as +8613912345670, an e-mail address or an openid.'], message: ['内容（JSON，和 SOP 步骤里一样）', 'Content (JSON, as in a step)'], bad: ['不是合法的 JSON', 'This is not JSON'], need: ['必填', 'Required'],
  accepted: ['已发出', 'Sent'], rejected: ['被拒绝', 'Rejected'], again: ['暂时没发出，可重试', 'Not sent; try again'], unknown: ['没有回应，可能已发出', 'No answer; it may have been sent'],
})

/** Sends one message to the viewer's own address. */
export function TestDrawer({ account, onClose }: { account: Schema<'ChannelEndpoint'>; onClose: () => void }) {
  const t = useText(said)
  const names = useText(channelWords)
  const reasons = useText(reasonWords)
  const [form] = Form.useForm<{ channel: Schema<'TestInputBody'>['channel']; to: string; message: string }>()
  const test = api.useMutation('post', '/channels/{id}/test')
  const shown = (channel: string | undefined) => JSON.stringify(examples[channel ?? ''] ?? {}, null, 2)
  const save = () => void form.validateFields().then((f) => test.mutate({ params: { path: { id: account.id } }, body: { channel: f.channel, to: f.to.trim(), message: JSON.parse(f.message) as unknown } }), () => undefined)
  const r = test.data
  return (
    <DrawerForm open title={t.title(account.name)} okText={t.send} onClose={onClose} onSave={save} saving={test.isPending} problem={test.error}>
      <Form form={form} layout="vertical" initialValues={{ channel: account.channels[0], message: shown(account.channels[0]) }} onValuesChange={(part: { channel?: string }) => { if (part.channel) form.setFieldValue('message', shown(part.channel)) }}>
        <Form.Item name="channel" label={t.channel} rules={[{ required: true }]}><Select options={account.channels.map((c) => ({ value: c, label: named(names, c) }))} /></Form.Item>
        <Form.Item name="to" label={t.to} extra={t.toHint} rules={[{ required: true, whitespace: true, message: t.need }]}><Input /></Form.Item>
        <Form.Item name="message" label={t.message} rules={[{ validator: (_, v: string) => { try { JSON.parse(v); return Promise.resolve() } catch { return Promise.reject(new Error(t.bad)) } } }]}><Input.TextArea rows={7} spellCheck={false} className="y-mono" /></Form.Item>
      </Form>
      {r && <Alert showIcon type={r.verdict === 'accepted' ? 'success' : r.verdict === 'rejected' ? 'error' : 'warning'} title={t[r.verdict]} description={[reasonOf(reasons, r.reason), r.detail].filter(Boolean).join(' · ') || undefined} />}
    </DrawerForm>
  )
}
