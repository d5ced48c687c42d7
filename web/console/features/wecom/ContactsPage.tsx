import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Select } from 'antd'
import { FilterBar } from '../../ui/FilterBar'
import { PageShell, State } from '../../ui/PageShell'
import { CorpPicker, CustomerPicker, StaffPicker, useCorps } from '../../ui/pickers'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { contactTones, contactWords } from '../../ui/words/contacts'
import { common, wayWords } from './words'
import './wecom.css'

type Contact = Schema<'Contact'>
type Row = Contact & { key: string }

const said = texts({
  title: ['好友关系', 'Contacts'],
  lead: ['每一行是一位员工与一位客户的好友关系，已结束的也保留。', 'Each row is the relation of a member with a customer; ended ones stay.'],
  every: ['全部状态', 'All states'],
  remark: ['备注', 'Remark'],
  description: ['描述', 'Description'],
  company: ['公司', 'Company'],
  channel: ['渠道', 'Channel'],
  code: ['活码 / 链接', 'Code or link'],
  way: ['添加方式', 'How'],
  added: ['添加时间', 'Added'],
  ended: ['结束时间', 'Ended'],
  times: ['添加次数', 'Times'],
  tags: ['企业标签', 'Corp tags'],
  none: ['还没有好友关系', 'No contacts yet'],
  noneText: ['客户添加员工，或完成第一次同步后出现在这里。', 'They appear when customers add staff, or after the first sync.'],
})

/** All relations of staff and customers, ended ones too. */
export function ContactsPage() {
  const t = useText(said)
  const c = useText(common)
  const states = useText(contactWords)
  const ways = useText(wayWords)
  const search = useSearch({ from: '/shell/settings/staff/contacts' })
  const go = useNavigate({ from: '/settings/staff/contacts' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const { corps } = useCorps()
  const { corp, staff, customer, state } = search
  const name = useStaffName(corp)
  const list = api.useInfiniteQuery('get', '/contacts', { params: { query: { corp, staff, customer, state } } }, byCursor)
  const query = { ...list, data: list.data && { pages: list.data.pages.map((p) => ({ items: (p.items ?? []).map((x): Row => ({ ...x, key: `${x.corp} ${x.staff} ${x.external_userid}` })) })) } }
  const active = Boolean(staff || customer || state)
  const clear = () => set({ staff: undefined, customer: undefined, state: undefined })
  const columns: Column<Row>[] = [
    { key: 'customer', title: c.customer, width: 150, always: true, render: (_, x) => <Who id={x.customer} /> },
    { key: 'staff', title: c.staff, width: 110, render: (_, x) => name(x.staff) },
    { key: 'state', title: c.state, width: 120, render: (_, x) => <State tone={contactTones[x.state] ?? 'quiet'}>{named(states, x.state)}</State> },
    { key: 'remark', title: t.remark, width: 170, dataIndex: 'remark' },
    { key: 'channel', title: t.channel, width: 120, render: (_, x) => x.provenance?.channel },
    { key: 'code', title: t.code, width: 140, render: (_, x) => (x.provenance?.code?.startsWith('lc_') ? <Link to={`/codes/${x.provenance.code}` as string}>{x.provenance.code_name || x.provenance.code}</Link> : x.provenance?.code_name) },
    { key: 'way', title: t.way, width: 110, render: (_, x) => named(ways, x.provenance?.add_way) },
    { key: 'added', title: t.added, width: 150, render: (_, x) => when(x.added_at) },
    { key: 'ended', title: t.ended, width: 150, render: (_, x) => (x.ended_at ? when(x.ended_at) : '–') },
    { key: 'times', title: t.times, width: 90, num: true, hidden: true, render: (_, x) => num(x.additions) },
    { key: 'tags', title: t.tags, width: 90, num: true, hidden: true, render: (_, x) => num(x.tags?.length) },
    { key: 'company', title: t.company, width: 140, hidden: true, dataIndex: 'company' },
    { key: 'description', title: t.description, width: 180, hidden: true, dataIndex: 'description' },
  ]
  return (
    <PageShell fill title={t.title} lead={t.lead} back="/settings/staff">
      <FilterBar active={active} onReset={clear}>
        {corps.length > 1 && <CorpPicker value={corp} onChange={(x) => set({ corp: x })} />}
        <StaffPicker single corp={corp} value={staff ? [staff] : []} onChange={([u]) => set({ staff: u })} />
        <CustomerPicker value={customer} onChange={(x) => set({ customer: x })} />
        <Select style={{ width: 150 }} aria-label={c.state} value={state ?? ''} onChange={(v) => set({ state: (v || undefined) as Contact['state'] | undefined })} options={[{ value: '', label: t.every }, ...(['active', 'half', 'lost', 'deleted', 'transferred'] as const).map((k) => ({ value: k, label: states[k] }))]} />
      </FilterBar>
      <QueryTable id="contacts" label={t.title} query={query} columns={columns} rowKey="key" empty={active ? <NoMatch onClear={clear} /> : <Empty title={t.none}>{t.noneText}</Empty>} />
    </PageShell>
  )
}
