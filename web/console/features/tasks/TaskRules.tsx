import { api, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, InputNumber, Radio, Switch } from 'antd'
import { DrawerForm, showFaults } from '../../ui/forms'
import { Asked } from '../../ui/states'

type Rules = Schema<'TaskSettings'>

const said = texts({
  title: ['员工怎么收到任务', 'How staff are told of tasks'], group: ['一张卡片装多少', 'What one card holds'], day: ['同一步骤一天一张', 'A step’s tasks of a day'], window: ['同一时间窗一张', 'Tasks of one window'], windowMinutes: ['一张卡片最多多久发一条消息（分钟）', 'At most one message for a card in (minutes)'], gather: ['第一条消息等多久再发（分钟）', 'The first message waits (minutes)'],
  cards: ['每人每天最多几张新卡', 'New cards a day for a member'], tasks: ['每人每天最多几个任务', 'Tasks a day for a member'], zero: ['0 表示不限', '0 is unlimited'], undo: ['完成后可撤回（分钟）', 'Can be undone for (minutes)'], follow: ['客户换了员工，任务跟着走', 'Open tasks follow the customer to another member'], quiet: ['员工免打扰', 'Quiet hours of staff'], from: ['从', 'From'], to: ['到', 'To'], saved: ['已保存', 'Saved'], time: ['写成 22:00', 'As 22:00'],
})

/** Grouping, limits and quiet hours of what staff are told. */
export function TaskRules({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const cache = useQueryClient()
  const [form] = Form.useForm<Rules & { quiet?: boolean }>()
  const quiet = Form.useWatch('quiet', form)
  const now = api.useQuery('get', '/tasks/settings', {})
  const save = api.useMutation('put', '/tasks/settings', { onSuccess: () => { message.success(t.saved); void cache.invalidateQueries({ queryKey: ['get', '/tasks/settings'] }); onClose() }, onError: (thrown) => { showFaults(form, thrown) } })
  const go = async () => {
    const { quiet: on, ...v } = await form.validateFields()
    save.mutate({ body: { ...v, quiet_hours: on ? v.quiet_hours : undefined } })
  }
  const clock = [{ pattern: /^([01]\d|2[0-3]):[0-5]\d$/, message: t.time }]
  return (
    <DrawerForm open title={t.title} onClose={onClose} onSave={() => void go().catch(() => {})} saving={save.isPending} problem={save.error}>
      <Asked query={now}>
        {(d) => (
          <Form form={form} layout="vertical" initialValues={{ ...d, quiet: Boolean(d.quiet_hours), quiet_hours: d.quiet_hours ?? { from: '21:00', to: '09:00' } }}>
            <Form.Item name="group" label={t.group}><Radio.Group options={[{ value: 'day', label: t.day }, { value: 'window', label: t.window }]} /></Form.Item>
            <Form.Item name="window_minutes" label={t.windowMinutes}><InputNumber min={0} /></Form.Item>
            <Form.Item name="gather_minutes" label={t.gather}><InputNumber min={0} /></Form.Item>
            <Form.Item name="cards_per_day" label={t.cards} extra={t.zero}><InputNumber min={0} /></Form.Item>
            <Form.Item name="tasks_per_day" label={t.tasks} extra={t.zero}><InputNumber min={0} /></Form.Item>
            <Form.Item name="undo_minutes" label={t.undo}><InputNumber min={0} /></Form.Item>
            <Form.Item name="hand_over_with_customer" label={t.follow} valuePropName="checked"><Switch /></Form.Item>
            <Form.Item name="quiet" label={t.quiet} valuePropName="checked"><Switch /></Form.Item>
            {quiet && <div className="y-rowline"><Form.Item name={['quiet_hours', 'from']} label={t.from} rules={clock}><Input style={{ width: 100 }} /></Form.Item><Form.Item name={['quiet_hours', 'to']} label={t.to} rules={clock}><Input style={{ width: 100 }} /></Form.Item></div>}
          </Form>
        )}
      </Asked>
    </DrawerForm>
  )
}
