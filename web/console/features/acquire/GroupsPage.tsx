import { api, byCursor, call, type Schema } from '@shared/api/client'
import { ago, day, isoDay, num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Checkbox, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { FilterBar } from '../../ui/FilterBar'
import { PageShell, Stat, State } from '../../ui/PageShell'
import { CorpPicker, StaffPicker, useCorps } from '../../ui/pickers'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { GroupFigures, statPages } from './GroupFigures'
import { GroupTabs } from './GroupTabs'
import { GroupWelcome } from './GroupWelcome'
import { totals } from './groupStats'
import { sift } from './kit'
import { common } from './words'
import './acquire.css'

type Group = Schema<'GroupchatGroup'>

const said = texts({
  title: ['客户群', 'Customer groups'],
  lead: ['企业员工作为群主的客户群。成员、进退群和每日活跃来自企业微信，进退群会记到客户时间线。', 'Groups that members own. Members, joins, leaves and daily activity come from WeCom; joins and leaves go onto the customer’s timeline.'],
  group: ['群', 'Group'],
  noName: ['（未命名）', '(no name)'],
  owner: ['群主', 'Owner'],
  size: ['成员', 'Members'],
  customers: ['客户', 'Customers'],
  moves: ['近 7 天进 / 退', 'Joined / left, 7 d'],
  share: ['满员', 'Full'],
  open: ['正常', 'Open'],
  dismissed: ['已解散', 'Dismissed'],
  withDismissed: ['含已解散', 'With dismissed ones'],
  created: ['建群', 'Created'],
  pulled: ['更新', 'Pulled'],
  newMembers: ['新入群', 'Joined'],
  talkers: ['发言人数', 'Who wrote'],
  messages: ['消息', 'Messages'],
  active: ['活跃群', 'Active groups'],
  of: [(n: string) => `共 ${n} 个`, (n: string) => `of ${n}`],
  dayNote: [(d: string) => `${d}，企业微信次日给出`, (d: string) => `${d}; WeCom gives it the day after`],
  emptyTitle: ['还没有客户群', 'No groups yet'],
  empty: ['员工在企业微信建群后，同步会自动带入；也可以先做一个入群活码。', 'Groups that members make come with the sync. A join code can be made first.'],
  makeCode: ['新建入群活码', 'New join code'],
  dupTitle: ['没有重复入群的客户', 'Nobody is in several groups'],
  dupText: ['同一位客户在多个群时，群发会重复打扰。出现后可以在这里查看并请群主处理。', 'Who is in several groups reads the same twice. They would stand here.'],
  customer: ['客户', 'Customer'],
  groups: ['所在的群', 'Which'],
  count: ['群数', 'Groups'],
})

/** Customer groups: list, duplicates, statistics, welcome templates. */
export function GroupsPage() {
  const t = useText(said)
  const search = useSearch({ from: '/shell/groups' })
  const go = useNavigate({ from: '/groups' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const { first } = useCorps()
  const corp = search.corp ?? first
  const tab = search.tab ?? 'groups'
  return (
    <PageShell fill={tab === 'groups' || tab === 'duplicates'} title={t.title} lead={t.lead} extra={<CorpPicker value={corp} onChange={(x) => set({ corp: x })} />}>
      <GroupTabs at={tab} />
      {tab === 'groups' && <List corp={corp} owner={search.owner?.[0]} dismissed={search.dismissed} set={set} />}
      {corp && tab === 'duplicates' && <Duplicates corp={corp} />}
      {corp && tab === 'figures' && <GroupFigures corp={corp} from={search.from} to={search.to} set={set} />}
      {corp && tab === 'welcome' && <GroupWelcome corp={corp} />}
    </PageShell>
  )
}

function List({ corp, owner, dismissed, set }: { corp?: string; owner?: string; dismissed?: boolean; set: (next: { owner?: string[]; dismissed?: boolean }) => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const go = useNavigate()
  const name = useStaffName(corp)
  const list = api.useInfiniteQuery('get', '/groups', { params: { query: { corp, owner, dismissed } } }, byCursor)
  const active = Boolean(owner || dismissed)
  const clear = () => set({ owner: undefined, dismissed: undefined })
  const columns: Column<Group>[] = [
    { key: 'name', title: t.group, width: 230, always: true, render: (_, x) => <Link to={`/groups/${x.id}` as string}><b>{x.name || t.noName}</b></Link> },
    { key: 'owner', title: t.owner, width: 120, render: (_, x) => <Button type="link" className="y-number" onClick={() => set({ owner: [x.owner] })}>{name(x.owner)}</Button> },
    { key: 'size', title: t.size, width: 90, num: true, render: (_, x) => num(x.size) },
    { key: 'customers', title: t.customers, width: 90, num: true, render: (_, x) => num(x.customers) },
    { key: 'moves', title: t.moves, width: 130, num: true, render: (_, x) => <Moves group={x} /> },
    { key: 'share', title: t.share, width: 130, render: (_, x) => <Tooltip title={`${num(x.size)} / 200`}><span className="y-acquire-meter" tabIndex={0}><i style={{ width: `${Math.min(100, x.size / 2)}%` }} className={x.size >= 190 ? 'y-acquire-full' : undefined} /></span></Tooltip> },
    { key: 'state', title: c.state, width: 100, render: (_, x) => <State tone={x.dismissed_at ? 'quiet' : 'good'}>{x.dismissed_at ? t.dismissed : t.open}</State> },
    { key: 'created', title: t.created, width: 120, render: (_, x) => day(x.created_at) },
    { key: 'pulled', title: t.pulled, width: 120, render: (_, x) => <Tooltip title={when(x.pulled_at)}>{ago(x.pulled_at)}</Tooltip> },
  ]
  return (
    <>
      {corp && <Latest corp={corp} owner={owner} />}
      <FilterBar active={active} onReset={clear}>
        <StaffPicker single corp={corp} placeholder={t.owner} aria-label={t.owner} value={owner ? [owner] : []} onChange={(u) => set({ owner: u.length ? u : undefined })} />
        <Checkbox checked={dismissed ?? false} onChange={(e) => set({ dismissed: e.target.checked || undefined })}>{t.withDismissed}</Checkbox>
      </FilterBar>
      <QueryTable
        id="groups" label={t.title} query={list} columns={columns} rowKey="id" onOpen={(x) => void go({ to: `/groups/${x.id}` as string })}
        empty={active ? <NoMatch onClear={clear} /> : <Empty title={t.emptyTitle} action={may('groups.write') && <Link to={'/groups/codes' as string} search={{ edit: 'new' } as never}><Button type="primary">{t.makeCode}</Button></Link>}>{t.empty}</Empty>}
      />
    </>
  )
}

/** How many customers joined and left in the last seven days; their names are read when asked for. */
function Moves({ group }: { group: Group }) {
  const t = useText(said)
  const drill = useDrill()
  const { id, moves } = group
  if (!moves) return <span className="y-faint">–</span>
  if (moves.joined + moves.left === 0) return <span className="y-faint">0 / 0</span>
  const since = (at?: string) => Boolean(at && Date.parse(at) >= Date.parse(moves.since))
  const open = () => drill({
    key: ['group-moves', id, moves.since], title: `${group.name || t.noName} · ${t.moves}`,
    list: (cursor, signal) => sift<Schema<'GroupchatMember'>, { id: string; name?: string; detail: string }>(
      (at) => call.GET('/groups/{id}/members', { params: { path: { id }, query: { past: true, cursor: at, limit: 200 } }, signal }), cursor,
      (m) => Boolean(m.external && m.customer) && (since(m.joined_at) || since(m.left_at)),
      (m) => ({ id: m.customer ?? '', name: m.name, detail: m.left_at ? `− ${when(m.left_at)}` : `+ ${when(m.joined_at)}` }),
    ),
  })
  return <Button type="link" className="y-number" onClick={open}>+{num(moves.joined)} / −{num(moves.left)}</Button>
}

/** The figures of the latest day that the platform has counted. */
function Latest({ corp, owner }: { corp: string; owner?: string }) {
  const t = useText(said)
  const from = isoDay(Date.now() - 3 * 86_400_000)
  const stats = useQuery({ queryKey: ['group-stats', corp, owner, from], queryFn: ({ signal }) => statPages(corp, from, isoDay(Date.now()), owner, signal) })
  const v = totals(stats.data ?? []).at(-1)
  if (!v) return null
  return (
    <div className="y-stats">
      <Stat label={t.newMembers} value={num(v.new_members)} note={t.dayNote(day(v.day))} />
      <Stat label={t.talkers} value={num(v.talkers)} />
      <Stat label={t.messages} value={num(v.messages)} />
      <Stat label={t.active} value={num(v.active_groups)} note={t.of(num(v.groups))} />
    </div>
  )
}

function Duplicates({ corp }: { corp: string }) {
  const t = useText(said)
  const list = api.useInfiniteQuery('get', '/groups/duplicates', { params: { query: { corp } } }, byCursor)
  const columns: Column<Schema<'GroupchatDuplicate'>>[] = [
    { key: 'customer', title: t.customer, width: 200, always: true, render: (_, x) => <Who id={x.customer} corp={corp} external={x.external_userid} /> },
    { key: 'count', title: t.count, width: 90, num: true, render: (_, x) => num(x.groups?.length) },
    { key: 'groups', title: t.groups, width: 600, render: (_, x) => x.groups?.map((g, i) => <span key={g.id}>{i > 0 && '、'}<Link to={`/groups/${g.id}` as string}>{g.name || t.noName}</Link></span>) },
  ]
  return <QueryTable id="group-duplicates" label={t.groups} query={list} columns={columns} rowKey="external_userid" empty={<Empty title={t.dupTitle}>{t.dupText}</Empty>} />
}
