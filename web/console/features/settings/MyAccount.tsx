import { groupBy } from '@shared/group'
import { api } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { App, Button, Form, Input } from 'antd'
import { useMe } from '../../app/session'
import { Faults } from '../../ui/forms'
import { Card, Columns, Facts, PageShell } from '../../ui/PageShell'
import { Loading } from '../../ui/states'
import { problemOf } from '@shared/api/client'
import { actNames, roleLeads, roleNames, roomNames } from './words'

const said = texts({
  title: ['我的账号', 'My account'],
  who: ['身份与权限', 'Who you are'],
  name: ['姓名', 'Name'], role: ['角色', 'Role'], scope: ['数据范围', 'Data scope'], may: ['可以', 'May'],
  whole: ['整个品牌', 'The whole brand'],
  password: ['修改密码', 'Change password'],
  current: ['当前密码', 'Current password'],
  wanted: ['新密码', 'New password'],
  again: ['再输一次', 'Once more'],
  rule: ['10 到 200 个字符', '10 to 200 characters'],
  differ: ['两次输入不一致', 'The two differ'],
  change: ['修改并退出所有登录', 'Change and sign out everywhere'],
  changed: ['密码已修改，请重新登录', 'Changed. Sign in again'],
  required: ['请填写', 'Fill this in'],
})

/** Who is signed in, what they may do, and their password. */
export function MyAccount() {
  const t = useText(said)
  const roles = useText(roleNames)
  const leads = useText(roleLeads)
  const rooms = useText(roomNames)
  const acts = useText(actNames)
  const me = useMe()
  const { message } = App.useApp()
  const change = api.useMutation('post', '/me/password', {
    onSuccess: () => { message.success(t.changed); setTimeout(() => location.assign('/console/sign-in'), 1200) },
  })
  if (!me) return <Loading tall />
  const byRoom = groupBy(me.permissions ?? [], (p) => p.split('.')[0] ?? p)
  return (
    <PageShell title={t.title}>
      <Columns min={380}>
        <Card title={t.who}>
          <Facts items={[
            [t.name, me.name],
            [t.role, <span key="r"><b>{named(roles, String(me.role))}</b> <span className="y-faint">{named(leads, String(me.role))}</span></span>],
            [t.scope, String(me.scope) === 'brand' || !me.scope ? t.whole : String(me.scope)],
            [t.may, <ul className="y-plainlist" key="p">{[...byRoom].map(([room, list]) => <li key={room}><b>{named(rooms, room)}</b> {list.map((p) => named(acts, p.split('.')[1])).join(' · ')}</li>)}</ul>],
          ]} />
        </Card>
        <Card title={t.password}>
          <Form layout="vertical" onFinish={(v: { current: string; wanted: string }) => change.mutate({ body: { current: v.current, wanted: v.wanted } })}>
            <Form.Item name="current" label={t.current} rules={[{ required: true, message: t.required }]}><Input.Password autoComplete="current-password" /></Form.Item>
            <Form.Item name="wanted" label={t.wanted} extra={t.rule} rules={[{ required: true, min: 10, max: 200, message: t.rule }]}><Input.Password autoComplete="new-password" /></Form.Item>
            <Form.Item
              name="again" label={t.again} dependencies={['wanted']}
              rules={[({ getFieldValue }) => ({ validator: (_, v) => (v === getFieldValue('wanted') ? Promise.resolve() : Promise.reject(new Error(t.differ))) })]}
            ><Input.Password autoComplete="new-password" /></Form.Item>
            {change.error && <Form.Item><Faults problem={problemOf(change.error)} /></Form.Item>}
            <Button type="primary" htmlType="submit" loading={change.isPending}>{t.change}</Button>
          </Form>
        </Card>
      </Columns>
    </PageShell>
  )
}
