import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Input, Modal, Progress, Segmented, Select, Tabs, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { FilterBar } from '../../ui/FilterBar'
import { useOops } from '../../ui/forms'
import { PageShell, State } from '../../ui/PageShell'
import { CorpPicker, StaffPicker, useCorps } from '../../ui/pickers'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { TransferDrawer } from './TransferDrawer'
import { TransferWizard } from './TransferWizard'
import { doneShare, transferWords } from './transfer'
import { common } from './words'
import './wecom.css'

type Loss = Schema<'HandoverWireLoss'>
type Transfer = Schema<'HandoverWireTransfer'>
type Unassigned = Schema<'HandoverWireUnassigned'>

const said = texts({
  title: ['流失与继承', 'Losses and hand-over'],
  lead: ['谁删了谁，一目了然。员工调岗或离职时，把客户和群交给同事，客户不流失。', 'Who removed whom. When members change post or leave, their customers and groups go to a colleague.'],
  losses: ['流失客户', 'Losses'],
  transfers: ['继承记录', 'Transfers'],
  unassigned: ['离职待分配', 'Staff left'],
  new: ['发起继承', 'New transfer'],
  winback: ['一键建挽回人群', 'Win-back audience'],
  winbackText: ['近 90 天流失、现在不是任何员工好友的客户，实时更新。可用于短信、公众号等渠道召回。', 'Customers lost in the last 90 days whom nobody has now, kept up to date; reach them by SMS or the official account.'],
  winbackName: ['人群名称', 'Name of the audience'],
  winbackDefault: ['可挽回的流失客户', 'Lost customers to win back'],
  made: ['人群已建好', 'The audience is made'],
  open: ['打开人群', 'Open it'],
  make: ['建立', 'Make'],
  kind: ['谁删的', 'Who ended it'],
  lost: ['客户删除员工', 'The customer left'],
  deleted: ['员工删除客户', 'The member deleted'],
  returned: ['又加回', 'Returned'],
  told: ['通知', 'Told'],
  toldAt: [(at: string) => `已通知 ${at}`, (at: string) => `told ${at}`],
  nobody: ['未设置管理员', 'No manager is set'],
  unknown_member: ['收件人不在通讯录', 'Receivers are no members'],
  unreachable: ['暂时无法通知', 'Not possible now'],
  wait: ['5 分钟内汇总通知', 'Within five minutes'],
  noLosses: ['没有流失', 'No losses'],
  noLossesText: ['客户删除员工，或员工删除客户时，会记在这里，并通知员工、上级和管理员。', 'When a customer removes a member or a member a customer, it stands here, and the member, the leaders and managers are told.'],
  from: ['原员工', 'From'],
  to: ['接替员工', 'To'],
  what: ['内容', 'What'],
  progress: ['进度', 'Progress'],
  running: ['进行中', 'Running'],
  noTransfers: ['还没有继承记录', 'No transfers yet'],
  noTransfersText: ['在职继承：客户 24 小时内可拒绝，90 天内最多转接 2 次。离职继承：员工离职后把客户和群交给同事。', 'Of active staff: the customer may refuse for 24 hours, two transfers in 90 days. Of resigned staff: their customers and groups go to a colleague.'],
  left: ['员工离职', 'Member left'],
  handOver: ['分配', 'Hand over'],
  bulk: [(n: string) => `分配选中的 ${n} 位`, (n: string) => `Hand over ${n}`],
  noUnassigned: ['没有待分配的客户', 'Nobody is unassigned'],
  noUnassignedText: ['员工离职后，名下客户会出现在这里。数据直接来自企业微信。', 'Customers whose member has left stand here. Read from WeCom directly.'],
})

