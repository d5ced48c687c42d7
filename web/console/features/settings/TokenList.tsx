import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, day, exactly } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Modal, Select, Tooltip, Typography } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, showFaults, useSure } from '../../ui/forms'
import { MomentPicker } from '../../ui/MomentPicker'
import { State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { roleNames } from './words'

type Token = Schema<'AccessToken'>
type Role = 'owner' | 'operator' | 'analyst' | 'viewer'

const said = texts({
  tokens: ['API 令牌', 'API tokens'], add: ['新建令牌', 'New token'], name: ['用途', 'Purpose'], role: ['角色', 'Role'], only: ['只允许', 'Only these permissions'], all: ['角色的全部权限', 'All of the role'],
  used: ['最近使用', 'Last used'], never: ['从未', 'Never'], expires: ['到期', 'Expires'], none: ['不过期', 'Never'], state: ['状态', 'State'], valid: ['有效', 'Valid'], revoked: ['已吊销', 'Revoked'], expired: ['已过期', 'Expired'],
  revoke: ['吊销', 'Revoke'], ask: [(n: string) => `吊销令牌「${n}」？`, (n: string) => `Revoke the token ${n}?`], askLead: ['使用它的程序会立即被拒绝，不能恢复。', 'Programs that use it are refused at once. This cannot be undone.'],
  once: ['令牌只显示这一次', 'The token is shown only now'], onceLead: ['请复制并保存到密码库。关闭后无法再看到。', 'Copy it into a vault. It cannot be seen again.'], kept: ['我已保存', 'I have kept it'],
  required: ['请填写', 'Fill this in'], empty: ['还没有令牌', 'No tokens yet'], emptyLead: ['程序用令牌访问 /api/v1。给每个程序一个令牌，只给它需要的权限。', 'Programs use /api/v1 with a token. Give each its own, with only what it needs.'], actions: ['操作', 'Actions'], permissions: ['权限', 'Permissions'],
})

/** The tokens of programs. */
export function TokenList() {
  const t = useText(said)
  const roles = useText(roleNames)
  const may = useMay()
  const sure = useSure()
  const cache = useQueryClient()
  const [adding, setAdding] = useState(false)
  const [secret, setSecret] = useState<string>()
  const list = api.useInfiniteQuery('get', '/tokens', {}, byCursor)
  const revoke = api.useMutation('delete', '/tokens/{id}', { onSuccess: () => cache.invalidateQueries({ queryKey: ['get', '/tokens'] }) })
  const state = (k: Token) => (k.revoked_at ? <State tone="quiet">{t.revoked}</State> : k.expires_at && Date.parse(k.expires_at) < Date.now() ? <State tone="warn">{t.expired}</State> : <State tone="good">{t.valid}</State>)
  return (
    <>
      <QueryTable<Token>
        id="tokens" label={t.tokens} query={list as never} rowKey="id" height={460}
        empty={<Empty title={t.empty} action={may('accounts.write') && <Button type="primary" onClick={() => setAdding(true)}>{t.add}</Button>}>{t.emptyLead}</Empty>}
        toolbar={may('accounts.write') && <Button type="primary" size="small" onClick={() => setAdding(true)}>{t.add}</Button>}
        columns={[
          { key: 'name', title: t.name, width: 200, always: true, dataIndex: 'name' },
          { key: 'role', title: t.role, width: 110, render: (_, k) => named(roles, k.role) },
          { key: 'only', title: t.permissions, width: 220, render: (_, k) => k.permissions?.join(', ') ?? <span className="y-faint">{t.all}</span> },
          { key: 'used', title: t.used, width: 120, render: (_, k) => (k.used_at ? <Tooltip title={exactly(k.used_at)}>{ago(k.used_at)}</Tooltip> : t.never) },
          { key: 'expires', title: t.expires, width: 120, render: (_, k) => (k.expires_at ? day(k.expires_at) : t.none) },
          { key: 'state', title: t.state, width: 110, render: (_, k) => state(k) },
          {
            key: 'do', title: t.actions, width: 90, always: true,
            render: (_, k) => may('accounts.write') && !k.revoked_at && (
              <Button size="small" type="link" danger onClick={() => sure({ title: t.ask(k.name), content: t.askLead, ok: t.revoke, danger: true, go: () => revoke.mutateAsync({ params: { path: { id: k.id } } }) })}>{t.revoke}</Button>
            ),
          },
        ]}
      />
      {adding && <TokenForm onClose={() => setAdding(false)} onMade={(s) => { setAdding(false); setSecret(s) }} />}
      <Modal destroyOnHidden open={Boolean(secret)} title={t.once} okText={t.kept} onOk={() => setSecret(undefined)} closable={false} cancelButtonProps={{ hidden: true }} mask={{ closable: false }}>
        <Alert type="warning" showIcon title={t.onceLead} />
        <Typography.Paragraph copyable code className="y-secret">{secret ?? ''}</Typography.Paragraph>
      </Modal>
    </>
  )
}

function TokenForm({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const t = useText(said)
  const roles = useText(roleNames)
  const cache = useQueryClient()
  const [form] = Form.useForm<{ name: string; role: Role; permissions?: string[]; expires?: string }>()
  const role = Form.useWatch('role', form)
  const known = api.useQuery('get', '/roles', {})
  const add = api.useMutation('post', '/tokens', {
    onSuccess: (made) => { void cache.invalidateQueries({ queryKey: ['get', '/tokens'] }); onMade(made.token) },
    onError: (thrown) => { showFaults(form, thrown) },
  })
  const save = async () => {
    const v = await form.validateFields()
    add.mutate({ body: { name: v.name, role: v.role, permissions: v.permissions?.length ? v.permissions : undefined, expires_at: v.expires } })
  }
  const choices = known.data?.items?.find((r) => r.role === role)?.permissions ?? []
  return (
    <DrawerForm open title={t.add} onClose={onClose} onSave={() => void save().catch(() => {})} saving={add.isPending} problem={add.error}>
      <Form form={form} layout="vertical" initialValues={{ role: 'analyst' }}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, message: t.required }]}><Input maxLength={100} /></Form.Item>
        <Form.Item name="role" label={t.role}><Select options={Object.entries(roles).map(([value, label]) => ({ value, label }))} /></Form.Item>
        <Form.Item name="permissions" label={t.only}><Select mode="multiple" allowClear placeholder={t.all} options={choices.map((p) => ({ value: p, label: p }))} /></Form.Item>
        <Form.Item name="expires" label={t.expires}><MomentPicker day only="future" placeholder={t.none} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
