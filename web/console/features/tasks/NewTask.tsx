import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { DrawerForm, showFaults } from '../../ui/forms'
import { CustomerPicker, StaffPicker } from '../../ui/pickers'

const said = texts({
  title: ['新建任务', 'New task'], what: ['要做什么', 'What to do'], for: ['给谁做', 'For whom'], owner: ['客户的负责员工', 'Whoever has the customer'], leader: ['负责员工的上级', 'Their leader'], member: ['指定员工', 'A member'], customers: ['客户', 'Customers'], add: ['添加客户', 'Add a customer'],
  script: ['话术', 'Script'], scriptHint: ['员工一键复制发送，可以写 {{ customer.name }}', 'Copied with one tap; {{ customer.name }} can be used'], results: ['可选结果', 'Results to choose from'], resultsHint: ['例如：已联系、没接通、已下单', 'For example: reached, no answer, ordered'], checklist: ['清单', 'Checklist'], deadline: ['时限', 'Time to do it'],
  h2: ['2 小时', '2 hours'], h4: ['4 小时', '4 hours'], d1: ['1 天', '1 day'], d3: ['3 天', '3 days'], d7: ['7 天', '7 days'], made: [(n: number) => `已建 ${n} 个任务`, (n: number) => `${n} tasks made`], required: ['请填写', 'Fill this in'], staff: ['员工', 'Member'],
})

interface Values { title: string; assign: 'owner' | 'leader' | 'member'; staff?: string[]; script?: string; results?: string[]; checklist?: string[]; deadline: string }

/** Makes tasks by hand: one for each customer, or one for a member. */
export function NewTask({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const cache = useQueryClient()
  const [form] = Form.useForm<Values>()
  const assign = Form.useWatch('assign', form)
  const [customers, setCustomers] = useState<string[]>([])
  const make = api.useMutation('post', '/tasks', {
    onSuccess: (made) => { message.success(t.made(made.ids?.length ?? 0)); void cache.invalidateQueries({ queryKey: ['get', '/tasks'] }); onClose() }, onError: (thrown) => { showFaults(form, thrown) },
  })
  const save = async () => {
    const v = await form.validateFields()
    make.mutate({ body: { title: v.title, assign: v.assign === 'member' ? v.staff?.[0] : v.assign, customers: customers.length ? customers : undefined, script: v.script || undefined, results: v.results, checklist: v.checklist, deadline: v.deadline } })
  }
  return (
    <DrawerForm open title={t.title} onClose={onClose} onSave={() => void save().catch(() => {})} saving={make.isPending} problem={make.error}>
      <Form form={form} layout="vertical" initialValues={{ assign: 'owner', deadline: '1d' }}>
        <Form.Item name="title" label={t.what} rules={[{ required: true, message: t.required }]}><Input maxLength={100} /></Form.Item>
        <Form.Item label={t.customers}>
          <Select mode="multiple" aria-label={t.customers} open={false} value={customers} onChange={setCustomers} options={customers.map((id) => ({ value: id, label: id }))} suffixIcon={null} />
          <CustomerPicker value={undefined} placeholder={t.add} style={{ width: '100%', marginTop: 8 }} onChange={(id) => { if (id && !customers.includes(id)) setCustomers([...customers, id]) }} />
        </Form.Item>
        <Form.Item name="assign" label={t.for}><Radio.Group options={[{ value: 'owner', label: t.owner }, { value: 'leader', label: t.leader }, { value: 'member', label: t.member }]} /></Form.Item>
        {assign === 'member' && <Form.Item name="staff" label={t.staff} rules={[{ required: true, message: t.required }]}><StaffPicker single /></Form.Item>}
        <Form.Item name="deadline" label={t.deadline}><Radio.Group optionType="button" options={[{ value: '2h', label: t.h2 }, { value: '4h', label: t.h4 }, { value: '1d', label: t.d1 }, { value: '3d', label: t.d3 }, { value: '7d', label: t.d7 }]} /></Form.Item>
        <Form.Item name="script" label={t.script} extra={t.scriptHint}><Input.TextArea autoSize={{ minRows: 3 }} /></Form.Item>
        <Form.Item name="results" label={t.results} extra={t.resultsHint}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
        <Form.Item name="checklist" label={t.checklist}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
