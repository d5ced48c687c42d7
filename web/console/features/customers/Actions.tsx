import { call, must, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Alert, App, Form, Input, Radio } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { DrawerForm, useOops } from '../../ui/forms'
import { TagPicker } from '../../ui/pickers'
import { useExpecting } from '../../ui/expecting'
import { BulkDrawer } from './BulkDrawer'
import type { Filter } from './filter'

const ExportDrawer = lazy(() => import('../../ui/export/ExportDrawer').then((m) => ({ default: m.ExportDrawer })))

/** What can be done with the customers of a filter. */
export const actions = ['tag', 'untag', 'audience', 'send', 'playbook', 'export'] as const

/** One of them. */
export type Action = (typeof actions)[number]

/** The permissions that each needs. */
export const actionNeeds: Record<Action, string[]> = {
  tag: ['tags.write'], untag: ['tags.write'], audience: ['audiences.write'], send: ['audiences.write', 'outreach.write'], playbook: ['audiences.write', 'playbooks.write'], export: ['customers.read'],
}

/** What is to be done with whom: everybody who passes the filter, or the customers chosen by hand. `rule` is the filter as a rule, absent if it asks for words. */
export interface Target {
  action: Action
  filter: Filter
  rule?: unknown
  count: number
  customers?: string[]
}

const said = texts({
  tag: [(n: string) => `给 ${n} 人打标签`, (n: string) => `Add tags to ${n} people`], untag: [(n: string) => `去掉 ${n} 人的标签`, (n: string) => `Remove tags of ${n} people`], audience: [(n: string) => `把 ${n} 人存为人群`, (n: string) => `Save ${n} people as an audience`],
  send: [(n: string) => `群发给 ${n} 人`, (n: string) => `Send to ${n} people`], playbook: [(n: string) => `让 ${n} 人进入 SOP`, (n: string) => `Use ${n} people in a playbook`],
  tags: ['标签', 'Tags'], tagsHelp: ['可选已有标签，也可输入新标签。企业标签会同步到企业微信。', 'Choose tags, or type new ones. Corp tags go to WeCom too.'], start: ['开始', 'Start'], next: ['下一步', 'Next'], save: ['保存', 'Save'],
  name: ['人群名称', 'Name'], note: ['说明', 'Description'], members: ['成员怎么变化', 'Members'], live: ['跟着条件变：以后符合的自动进入，不符合的离开', 'Live: who matches later comes in, who does not goes'], fixed: ['固定为现在这些人（用标签记住）', 'Fixed: the people of now, kept by a tag'],
  words: ['按姓名、手机号等文字搜索的结果只能固定成现在这些人。', 'A search by words can only be kept as the people of now.'], chosen: ['手工勾选的客户会用标签记住，成为固定人群。', 'Customers chosen by hand are kept by a tag.'], first: ['先把他们存为人群，再写内容。', 'They are saved as an audience first.'],
  file: ['客户', 'Customers'], saved: ['已存为人群', 'Saved as an audience'], open: ['打开', 'Open'],
})

/** The drawer of an action. */
export function ActionDrawer({ target, onClose }: { target: Target; onClose: () => void }) {
  const t = useText(said)
  if (target.action === 'tag' || target.action === 'untag') return <TagThem target={target} onClose={onClose} />
  if (target.action === 'export') return <Suspense><ExportDrawer filter={target.customers ? { customers: target.customers } : target.filter} count={target.count} name={t.file} onClose={onClose} /></Suspense>
  return <Keep target={target} onClose={onClose} />
}

function TagThem({ target, onClose }: { target: Target; onClose: () => void }) {
  const t = useText(said)
  const act = useExpecting()
  const oops = useOops()
  const client = useQueryClient()
  const [tags, setTags] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const [begun, setBegun] = useState<string>()
  const adds = target.action === 'tag'
  const go = async () => {
    setBusy(true)
    try {
      const change = adds ? { add: tags } : { remove: tags }
      const begin = (body: Schema<'BeginInputBody'>) => must(call.POST('/tags/bulk', { body }))
      const made = target.customers ? await begin({ ...change, customers: target.customers }) : await act(target.filter, target.count, (expect) => begin({ ...change, filter: target.filter, expect }))
      if (made) setBegun(made.id)
      void client.invalidateQueries({ queryKey: ['get', '/tags/bulk'] })
    } catch (thrown) {
      oops(thrown)
    } finally {
      setBusy(false)
    }
  }
  if (begun) return <BulkDrawer id={begun} onClose={onClose} />
  return (
    <DrawerForm open title={t[adds ? 'tag' : 'untag'](num(target.count))} onClose={onClose} onSave={() => void go()} saving={busy} okText={t.start} disabled={tags.length === 0}>
      <Form layout="vertical"><Form.Item label={t.tags} extra={adds ? t.tagsHelp : undefined}><TagPicker free={adds} value={tags} onChange={setTags} style={{ width: '100%' }} /></Form.Item></Form>
    </DrawerForm>
  )
}

function Keep({ target, onClose }: { target: Target; onClose: () => void }) {
  const t = useText(said)
  const act = useExpecting()
  const go = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ name: string; description?: string; fixed: boolean }>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const onlyFixed = Boolean(target.customers) || target.rule === undefined
  const keep = async (v: { name: string; description?: string; fixed: boolean }) => {
    if (!target.customers) return (await act(target.filter, target.count, (expect) => must(call.POST('/customers/audience', { body: { ...target.filter, name: v.name, description: v.description, fixed: onlyFixed || v.fixed, expect } }))))?.id
    await must(call.POST('/tags/bulk', { body: { customers: target.customers, add: [v.name] } }))
    return (await must(call.POST('/audiences', { body: { name: v.name, description: v.description, rule: { tag: v.name } } }))).id
  }
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(true)
    setProblem(undefined)
    try {
      const id = await keep(v)
      if (!id) return
      void client.invalidateQueries({ queryKey: ['get', '/audiences'] })
      onClose()
      if (target.action === 'send') return void go({ to: `/sends/new?audience=${id}` as string })
      if (target.action === 'playbook') return void go({ to: `/playbooks/new?audience=${id}` as string })
      void message.success(<>{t.saved} <Link to={`/audiences/${id}` as string}>{t.open}</Link></>, 6)
    } catch (thrown) {
      setProblem(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <DrawerForm open title={t[target.action as 'audience'](num(target.count))} onClose={onClose} onSave={() => void save()} saving={busy} problem={problem} okText={target.action === 'audience' ? t.save : t.next}>
      {target.action !== 'audience' && <p className="y-faint" style={{ marginTop: 0 }}>{t.first}</p>}
      <Form form={form} layout="vertical" initialValues={{ fixed: onlyFixed }}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}><Input autoFocus maxLength={60} /></Form.Item>
        <Form.Item name="description" label={t.note}><Input.TextArea rows={2} maxLength={500} /></Form.Item>
        {onlyFixed ? <Alert type="info" showIcon title={target.customers ? t.chosen : t.words} /> : (
          <Form.Item name="fixed" label={t.members}><Radio.Group className="y-choices" options={[{ value: false, label: t.live }, { value: true, label: t.fixed }]} /></Form.Item>
        )}
      </Form>
    </DrawerForm>
  )
}
