import { api, byCursor } from '@shared/api/client'
import { ago, day, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, Select, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { PageShell, State } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { Names } from '../../ui/Who'
import { CollectionDrawer } from './Collection'
import { codeStates, toneOf, type Code } from './codeWords'
import { useCodeDrill } from './codeDrill'
import { PrintDrawer, type What } from './PrintDrawer'
import { common } from './words'
import './acquire.css'

const said = texts({
  title: ['渠道活码', 'Live codes'],
  lead: ['一个二维码背后可以随时换人。按班次、上限和权重分配员工，扫码客户自动打标签、备注和欢迎，渠道效果可追溯到订单。', 'A QR code whose staff can change at any time. Who scans is shared out by shift, cap and weight, tagged, greeted, and followed to the order.'],
  new: ['新建活码', 'New live code'],
  batches: ['批量创建', 'Batches'],
  collection: ['与企业微信核对', 'Compare with WeCom'],
  search: ['活码名称', 'Name of the code'],
  channel: ['渠道标识', 'Channel'],
  every: ['全部状态', 'All states'],
  problems: ['只看有问题的', 'With a problem'],
  inBatch: ['仅看此批次', 'Of one batch'],
  code: ['活码', 'Code'],
  shown: ['当前接待', 'On duty now'],
  backup: ['备用员工顶班中', 'Backup staff stand in'],
  added: ['近 30 天添加', 'Added, 30 days'],
  kept: ['仍是好友', 'Kept'],
  lost: ['流失', 'Lost'],
  created: ['创建', 'Created'],
  verify: ['免验证', 'No verification'],
  members: ['员工数', 'Staff'],
  kind: ['类型', 'Kind'],
  print: [(n: string) => `下载 / 印刷 ${n} 个`, (n: string) => `Print ${n}`],
  emptyTitle: ['还没有渠道活码', 'No live codes yet'],
  empty: ['给每个门店、包裹卡、公众号菜单各建一个活码，就能知道客户从哪里来、谁接待、留下多少。', 'Make one for each store, parcel card or menu, and you will know where customers come from, who looks after them, and how many stay.'],
  nobody: ['无人', 'Nobody'],
})

/** The list of live codes. */
export function CodeList() {
  const t = useText(said)
  const c = useText(common)
  const s = useText(codeStates)
  const may = useMay()
  const search = useSearch({ from: '/shell/codes' })
  const go = useNavigate({ from: '/codes' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const [print, setPrint] = useState<What>()
  const [comparing, compare] = useState(false)
  const { corps, query: corpQuery } = useCorps()
  const { q: name, corp, channel, problems, batch } = search
  const list = api.useInfiniteQuery('get', '/codes', { params: { query: { name, corp, channel, problems, batch } } }, byCursor)
  const active = Boolean(name || channel || problems || batch)
  const columns: Column<Code>[] = [
    {
      key: 'name', title: t.code, width: 205, always: true, render: (_, x) => (
        <span className="y-acquire-code">
          {x.remote.image ? <img className="y-acquire-thumb" src={`/api/v1/codes/${x.id}/image`} alt="" loading="lazy" /> : <span className="y-acquire-thumb-none" />}
          <span><Link to={`/codes/${x.id}` as string}><b>{x.name}</b></Link>{x.place && <small>{x.place}</small>}</span>
        </span>
      ),
    },
    { key: 'channel', title: c.channel, width: 110, render: (_, x) => x.channel && <Button type="link" className="y-number" onClick={() => set({ channel: x.channel })}>{x.channel}</Button> },
    { key: 'shown', title: t.shown, width: 170, render: (_, x) => (x.remote.shown?.length ? <><Names of={x.remote.shown} corp={x.corp} />{x.remote.backup && <> <Tooltip title={t.backup}><span className="y-tone-warn" tabIndex={0}>⇄</span></Tooltip></>}</> : <span className="y-tone-bad">{t.nobody}</span>) },
    { key: 'added', title: t.added, width: 120, num: true, render: (_, x) => <Figure code={x} of="added" /> },
    { key: 'kept', title: t.kept, width: 85, num: true, render: (_, x) => <Figure code={x} of="kept" /> },
    { key: 'lost', title: t.lost, width: 70, num: true, render: (_, x) => <Figure code={x} of="lost" /> },
    { key: 'state', title: c.state, width: 110, render: (_, x) => <Tooltip title={x.remote.problem?.detail}><span tabIndex={x.remote.problem ? 0 : undefined}><State tone={toneOf(x)}>{x.remote.problem ? x.remote.problem.detail.slice(0, 12) + (x.remote.problem.detail.length > 12 ? '…' : '') : named(s, x.remote.state)}</State></span></Tooltip> },
    { key: 'members', title: t.members, width: 90, num: true, hidden: true, render: (_, x) => num(x.members?.length) },
    { key: 'tags', title: c.tags, width: 180, hidden: true, render: (_, x) => x.tags?.join('、') },
    { key: 'created', title: t.created, width: 105, render: (_, x) => <Tooltip title={day(x.created_at)}>{ago(x.created_at)}</Tooltip> },
  ]
  const unconnected = corpQuery.isSuccess && corps.length === 0
  return (
    <PageShell
      fill title={t.title} lead={t.lead}
      actions={(
        <>
          <Button onClick={() => compare(true)}>{t.collection}</Button>
          <Link to={'/codes/batches' as string}><Button>{t.batches}</Button></Link>
          {may('codes.write') && !unconnected && <Link to={'/codes/new' as string}><Button type="primary">{t.new}</Button></Link>}
        </>
      )}
    >
      <FilterBar active={active} onReset={() => void go({ search: { corp }, replace: true })}>
        <SearchBox value={name ?? ''} onChange={(q) => set({ q: q || undefined })} placeholder={t.search} />
        <Input allowClear style={{ width: 150 }} aria-label={t.channel} placeholder={t.channel} defaultValue={channel} key={channel} onPressEnter={(e) => set({ channel: e.currentTarget.value || undefined })} onBlur={(e) => set({ channel: e.currentTarget.value || undefined })} />
        <Select style={{ width: 150 }} aria-label={c.state} value={problems ? 'problems' : ''} onChange={(v) => set({ problems: v === 'problems' || undefined })} options={[{ value: '', label: t.every }, { value: 'problems', label: t.problems }]} />
        <CorpPicker value={corp} onChange={(x) => set({ corp: x })} />
        {batch && <Button onClick={() => set({ batch: undefined })}>{t.inBatch} ×</Button>}
      </FilterBar>
      <QueryTable
        id="codes" label={t.title} query={list} columns={columns} rowKey="id" onOpen={(x) => void go({ to: `/codes/${x.id}` as string })}
        bulk={(sel) => <Button size="small" type="primary" onClick={() => setPrint({ ids: sel.rows.map((r) => r.id) })}>{t.print(num(sel.count))}</Button>}
        empty={active ? <NoMatch onClear={() => void go({ search: { corp }, replace: true })} /> : unconnected
          ? <Empty title={c.connect} action={<Link to={'/settings/wecom' as string}><Button type="primary">{c.toConnect}</Button></Link>}>{c.connectWhy}</Empty>
          : <Empty title={t.emptyTitle} action={may('codes.write') && <Link to={'/codes/new' as string}><Button type="primary">{t.new}</Button></Link>}>{t.empty}</Empty>}
      />
      {print && <PrintDrawer what={print} onClose={() => setPrint(undefined)} />}
      {comparing && <CollectionDrawer corp={corp} onClose={() => compare(false)} />}
    </PageShell>
  )
}

function Figure({ code, of }: { code: Code; of: 'added' | 'kept' | 'lost' }) {
  const drill = useCodeDrill(code.id, code.name)
  const v = code.recent
  const n = v && { added: v.added, kept: v.added - v.lost, lost: v.lost }[of]
  if (!n) return <span className="y-faint">{num(n)}</span>
  return <Button type="link" className="y-number" onClick={() => drill({ of, days: 30 })}>{num(n)}</Button>
}
