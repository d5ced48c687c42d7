import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Checkbox, Drawer, Tree } from 'antd'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import { FilterBar } from '../../ui/FilterBar'
import { Card, Facts, PageShell, State } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty, Loading, NoMatch } from '../../ui/states'
import { Names, useStaffName } from '../../ui/Who'
import { branches } from './departments'
import { common } from './words'
import './wecom.css'

type Member = Schema<'StaffMember'>

const said = texts({
  title: ['员工与好友', 'Staff and contacts'],
  lead: ['企业微信通讯录里的部门与员工。能接待客户的员工要在管理后台开通“客户联系”。', 'Departments and members of the directory. Who serves customers needs Customer Contact in the admin console.'],
  contacts: ['好友关系', 'Contacts'],
  departments: ['部门', 'Departments'],
  member: ['员工', 'Member'],
  userid: ['userid', 'userid'],
  position: ['职务', 'Position'],
  department: ['部门', 'Departments'],
  follow: ['客户联系', 'Customer contact'],
  may: ['已开通', 'Yes'],
  mayNot: ['未开通', 'No'],
  s1: ['在职', 'Active'],
  s2: ['已禁用', 'Disabled'],
  s4: ['未激活', 'Not activated'],
  s5: ['已离职', 'Left'],
  onlyFollow: ['只看能接待客户的', 'Only who may have customers'],
  left: ['含已离职', 'With who left'],
  leaders: ['直属上级', 'Leaders'],
  leads: ['负责部门', 'Leads'],
  under: ['管理的员工', 'Members led'],
  leftAt: ['离职时间', 'Left'],
  alias: ['别名', 'Alias'],
  show: ['查看好友', 'Contacts'],
  people: ['名下客户', 'Customers'],
  none: ['还没有员工', 'No members yet'],
  noneText: ['接入企业微信并完成第一次同步后，通讯录出现在这里。', 'The directory appears after the first sync.'],
})

