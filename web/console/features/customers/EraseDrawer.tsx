import { api, call, must, problemOf } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button, Checkbox, Drawer, Form, Input, Steps } from 'antd'
import { useState } from 'react'
import { Faults } from '../../ui/forms'
import { Facts } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { roomNames } from './words'

const said = texts({
  title: ['删除客户', 'Erase a customer'], warn: ['无法恢复。这个人的标识、档案、标签、授权会被删除；事件和订单只留下时间、金额和报表要用的分类，不再指向任何人。', 'There is no way back. Identities, profile, tags and consents go; events and orders keep times, amounts and what reports break down by, and lead to nobody.'],
  what: ['会涉及这些数据（行）', 'What there is (rows)'], reason: ['原因', 'Reason'], reasonHelp: ['会记入操作日志。不要写姓名或手机号。', 'It stands in the audit log. No names or numbers.'], example: ['例如：客户 3 月 3 日来信要求删除', 'Such as: asked by letter of 3 March'], block: ['同时屏蔽他的标识：再来时不再建立客户', 'Block the identities too: who comes again is nobody'],
  blockHelp: ['还是员工好友的话，夜间对账会把平台上的信息带回来；请先在企业微信里删除好友，或勾选这里。', 'As long as the person is a contact of your staff, the nightly comparison brings back what the platform says. Delete the contact first, or choose this.'], confirm: [(id: string) => `输入 ${id} 确认`, (id: string) => `Type ${id} to confirm`], go: ['永久删除', 'Erase for good'], cancel: ['取消', 'Cancel'],
  waiting: ['排队', 'Waiting'], erased: ['已从数据库删除', 'Gone from the database'], done: ['已从内存与快照删除', 'Gone from memory and snapshots'], back: ['回到客户列表', 'To the customers'], backup: ['以前的备份里仍有此人，请按保留期删除备份。', 'Older backups still hold the person, until you delete them.'], mismatch: ['和编号不一致', 'That is not the id'],
})

const states = ['waiting', 'erased', 'done'] as const

/** Erases a customer: what there is, why, and the id typed once more. */
export function EraseDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const rooms = useText(roomNames)
  const [form] = Form.useForm<{ reason: string; confirm: string; block?: boolean }>()
  const asked = api.useQuery('get', '/customers/{id}/erase', { params: { path: { id } } }, { staleTime: 0 })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const [begun, setBegun] = useState<string>()
  const go = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(true)
    try {
      setBegun((await must(call.POST('/customers/{id}/erase', { params: { path: { id } }, body: v }))).id)
    } catch (thrown) {
      setProblem(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Drawer
      open onClose={onClose} size={520} title={`${t.title} ${id}`} maskClosable={!busy}
      footer={begun ? undefined : <div className="y-foot"><Button onClick={onClose}>{t.cancel}</Button><Button type="primary" danger loading={busy} disabled={!asked.data} onClick={() => void go()}>{t.go}</Button></div>}
    >
      {begun ? <Erasing id={begun} /> : (
        <div className="y-stack">
          <Alert type="error" showIcon title={t.warn} />
          <section>
            <h3 className="y-h3">{t.what}</h3>
            <Asked query={asked} rows={4}>{(p) => <Facts items={Object.entries(p.rows).sort(([, a], [, b]) => b - a).map(([room, n]) => [named(rooms, room), num(n)])} />}</Asked>
          </section>
          <Form form={form} layout="vertical" initialValues={{ block: false }}>
            <Form.Item name="reason" label={t.reason} extra={t.reasonHelp} rules={[{ required: true, min: 4, max: 200 }]}><Input maxLength={200} placeholder={t.example} /></Form.Item>
            <Form.Item name="block" valuePropName="checked" extra={t.blockHelp}><Checkbox>{t.block}</Checkbox></Form.Item>
            <Form.Item name="confirm" label={t.confirm(asked.data?.confirm ?? id)} rules={[{ required: true }, { validator: (_, v: string) => (v === (asked.data?.confirm ?? id) ? Promise.resolve() : Promise.reject(new Error(t.mismatch))) }]}><Input autoComplete="off" /></Form.Item>
          </Form>
          {problem !== undefined && <Faults problem={problemOf(problem)} />}
        </div>
      )}
    </Drawer>
  )
}

function Erasing({ id }: { id: string }) {
  const t = useText(said)
  const client = useQueryClient()
  const asked = api.useQuery('get', '/privacy/erasures/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data?.state === 'done' ? false : 1000) })
  return (
    <Asked query={asked} rows={3}>
      {(e) => (
        <div className="y-stack" aria-live="polite">
          <Steps orientation="vertical" current={states.indexOf(e.state)} status={e.state === 'done' ? 'finish' : 'process'} items={states.map((s) => ({ title: t[s] }))} />
          {e.state === 'done' && <><Alert type="info" showIcon title={t.backup} /><Link to={'/customers' as string} onClick={() => void client.invalidateQueries({ queryKey: ['get'] })}><Button type="primary">{t.back}</Button></Link></>}
        </div>
      )}
    </Asked>
  )
}
