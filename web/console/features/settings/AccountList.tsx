import { api, byCursor, type Schema } from '@shared/api/client'
import { day } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useMay, useMe } from '../../app/session'
import { DrawerForm, showFaults, useSure } from '../../ui/forms'
import { State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { roleLeads, roleNames } from './words'

type Account = Schema<'AccessAccount'>
type Role = 'owner' | 'operator' | 'analyst' | 'viewer'

const said = texts({
  accounts: ['账号', 'Accounts'], add: ['新建账号', 'New account'], edit: ['修改账号', 'Change account'],
  name: ['姓名', 'Name'], email: ['邮箱（登录名）', 'E-mail (to sign in)'], role: ['角色', 'Role'], state: ['状态', 'State'], since: ['创建于', 'Since'],
  password: ['初始密码', 'First password'], newPassword: ['重设密码', 'New password'], rule: ['10 到 200 个字符，请对方登录后修改', '10 to 200 characters; ask them to change it'],
  keep: ['不填则不变', 'Leave empty to keep it'],
  active: ['启用', 'Active'], disabled: ['已停用', 'Disabled'], disable: ['停用', 'Disable'], enable: ['启用', 'Enable'],
  ask: [(name: string) => `停用「${name}」？`, (name: string) => `Disable ${name}?`],
  askLead: ['对方会立即退出登录，已做的工作保留。', 'They are signed out at once. What they made stays.'],
  required: ['请填写', 'Fill this in'], made: ['账号已建好', 'The account is made'], saved: ['已保存', 'Saved'], actions: ['操作', 'Actions'], you: ['（我）', '(you)'],
})

const kinds: Role[] = ['owner', 'operator', 'analyst', 'viewer']

/** The accounts that sign in with a password. */
export function AccountList() {
  const t = useText(said)
  const roles = useText(roleNames)
  const may = useMay()
  const me = useMe()
  const cache = useQueryClient()
  const sure = useSure()
  const [editing, setEditing] = useState<Account | 'new'>()
  const list = api.useInfiniteQuery('get', '/accounts', {}, byCursor)
  const update = api.useMutation('patch', '/accounts/{id}', { onSuccess: () => cache.invalidateQueries({ queryKey: ['get', '/accounts'] }) })
  const turn = (a: Account) => {
    const go = () => update.mutateAsync({ params: { path: { id: a.id } }, body: { disabled: !a.disabled } })
    if (a.disabled) void go()
    else sure({ title: t.ask(a.name), content: t.askLead, ok: t.disable, danger: true, go })
  }
  return (
    <>
      <QueryTable<Account>
        id="accounts" label={t.accounts} query={list as never} rowKey="id" height={460} onOpen={may('accounts.write') ? setEditing : undefined}
        toolbar={may('accounts.write') && <Button type="primary" size="small" onClick={() => setEditing('new')}>{t.add}</Button>}
        columns={[
          { key: 'name', title: t.name, width: 180, always: true, render: (_, a) => <>{a.name} {a.id === me?.id && <span className="y-faint">{t.you}</span>}</> },
          { key: 'email', title: t.email, width: 240, dataIndex: 'email' },
          { key: 'role', title: t.role, width: 120, render: (_, a) => named(roles, a.role) },
          { key: 'state', title: t.state, width: 110, render: (_, a) => <State tone={a.disabled ? 'quiet' : 'good'}>{a.disabled ? t.disabled : t.active}</State> },
          { key: 'since', title: t.since, width: 120, render: (_, a) => day(a.created_at) },
          { key: 'do', title: t.actions, width: 110, always: true, render: (_, a) => may('accounts.write') && a.id !== me?.id && <Button size="small" type="link" danger={!a.disabled} onClick={() => turn(a)}>{a.disabled ? t.enable : t.disable}</Button> },
        ]}
      />
      {editing && <AccountForm account={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </>
  )
}

function AccountForm({ account, onClose }: { account?: Account; onClose: () => void }) {
  const t = useText(said)
  const roles = useText(roleNames)
  const leads = useText(roleLeads)
  const { message } = App.useApp()
  const cache = useQueryClient()
  const [form] = Form.useForm<{ name: string; email: string; role: Role; password?: string }>()
  const done = {
    onSuccess: () => { void cache.invalidateQueries({ queryKey: ['get', '/accounts'] }); message.success(account ? t.saved : t.made); onClose() },
    onError: (thrown: unknown) => { showFaults(form, thrown) },
  }
  const add = api.useMutation('post', '/accounts', done)
  const change = api.useMutation('patch', '/accounts/{id}', done)
  const save = async () => {
    const v = await form.validateFields()
    if (account) change.mutate({ params: { path: { id: account.id } }, body: { name: v.name, role: v.role, password: v.password || undefined } })
    else add.mutate({ body: { ...v, password: v.password ?? '' } })
  }
  return (
    <DrawerForm open title={account ? t.edit : t.add} onClose={onClose} onSave={() => void save().catch(() => {})} saving={add.isPending || change.isPending} problem={add.error ?? change.error}>
      <Form form={form} layout="vertical" initialValues={account ?? { role: 'operator' }}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, message: t.required }]}><Input maxLength={100} /></Form.Item>
        <Form.Item name="email" label={t.email} rules={[{ required: true, message: t.required }]}><Input type="email" disabled={Boolean(account)} maxLength={254} /></Form.Item>
        <Form.Item name="role" label={t.role}>
          <Radio.Group className="y-choices">{kinds.map((r) => <Radio key={r} value={r}><b>{roles[r]}</b><br /><span className="y-faint">{leads[r]}</span></Radio>)}</Radio.Group>
        </Form.Item>
        <Form.Item name="password" label={account ? t.newPassword : t.password} extra={account ? t.keep : t.rule} rules={[{ required: !account, min: 10, max: 200, message: t.rule }]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </DrawerForm>
  )
}