/** The directory: departments as a tree, members, and each member’s contacts. */
export function StaffPage() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const search = useSearch({ from: '/shell/settings/staff' })
  const go = useNavigate({ from: '/settings/staff' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const { first, query: corps } = useCorps()
  const corp = search.corp ?? first
  const departments = api.useQuery('get', '/departments', { params: { query: { corp: corp ?? '' } } }, { enabled: Boolean(corp) })
  const tree = useMemo(() => branches(departments.data?.items ?? []), [departments.data])
  const byId = useMemo(() => new Map((departments.data?.items ?? []).map((d) => [d.id, d.name])), [departments.data])
  const list = api.useInfiniteQuery('get', '/staff', { params: { query: { corp: corp ?? '', department: search.department, follow: search.follow, left: search.left } } }, { ...byCursor, enabled: Boolean(corp) })
  const active = Boolean(search.department || search.follow || search.left)
  const clear = () => set({ department: undefined, follow: undefined, left: undefined })
  const state = (x: Pick<Member, 'status' | 'left_at'>) => <State tone={x.status === 1 ? 'good' : x.status === 4 ? 'warn' : 'quiet'}>{x.left_at ? t.s5 : t[`s${x.status}` as 's1'] ?? x.status}</State>
  const columns: Column<Member>[] = [
    { key: 'name', title: t.member, width: 150, always: true, render: (_, x) => <Button type="link" className="y-number" onClick={() => set({ member: x.staff })}><b>{x.name || x.staff}</b></Button> },
    { key: 'userid', title: t.userid, width: 120, render: (_, x) => <code>{x.staff}</code> },
    { key: 'position', title: t.position, width: 110, dataIndex: 'position' },
    { key: 'department', title: t.department, width: 180, render: (_, x) => x.departments?.map((d) => byId.get(d) ?? `#${d}`).join('、') },
    { key: 'follow', title: t.follow, width: 120, render: (_, x) => <State tone={x.follow ? 'good' : 'quiet'}>{x.follow ? t.may : t.mayNot}</State> },
    { key: 'state', title: c.state, width: 110, render: (_, x) => state(x) },
    { key: 'contacts', title: '', width: 110, always: true, render: (_, x) => may('contacts.read') && <Link to={'/settings/staff/contacts' as string} search={{ staff: x.staff, state: 'active' } as never}>{t.show}</Link> },
  ]
  if (corps.isPending) return <Loading tall />
  return (
    <PageShell fill title={t.title} lead={t.lead} extra={<CorpPicker value={corp} onChange={(x) => set({ corp: x, department: undefined })} />} actions={may('contacts.read') && corp && <Link to={'/settings/staff/contacts' as string}><Button>{t.contacts}</Button></Link>}>
      {!corp ? <Empty title={c.notConnected} action={<Link to={'/settings/wecom' as string}><Button type="primary">{c.connect}</Button></Link>}>{c.whyConnect}</Empty> : (
        <div className="y-wecom-directory">
          <Card>
            {tree.length > 0 && <Tree aria-label={t.departments} blockNode defaultExpandAll treeData={tree} selectedKeys={search.department ? [search.department] : []} onSelect={(keys) => set({ department: keys[0] === undefined ? undefined : Number(keys[0]) })} />}
          </Card>
          <div>
            <FilterBar active={active} onReset={clear}>
              <Checkbox checked={search.follow ?? false} onChange={(e) => set({ follow: e.target.checked || undefined })}>{t.onlyFollow}</Checkbox>
              <Checkbox checked={search.left ?? false} onChange={(e) => set({ left: e.target.checked || undefined })}>{t.left}</Checkbox>
            </FilterBar>
            <QueryTable id="staff" label={t.title} query={list} columns={columns} rowKey="staff" onOpen={(x) => set({ member: x.staff })} empty={active ? <NoMatch onClear={clear} /> : <Empty title={t.none}>{t.noneText}</Empty>} />
          </div>
        </div>
      )}
      {search.member && corp && <MemberDrawer corp={corp} user={search.member} departments={byId} onClose={() => set({ member: undefined })} />}
    </PageShell>
  )
}

function MemberDrawer({ corp, user, departments, onClose }: { corp: string; user: string; departments: Map<number, string>; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const name = useStaffName(corp)
  const one = api.useQuery('get', '/staff/{corp}/{user}', { params: { path: { corp, user } } })
  const customers = api.useQuery('get', '/customers', { params: { query: { staff: user, limit: 1 } } }, { enabled: may('customers.read') })
  const named = (ids: number[] | null) => ids?.map((d) => departments.get(d) ?? `#${d}`).join('、') || c.none
  return (
    <Drawer open size={440} title={name(user)} onClose={onClose} extra={may('contacts.read') && <Link to={'/settings/staff/contacts' as string} search={{ staff: user } as never}><Button size="small" type="primary">{t.show}</Button></Link>}>
      <Asked query={one}>
        {(x) => (
          <Facts items={[
            [t.userid, <code key="u">{x.staff}</code>], Boolean(x.alias) && [t.alias, x.alias], [t.position, x.position || c.none], [t.department, named(x.departments)], [t.leads, named(x.leads)],
            [t.leaders, <Names key="l" of={x.direct_leaders} corp={corp} most={9} />], Boolean(x.under?.length) && [t.under, <span key="n">{num(x.under.length)} · <Names of={x.under} corp={corp} most={6} /></span>],
            [t.follow, <State key="f" tone={x.follow ? 'good' : 'quiet'}>{x.follow ? t.may : t.mayNot}</State>],
            customers.data?.total !== undefined && [t.people, <Link key="c" to={'/customers' as string} search={{ staff: user } as never}>{num(customers.data.total)}</Link>],
            Boolean(x.left_at) && [t.leftAt, when(x.left_at)],
          ]} />
        )}
      </Asked>
    </Drawer>
  )
}
