import { getRouteApi } from '@tanstack/react-router'
import { texts, useText } from '@shared/i18n'
import { Tabs } from 'antd'
import { PageShell } from '../../ui/PageShell'
import { AccountList } from './AccountList'
import { RoleTable } from './RoleTable'
import { TokenList } from './TokenList'

const said = texts({
  title: ['账号与权限', 'Accounts and roles'],
  lead: ['谁能登录、能做什么；程序用令牌访问。员工在企业微信里登录，只看到自己的客户。', 'Who may sign in and what they may do. Programs use tokens. Staff sign in through WeCom and see their own customers.'],
  accounts: ['账号', 'Accounts'], roles: ['角色权限', 'Roles'], tokens: ['API 令牌', 'API tokens'],
})

const route = getRouteApi('/shell/settings/accounts')

/** Accounts, what roles may do, and the tokens of programs. */
export function Accounts() {
  const t = useText(said)
  const { tab } = route.useSearch()
  const go = route.useNavigate()
  return (
    <PageShell title={t.title} lead={t.lead}>
      <Tabs
        activeKey={tab ?? 'accounts'} onChange={(key) => void go({ search: { tab: key as 'accounts' }, replace: true })}
        items={[
          { key: 'accounts', label: t.accounts, children: <AccountList /> },
          { key: 'roles', label: t.roles, children: <RoleTable /> },
          { key: 'tokens', label: t.tokens, children: <TokenList /> },
        ]}
      />
    </PageShell>
  )
}
