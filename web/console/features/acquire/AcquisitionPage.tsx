import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, day, num, pct, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import CopyOutlined from '@ant-design/icons/CopyOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Alert, App, Button, Progress, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Card, PageShell, Stat, State } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { PlainTable, QueryTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { Names } from '../../ui/Who'
import { LinkDetail, LinkForm } from './AcquisitionLink'
import { common } from './words'
import './acquire.css'

type Acq = Schema<'AcquisitionLink'>

const said = texts({
  title: ['获客助手', 'Acquisition links'],
  lead: ['用一个链接把网页、广告、短信里的客户加到员工微信。每加一位消耗一次额度，到期作废。', 'One link brings customers from pages, advertisements and SMS to staff. Each new customer takes one of the quota, which expires.'],
  new: ['新建获客链接', 'New link'],
  pull: ['从企业微信更新', 'Pull from WeCom'],
  quota: ['获客额度', 'Quota'],
  left: ['剩余额度', 'Left'],
  of: [(n: string) => `共 ${n}`, (n: string) => `of ${n}`],
  lots: ['额度批次', 'Lots'],
  expires: ['到期', 'Expires'],
  balance: ['剩余', 'Left'],
  noLots: ['没有额度批次。在企业微信管理后台购买或领取后点“从企业微信更新”。', 'No lots. Buy some in the admin console, then pull.'],
  low: ['额度不足，请尽快补充', 'Little is left'],
  exhausted: ['额度已用完，新客户无法添加', 'Nothing is left: new customers cannot be added'],
  expiring: ['有额度即将到期', 'Some expire soon'],
  told: [(at: string) => `${at} 已通知管理员`, (at: string) => `managers were told ${at}`],
  pulled: [(at: string) => `${at}更新`, (at: string) => `pulled ${at}`],
  never: ['还没有更新过', 'never pulled'],
  links: ['获客链接', 'Links'],
  address: ['链接', 'Address'],
  receivers: ['接待', 'Received by'],
  departments: [(n: string) => `${n} 个部门`, (n: string) => `${n} departments`],
  ok: ['可用', 'Live'],
  pending: ['生成中', 'Being made'],
  adopted: ['后台创建', 'Made in WeCom'],
  clicks: ['30 天点击', 'Clicks, 30 d'],
  came: ['30 天新客', 'New, 30 d'],
  rate: ['转化', 'Rate'],
  counted: ['统计时间', 'Counted'],
  emptyTitle: ['还没有获客链接', 'No links yet'],
  empty: ['放在网页、广告落地页、短信里，客户点开就能添加员工，来源自动记录。', 'Put one on pages, advertisements or in SMS: who opens it can add a member, and where they came from is kept.'],
})

