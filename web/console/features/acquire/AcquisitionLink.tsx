import { api, byCursor, call, must, type Problem, type Schema } from '@shared/api/client'
import { num, pct, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Drawer, Form, Input, Select, Switch } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { DrawerForm, useOops, useSure } from '../../ui/forms'
import { Card, Facts, Stat, State } from '../../ui/PageShell'
import { StaffPicker, TagPicker, useCorps } from '../../ui/pickers'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { Names, useStaffName, Who } from '../../ui/Who'
import { placeFaults } from './kit'
import { customersOf } from './people'
import { common } from './words'

type Acq = Schema<'AcquisitionLink'>
type Came = Schema<'AcquisitionCustomer'>

const said = texts({
  new: ['新建获客链接', 'New acquisition link'],
  edit: ['编辑获客链接', 'Edit the link'],
  name: ['链接名称', 'Name'],
  channel: ['渠道标识', 'Channel'],
  channelHint: ['客户来源统计用，如 douyin-ad', 'Where customers come from, such as douyin-ad'],
  users: ['接待员工', 'Members'],
  departments: ['接待部门', 'Departments'],
  tags: ['自动打标签', 'Tags'],
  skip: ['自动通过，员工无需确认', 'Added without confirmation'],
  figures: ['近 30 天', 'Last 30 days'],
  clicks: ['点击人数', 'Clicks'],
  came: ['新增客户', 'New customers'],
  rate: ['转化率', 'Rate'],
  known: ['累计客户', 'Customers in all'],
  chatted: ['已开口', 'Have written'],
  chattedHint: ['客户主动发过消息', 'Wrote at least once'],
  customers: ['客户', 'Customers'],
  customer: ['客户', 'Customer'],
  staff: ['员工', 'Member'],
  seen: ['时间', 'Seen'],
  wrote: ['开口', 'Wrote'],
  yes: ['已开口', 'Yes'],
  no: ['未开口', 'Not yet'],
  more: ['加载更多', 'Load more'],
  address: ['链接', 'Address'],
  receivers: ['接待', 'Received by'],
  state: ['渠道参数', 'State'],
  again: ['重新核对', 'Look again'],
  auto: ['会自动重试', 'Tried again by itself'],
  none: ['还没有客户通过它添加', 'Nobody yet'],
  sureDelete: [(n: string) => `删除获客链接“${n}”？`, (n: string) => `Delete ${n}?`],
  sureText: ['企业微信上的链接同时删除，已投放的网页和广告将打不开。已来的客户保留。', 'The link is deleted at WeCom, too: pages and advertisements stop working. Customers stay.'],
})

const refresh = (client: ReturnType<typeof useQueryClient>) => void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/acquisition') })

