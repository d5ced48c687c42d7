import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Form, Input } from 'antd'
import { useState } from 'react'
import { DrawerForm } from '../../ui/forms'
import { CustomerPicker } from '../../ui/pickers'
import { docOf, type Playbook } from './data'

const said = texts({
  title: ['为客户启动', 'Start for a customer'],
  note: ['马上为这位客户走一遍已发布的版本，消息会真的发出（仍受授权、免打扰和上限约束）。不检查触发条件。', 'Starts the published version for this customer now. Messages are really sent, within consent, quiet hours and caps. The trigger is not asked.'],
  customer: ['客户', 'Customer'],
  key: ['编号', 'Key'],
  props: ['触发事件的属性（JSON，可空）', 'Properties of the event (JSON, may be empty)'],
  bad: ['不是合法的 JSON', 'This is not JSON'],
  go: ['启动', 'Start'],
  needed: ['请选择', 'Choose one'],
})

/** Starts a run by hand. */
export function StartRun({ book, onClose }: { book: Playbook; onClose: () => void }) {
  const t = useText(said)
  const go = useNavigate()
  const client = useQueryClient()
  const [id] = useState(() => `console-${Date.now()}-${Math.random().toString(36).slice(2, 10)}`)
  const [form] = Form.useForm<{ customer: string; key?: string; properties?: string }>()
  const start = api.useMutation('post', '/playbooks/{id}/runs', {
    onSuccess: (run) => { void client.invalidateQueries({ queryKey: ['get', '/runs'] }); onClose(); void go({ to: `/runs/${run.id}` as string }) },
  })
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    start.mutate({ params: { path: { id: book.id } }, body: { id, customer: v.customer, key: v.key || undefined, properties: v.properties ? (JSON.parse(v.properties) as never) : undefined } })
  }
  return (
    <DrawerForm open title={t.title} okText={t.go} onClose={onClose} saving={start.isPending} problem={start.error ?? undefined} onSave={() => void save()}>
      <p className="y-faint">{t.note}</p>
      <Form form={form} layout="vertical">
        <Form.Item name="customer" label={t.customer} rules={[{ required: true, message: t.needed }]}><CustomerPicker style={{ width: '100%' }} /></Form.Item>
        {docOf(book.definition).key && <Form.Item name="key" label={`${t.key} (${docOf(book.definition).key})`} rules={[{ required: true, message: t.needed }]}><Input /></Form.Item>}
        <Form.Item name="properties" label={t.props} rules={[{ validator: (_, v?: string) => { try { if (v) JSON.parse(v); return Promise.resolve() } catch { return Promise.reject(new Error(t.bad)) } } }]}><Input.TextArea className="y-mono" rows={4} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
