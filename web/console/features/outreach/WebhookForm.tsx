import { api, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Form, Input, InputNumber, Switch } from 'antd'
import { DrawerForm, showFaults } from '../../ui/forms'

const said = texts({
  add: ['添加接口', 'Add endpoint'], name: ['名称', 'Name'], url: ['地址', 'Address'], urlHint: ['收到的请求带签名，算法见文档。内网地址默认不允许。', 'Requests are signed. Addresses inside your network are refused by default.'], timeout: ['超时（秒）', 'Time-out in seconds'], idem: ['对方会按 Idempotency-Key 去重', 'It deduplicates by Idempotency-Key'],
  idemHint: ['打开后，没有回应的请求会自动重试；否则由人核实，避免重复。', 'Then a call without an answer is repeated; otherwise a person decides.'], on: ['启用', 'On'], need: ['必填', 'Required'],
})

/** Adds or changes a webhook endpoint. A new one's secret is handed to onDone, once. */
export function WebhookDrawer({ hook, onClose, onDone }: { hook?: Schema<'OutreachEndpoint'>; onClose: () => void; onDone: (hook: Schema<'OutreachEndpoint'>) => void }) {
  const t = useText(said)
  const [form] = Form.useForm<Omit<Schema<'OutreachEndpointFields'>, 'disabled'> & { on: boolean }>()
  const failed = (thrown: unknown) => { showFaults(form, thrown) }
  const post = api.useMutation('post', '/webhooks', { onSuccess: onDone, onError: failed })
  const put = api.useMutation('put', '/webhooks/{id}', { onSuccess: onDone, onError: failed })
  const save = () => void form.validateFields().then(({ on, ...f }) => {
    const body = { ...f, disabled: !on }
    if (hook) put.mutate({ params: { path: { id: hook.id } }, body })
    else post.mutate({ body })
  }, () => undefined)
  return (
    <DrawerForm open title={hook?.name ?? t.add} onClose={onClose} onSave={save} saving={post.isPending || put.isPending} problem={post.error ?? put.error}>
      <Form form={form} layout="vertical" initialValues={{ name: hook?.name, url: hook?.url, timeout_seconds: hook?.timeout_seconds ?? 10, idempotent: hook?.idempotent ?? false, on: !hook?.disabled }}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true, message: t.need }]}><Input maxLength={60} /></Form.Item>
        <Form.Item name="url" label={t.url} extra={t.urlHint} rules={[{ required: true, message: t.need }]}><Input placeholder="https://" /></Form.Item>
        <Form.Item name="timeout_seconds" label={t.timeout}><InputNumber min={1} max={60} precision={0} /></Form.Item>
        <Form.Item name="idempotent" label={t.idem} extra={t.idemHint} valuePropName="checked"><Switch /></Form.Item>
        <Form.Item name="on" label={t.on} valuePropName="checked"><Switch /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