/** Acquisition links with the quota that they use. */
export function AcquisitionPage() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const search = useSearch({ from: '/shell/acquisition' })
  const go = useNavigate({ from: '/acquisition' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const { first, query: corps } = useCorps()
  const corp = search.corp ?? first
  const list = api.useInfiniteQuery('get', '/acquisition/links', { params: { query: { corp } } }, byCursor)
  const pull = api.useMutation('post', '/acquisition/pull', {
    onSuccess: () => { message.success(c.done); void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/acquisition') }) }, onError: useOops(),
  })
  const columns: Column<Acq>[] = [
    { key: 'name', title: c.name, width: 190, always: true, render: (_, x) => <Button type="link" className="y-number" onClick={() => set({ link: x.id })}><b>{x.name}</b></Button> },
    { key: 'channel', title: c.channel, width: 120, dataIndex: 'channel' },
    { key: 'users', title: t.receivers, width: 190, render: (_, x) => <><Names of={x.users} corp={x.corp} />{x.departments?.length ? ` ${t.departments(num(x.departments.length))}` : ''}</> },
    { key: 'clicks', title: t.clicks, width: 110, num: true, render: (_, x) => num(x.counted?.clicks) },
    { key: 'came', title: t.came, width: 110, num: true, render: (_, x) => num(x.counted?.new_customers) },
    { key: 'rate', title: t.rate, width: 80, num: true, render: (_, x) => pct(x.counted?.clicks ? x.counted.new_customers / x.counted.clicks : null) },
    { key: 'counted', title: t.counted, width: 110, hidden: true, render: (_, x) => x.counted && <Tooltip title={when(x.counted.at)}>{ago(x.counted.at)}</Tooltip> },
    { key: 'state', title: c.state, width: 130, render: (_, x) => <Tooltip title={x.problem?.detail}><span tabIndex={x.problem ? 0 : undefined}><State tone={x.problem ? (x.problem.retries ? 'warn' : 'bad') : x.address ? 'good' : 'live'}>{x.problem ? x.problem.detail : x.adopted ? t.adopted : x.address ? t.ok : t.pending}</State></span></Tooltip> },
    { key: 'address', title: t.address, width: 210, render: (_, x) => x.address && <span className="y-acquire-copy"><Button size="small" type="text" icon={<CopyOutlined />} aria-label={`${c.copy} ${x.name}`} onClick={() => { void navigator.clipboard.writeText(x.address ?? ''); message.success(c.copied) }} /><code>{x.address}</code></span> },
    { key: 'created', title: c.created, width: 110, hidden: true, render: (_, x) => <Tooltip title={when(x.created_at)}>{ago(x.created_at)}</Tooltip> },
  ]
  const none = corps.isSuccess && !corp
  return (
    <PageShell
      fill title={t.title} lead={t.lead} extra={<CorpPicker value={corp} onChange={(x) => set({ corp: x })} />}
      actions={may('codes.write') && corp && (
        <>
          <Button loading={pull.isPending} onClick={() => pull.mutate({ params: { query: { corp } } })}>{t.pull}</Button>
          <Button type="primary" onClick={() => set({ edit: 'new' })}>{t.new}</Button>
        </>
      )}
    >
      {corp && <QuotaWatch corp={corp} />}
      <QueryTable
        id="acquisition" label={t.links} query={list} columns={columns} rowKey="id" onOpen={(x) => set({ link: x.id })}
        empty={none ? <Empty title={c.connect} action={<Link to={'/settings/wecom' as string}><Button type="primary">{c.toConnect}</Button></Link>}>{c.connectWhy}</Empty>
          : <Empty title={t.emptyTitle} action={may('codes.write') && <Button type="primary" onClick={() => set({ edit: 'new' })}>{t.new}</Button>}>{t.empty}</Empty>}
      />
      {search.link && <LinkDetail id={search.link} onClose={() => set({ link: undefined })} onEdit={() => set({ edit: search.link, link: undefined })} />}
      {search.edit && corp && <LinkForm key={search.edit} corp={corp} id={search.edit === 'new' ? undefined : search.edit} onClose={() => set({ edit: undefined })} />}
    </PageShell>
  )
}

function QuotaWatch({ corp }: { corp: string }) {
  const t = useText(said)
  const quota = api.useQuery('get', '/acquisition/quota', { params: { query: { corp } } })
  const columns: Column<Schema<'AcquisitionLot'>>[] = [
    { key: 'expires', title: t.expires, width: 170, render: (_, x) => <>{day(x.expires_at)} <span className="y-faint">{ago(x.expires_at)}</span></> },
    { key: 'balance', title: t.balance, width: 90, num: true, render: (_, x) => num(x.balance) },
  ]
  return (
    <Card>
      <Asked query={quota} rows={2}>
        {(q) => (
          <div className="y-stack">
            {q.alarm && <Alert showIcon type={q.alarm === 'exhausted' ? 'error' : 'warning'} title={t[q.alarm]} description={q.alarm_at && t.told(when(q.alarm_at))} />}
            {q.problem && <Alert showIcon type="error" title={q.problem} />}
            <div className="y-acquire-quota">
              <Stat label={t.left} value={num(q.balance)} note={`${t.of(num(q.total))} · ${q.pulled_at ? t.pulled(ago(q.pulled_at)) : t.never}`} spark={q.total > 0 && <Progress aria-label={t.left} percent={Math.round((q.balance / q.total) * 100)} showInfo={false} size="small" status={q.alarm ? 'exception' : 'normal'} />} />
              {q.lots?.length ? <PlainTable label={t.lots} rows={q.lots} columns={columns} rowKey="expires_at" height={132} /> : <p className="y-faint">{t.noLots}</p>}
            </div>
          </div>
        )}
      </Asked>
    </Card>
  )
}