/** One link: its figures, who came, what it says. */
export function LinkDetail({ id, onClose, onEdit }: { id: string; onClose: () => void; onEdit: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const drill = useDrill()
  const { message } = App.useApp()
  const one = api.useQuery('get', '/acquisition/links/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data && !q.state.data.address && !q.state.data.problem ? 2000 : false) })
  const stats = api.useQuery('get', '/acquisition/links/{id}/stats', { params: { path: { id } } }, { retry: false })
  const list = api.useInfiniteQuery('get', '/acquisition/links/{id}/customers', { params: { path: { id } } }, byCursor)
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const name = useStaffName(one.data?.corp)
  const retry = api.useMutation('post', '/acquisition/links/{id}/retry', { onSuccess: () => refresh(client), onError: useOops() })
  const remove = api.useMutation('delete', '/acquisition/links/{id}')
  const corp = one.data?.corp ?? ''
  const open = (title: string, keep: (x: Came) => boolean) => drill({
    key: ['acquisition', id, title], title,
    list: async (cursor, signal) => {
      const page = await must(call.GET('/acquisition/links/{id}/customers', { params: { path: { id }, query: { cursor, limit: 50 } }, signal }))
      return { items: await customersOf((page.items ?? []).filter(keep).map((x) => ({ ...x, corp })), (x) => `${name(x.staff)} · ${when(x.seen_at)}`, signal), next: page.next }
    },
  })
  const columns: Column<Came>[] = [
    { key: 'customer', title: t.customer, width: 140, render: (_, x) => <Who corp={corp} external={x.external_userid} /> },
    { key: 'staff', title: t.staff, width: 110, render: (_, x) => name(x.staff) },
    { key: 'chatted', title: t.wrote, width: 100, render: (_, x) => <State tone={x.chatted ? 'good' : 'quiet'}>{x.chatted ? t.yes : t.no}</State> },
    { key: 'seen', title: t.seen, width: 150, render: (_, x) => when(x.seen_at) },
  ]
  const askDelete = (x: Acq) => sure({ title: t.sureDelete(x.name), content: t.sureText, danger: true, ok: c.delete, go: async () => { await remove.mutateAsync({ params: { path: { id } } }); refresh(client); message.success(c.deleted); onClose() } })
  return (
    <Drawer
      open size={640} title={one.data?.name} onClose={onClose}
      extra={one.data && may('codes.write') && <span className="y-rowline"><Button size="small" danger onClick={() => askDelete(one.data)}>{c.delete}</Button><Button size="small" type="primary" onClick={onEdit}>{c.edit}</Button></span>}
    >
      <Asked query={one}>
        {(x) => (
          <div className="y-stack">
            {x.problem && <Alert showIcon type={x.problem.retries ? 'warning' : 'error'} title={x.problem.detail} description={x.problem.retries ? t.auto : undefined} action={may('codes.write') && <Button size="small" loading={retry.isPending} onClick={() => retry.mutate({ params: { path: { id } } })}>{t.again}</Button>} />}
            <Asked query={stats} rows={2}>
              {(v) => (
                <div className="y-stats y-acquire-four">
                  <Stat label={t.clicks} value={num(v.clicks)} note={t.figures} />
                  <Stat label={t.came} value={num(v.new_customers)} note={`${t.rate} ${pct(v.clicks ? v.new_customers / v.clicks : null)}`} />
                  <Stat label={t.known} value={num(v.customers)} onOpen={v.customers ? () => open(t.known, () => true) : undefined} />
                  <Stat label={t.chatted} hint={t.chattedHint} value={num(v.chatted)} note={pct(v.customers ? v.chatted / v.customers : null)} onOpen={v.chatted ? () => open(t.chatted, (y) => y.chatted) : undefined} />
                </div>
              )}
            </Asked>
            <Facts items={[
              [t.address, x.address ? <a href={x.address} target="_blank" rel="noreferrer">{x.address}</a> : '–'], [c.channel, x.channel || '–'],
              [t.receivers, <Names key="n" of={x.users} corp={x.corp} most={9} />], [c.tags, x.tags?.join('、') || '–'], [t.state, <code key="s">{x.state}</code>], [c.created, when(x.created_at)],
            ]} />
            <Card title={t.customers} flush>
              <PlainTable label={t.customers} rows={rows} columns={columns} rowKey="external_userid" loading={list.isPending} empty={<p className="y-faint" style={{ padding: '0 16px' }}>{t.none}</p>} />
              {list.hasNextPage && <Button type="text" block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
            </Card>
          </div>
        )}
      </Asked>
    </Drawer>
  )
}

/** Makes or changes a link. */
export function LinkForm({ corp, id, onClose }: { corp: string; id?: string; onClose: () => void }) {
  const one = api.useQuery('get', '/acquisition/links/{id}', { params: { path: { id: id ?? '' } } }, { enabled: Boolean(id) })
  if (!id) return <Editor corp={corp} onClose={onClose} />
  return <Asked query={one}>{(link) => <Editor corp={link.corp} link={link} onClose={onClose} />}</Asked>
}

const names = ['name', 'channel', 'users', 'departments', 'tags', 'skip_verify'] as const

function Editor({ corp, link, onClose }: { corp: string; link?: Acq; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const client = useQueryClient()
  const { message } = App.useApp()
  const { first } = useCorps()
  const [form] = Form.useForm<Schema<'AcquisitionSpec'>>()
  const [problem, setProblem] = useState<Problem>()
  const departments = api.useQuery('get', '/departments', { params: { query: { corp: corp || (first ?? '') } } }, { staleTime: 60_000 })
  const done = () => { refresh(client); message.success(c.saved); onClose() }
  const failed = (thrown: unknown) => setProblem(placeFaults(form, thrown, names))
  const create = api.useMutation('post', '/acquisition/links', { onSuccess: done, onError: failed })
  const change = api.useMutation('put', '/acquisition/links/{id}', { onSuccess: done, onError: failed })
  const save = (v: Schema<'AcquisitionSpec'>) => {
    setProblem(undefined)
    const body = { ...v, channel: v.channel || undefined, users: v.users?.length ? v.users : undefined, departments: v.departments?.length ? v.departments : undefined, tags: v.tags?.length ? v.tags : undefined }
    if (link) change.mutate({ params: { path: { id: link.id } }, body })
    else create.mutate({ body: { ...body, corp } })
  }
  return (
    <DrawerForm open title={link ? t.edit : t.new} onClose={onClose} onSave={() => form.submit()} saving={create.isPending || change.isPending} problem={problem}>
      <Form form={form} layout="vertical" initialValues={link ?? { skip_verify: true }} onFinish={save}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true, message: c.required }]}><Input maxLength={30} autoFocus /></Form.Item>
        <Form.Item name="channel" label={t.channel} extra={t.channelHint}><Input maxLength={60} /></Form.Item>
        <Form.Item name="users" label={t.users}><StaffPicker corp={corp} aria-label={t.users} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="departments" label={t.departments}><Select mode="multiple" allowClear showSearch={{ optionFilterProp: 'label' }} options={(departments.data?.items ?? []).map((d) => ({ value: d.id, label: d.name }))} /></Form.Item>
        <Form.Item name="tags" label={t.tags}><TagPicker free aria-label={t.tags} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="skip_verify" label={t.skip} valuePropName="checked"><Switch /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