/** Losses, customers of staff who left, and transfers. */
export function LossesPage() {
  const t = useText(said)
  const may = useMay()
  const search = useSearch({ from: '/shell/losses' })
  const go = useNavigate({ from: '/losses' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const { first } = useCorps()
  const corp = search.corp ?? first
  const tab = search.tab ?? 'losses'
  const [wizard, setWizard] = useState<{ from?: string; items?: string[]; kind?: Transfer['kind'] }>()
  const [naming, name] = useState(false)
  const write = may('handover.write')
  return (
    <PageShell
      fill title={t.title} lead={t.lead} extra={<CorpPicker value={corp} onChange={(x) => set({ corp: x })} />}
      actions={write && (
        <>
          {may('audiences.write') && <Tooltip title={t.winbackText}><Button onClick={() => name(true)}>{t.winback}</Button></Tooltip>}
          <Button type="primary" disabled={!corp} onClick={() => setWizard({})}>{t.new}</Button>
        </>
      )}
    >
      <Tabs activeKey={tab} onChange={(k) => set({ tab: k as typeof tab })} items={(['losses', 'unassigned', 'transfers'] as const).map((k) => ({ key: k, label: t[k] }))} />
      {tab === 'losses' && <Losses corp={corp} search={search} set={set} />}
      {tab === 'unassigned' && corp && <Unassigneds corp={corp} onHand={write ? setWizard : undefined} />}
      {tab === 'transfers' && <Transfers corp={corp} running={search.running} set={set} onOpen={(id) => set({ transfer: id })} onNew={write ? () => setWizard({}) : undefined} />}
      {search.transfer && <TransferDrawer id={search.transfer} onClose={() => set({ transfer: undefined })} />}
      {wizard && corp && <TransferWizard corp={corp} {...wizard} onClose={() => setWizard(undefined)} onStarted={(id) => { setWizard(undefined); set({ tab: 'transfers', transfer: id }) }} />}
      {naming && <WinBack onClose={() => name(false)} />}
    </PageShell>
  )
}

function WinBack({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const { message } = App.useApp()
  const [name, setName] = useState<string>(t.winbackDefault)
  const make = api.useMutation('post', '/handover/winback', {
    onSuccess: (x) => { message.success(<>{t.made} <Link to={`/audiences/${x.audience}` as string}>{t.open}</Link></>, 8); onClose() }, onError: useOops(),
  })
  return (
    <Modal open title={t.winback} okText={t.make} cancelText={c.cancel} confirmLoading={make.isPending} okButtonProps={{ disabled: !name.trim() }} onOk={() => make.mutate({ body: { name: name.trim() } })} onCancel={onClose}>
      <p className="y-faint">{t.winbackText}</p>
      <label>{t.winbackName}<Input value={name} maxLength={60} onChange={(e) => setName(e.target.value)} /></label>
    </Modal>
  )
}

function Losses({ corp, search, set }: { corp?: string; search: { kind?: Loss['kind']; staff?: string }; set: (next: { kind?: Loss['kind']; staff?: string }) => void }) {
  const t = useText(said)
  const c = useText(common)
  const name = useStaffName(corp)
  const { kind, staff } = search
  const list = api.useInfiniteQuery('get', '/handover/losses', { params: { query: { corp, kind, staff } } }, byCursor)
  const active = Boolean(kind || staff)
  const clear = () => set({ kind: undefined, staff: undefined })
  const columns: Column<Loss & { key: string }>[] = [
    { key: 'customer', title: c.customer, width: 170, always: true, render: (_, x) => <Who id={x.customer} corp={x.corp} external={x.external_userid} /> },
    { key: 'staff', title: c.staff, width: 130, render: (_, x) => name(x.staff) },
    { key: 'kind', title: t.kind, width: 150, render: (_, x) => <State tone={x.kind === 'lost' ? 'bad' : 'warn'}>{t[x.kind]}</State> },
    { key: 'at', title: c.at, width: 170, render: (_, x) => <Tooltip title={ago(x.at)}>{when(x.at)}</Tooltip> },
    { key: 'returned', title: t.returned, width: 170, render: (_, x) => (x.returned_at ? <span className="y-tone-good">{when(x.returned_at)}</span> : '–') },
    { key: 'told', title: t.told, width: 220, render: (_, x) => <span className="y-faint">{x.told_at ? t.toldAt(when(x.told_at)) : x.untold ? named(t, x.untold) : t.wait}</span> },
  ]
  const query = { ...list, data: list.data && { pages: list.data.pages.map((p) => ({ items: (p.items ?? []).map((x) => ({ ...x, key: `${x.external_userid}${x.staff}${x.at}` })) })) } }
  return (
    <>
      <FilterBar active={active} onReset={clear}>
        <Select style={{ width: 160 }} aria-label={t.kind} value={kind ?? ''} onChange={(v) => set({ kind: (v || undefined) as Loss['kind'] | undefined })} options={[{ value: '', label: c.all }, { value: 'lost', label: t.lost }, { value: 'deleted', label: t.deleted }]} />
        <StaffPicker single corp={corp} value={staff ? [staff] : []} onChange={([u]) => set({ staff: u })} />
      </FilterBar>
      <QueryTable id="losses" label={t.losses} query={query} columns={columns} rowKey="key" empty={active ? <NoMatch onClear={clear} /> : <Empty title={t.noLosses}>{t.noLossesText}</Empty>} />
    </>
  )
}

function Unassigneds({ corp, onHand }: { corp: string; onHand?: (w: { from: string; items: string[]; kind: 'resigned' }) => void }) {
  const t = useText(said)
  const c = useText(common)
  const name = useStaffName(corp)
  const list = api.useInfiniteQuery('get', '/handover/unassigned', { params: { query: { corp } } }, { ...byCursor, retry: false })
  const columns: Column<Unassigned>[] = [
    { key: 'customer', title: c.customer, width: 200, always: true, render: (_, x) => <Who corp={corp} external={x.external_userid} /> },
    { key: 'from', title: t.from, width: 160, render: (_, x) => name(x.from) },
    { key: 'left', title: t.left, width: 170, render: (_, x) => when(x.left_at) },
    { key: 'act', title: '', width: 100, always: true, render: (_, x) => onHand && <Button size="small" onClick={() => onHand({ from: x.from, items: [x.external_userid], kind: 'resigned' })}>{t.handOver}</Button> },
  ]
  return (
    <QueryTable<Unassigned>
      id="unassigned" label={t.unassigned} query={list} columns={columns} rowKey="external_userid" empty={<Empty title={t.noUnassigned}>{t.noUnassignedText}</Empty>}
      bulk={onHand && ((sel) => {
        const from = sel.rows[0]?.from
        const same = from !== undefined && sel.rows.every((r) => r.from === from)
        return <Button size="small" type="primary" disabled={!same} onClick={() => onHand({ from: from ?? '', items: sel.rows.map((r) => r.external_userid), kind: 'resigned' })}>{t.bulk(num(sel.count))}</Button>
      })}
    />
  )
}

function Transfers({ corp, running, set, onOpen, onNew }: { corp?: string; running?: boolean; set: (next: { running?: boolean }) => void; onOpen: (id: string) => void; onNew?: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const w = useText(transferWords)
  const name = useStaffName(corp)
  const list = api.useInfiniteQuery('get', '/handover/transfers', { params: { query: { corp, running } } }, { ...byCursor, refetchInterval: (q) => (q.state.data?.pages.some((p) => p.items?.some((x) => x.state === 'running')) ? 5000 : false) })
  const columns: Column<Transfer>[] = [
    { key: 'from', title: t.from, width: 140, always: true, render: (_, x) => <b>{name(x.from)}</b> },
    { key: 'to', title: t.to, width: 140, render: (_, x) => name(x.to) },
    { key: 'what', title: t.what, width: 170, render: (_, x) => `${named(w, x.kind)} · ${named(w, x.object)}` },
    { key: 'progress', title: t.progress, width: 240, render: (_, x) => { const s = doneShare(x.counts); return <Progress size="small" percent={Math.round(s.share * 100)} format={() => `${num(s.settled)} / ${num(s.all)}`} aria-label={t.progress} /> } },
    { key: 'state', title: c.state, width: 110, render: (_, x) => <State tone={x.state === 'running' ? 'live' : 'good'}>{named(w, `t_${x.state}`)}</State> },
    { key: 'at', title: c.at, width: 160, render: (_, x) => when(x.created_at) },
  ]
  return (
    <>
      <FilterBar><Segmented value={running ? 'running' : 'all'} onChange={(v) => set({ running: v === 'running' || undefined })} options={[{ value: 'all', label: c.all }, { value: 'running', label: t.running }]} aria-label={c.state} /></FilterBar>
      <QueryTable id="transfers" label={t.transfers} query={list} columns={columns} rowKey="id" onOpen={(x) => onOpen(x.id)} empty={running ? <NoMatch onClear={() => set({ running: undefined })} /> : <Empty title={t.noTransfers} action={onNew && <Button type="primary" onClick={onNew}>{t.new}</Button>}>{t.noTransfersText}</Empty>} />
    </>
  )
}
