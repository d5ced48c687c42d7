import { call, must, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { App, Form, Input } from 'antd'
import { useState } from 'react'
import { DrawerForm, showFaults } from '../../ui/forms'
import { AudiencePicker } from '../../ui/pickers'
import { useTagsChanged } from './TagGroups'

const said = texts({
  rename: [(n: string) => `把「${n}」改名`, (n: string) => `Rename “${n}”`], name: ['新名称', 'New name'], renameHelp: ['客户身上的标签和企业微信里的名称一起改；人群、筛选和 SOP 里写的旧名称不会跟着改。', 'What customers carry and what WeCom shows changes too. Audiences, filters and playbooks keep the old name: change them.'],
  rule: [(n: string) => `「${n}」跟着人群走`, (n: string) => `“${n}” follows an audience`], audience: ['人群', 'Audience'], choose: ['选择人群', 'Choose an audience'], ruleHelp: [(n: string) => `人群成员自动带上它，其他人自动去掉——包括现在手工打上的 ${n} 人里不在人群中的。`, (n: string) => `Members carry it, nobody else: it is taken off those of its ${n} customers who are not members.`], saved: ['已保存，正在更新客户', 'Saved; customers are being changed'],
})

/** Renames a tag or a group. */
export function RenameDrawer({ of: x, kind, onClose }: { of: Pick<Schema<'Tag'>, 'id' | 'name'>; kind: 'tag' | 'group'; onClose: () => void }) {
  const t = useText(said)
  const changed = useTagsChanged()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ name: string }>()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    const { name } = v
    setBusy(true)
    try {
      const at = { params: { path: { id: x.id } }, body: { name: name.trim() } }
      await must<unknown>(kind === 'tag' ? call.PATCH('/tags/{id}', at) : call.PATCH('/tags/groups/{id}', at))
      void message.success(t.saved)
      changed()
      onClose()
    } catch (thrown) {
      for (const rest of showFaults(form, thrown)) void message.error(rest)
    } finally {
      setBusy(false)
    }
  }
  return (
    <DrawerForm open title={t.rename(x.name)} onClose={onClose} onSave={() => void save()} saving={busy} size={420}>
      <Form form={form} layout="vertical" initialValues={{ name: x.name }}><Form.Item name="name" label={t.name} extra={t.renameHelp} rules={[{ required: true, whitespace: true }]}><Input autoFocus maxLength={30} /></Form.Item></Form>
    </DrawerForm>
  )
}

/** Binds a tag to an audience: its members carry it, nobody else. */
export function RuleTagDrawer({ tag: x, onClose }: { tag: Schema<'Tag'>; onClose: () => void }) {
  const t = useText(said)
  const changed = useTagsChanged()
  const { message } = App.useApp()
  const [audience, setAudience] = useState(x.audience)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const save = async () => {
    setBusy(true)
    try {
      await must(call.PUT('/tags/{id}/audience', { params: { path: { id: x.id } }, body: { audience: audience ?? '' } }))
      void message.success(t.saved)
      changed()
      onClose()
    } catch (thrown) {
      setProblem(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <DrawerForm open title={t.rule(x.name)} onClose={onClose} onSave={() => void save()} saving={busy} problem={problem} disabled={!audience || audience === x.audience} size={420}>
      <Form layout="vertical"><Form.Item label={t.audience} extra={t.ruleHelp(num(x.customers))}><AudiencePicker value={audience} onChange={setAudience} placeholder={t.choose} allowClear={false} style={{ width: '100%' }} /></Form.Item></Form>
    </DrawerForm>
  )
}
