import EllipsisOutlined from '@ant-design/icons/EllipsisOutlined'
import { api, call, must, problemOf, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Dropdown, Modal, Tabs } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { PageShell, State } from '../../ui/PageShell'
import { Asked, Loading } from '../../ui/states'
import { Overview } from './Overview'
import { useUsers } from './useUsers'
import { states, toneOf } from './words'
import './audiences.css'

const Members = lazy(() => import('./Members').then((m) => ({ default: m.Members })))
const Moves = lazy(() => import('./Moves').then((m) => ({ default: m.Moves })))
const Versions = lazy(() => import('./Versions').then((m) => ({ default: m.Versions })))
const Why = lazy(() => import('./Why').then((m) => ({ default: m.Why })))
const ExportDrawer = lazy(() => import('../../ui/export/ExportDrawer').then((m) => ({ default: m.ExportDrawer })))

const said = texts({
  overview: ['概览', 'Overview'], members: ['成员', 'Members'], why: ['为什么', 'Why'], moves: ['进出', 'Moves'], versions: ['版本', 'Versions'], edit: ['编辑', 'Edit'], send: ['群发给他们', 'Send to them'], playbook: ['用于 SOP', 'Use in a playbook'], more: ['更多', 'More'],
  csv: ['导出成员', 'Export members'], json: ['复制规则 JSON', 'Copy the rule as JSON'], twin: ['复制为新人群', 'Copy as a new audience'], remove: ['删除', 'Delete'], copied: ['已复制', 'Copied'], deleted: ['已删除', 'Deleted'],
  sure: [(name: string) => `删除人群“${name}”？`, (name: string) => `Delete the audience “${name}”?`], sureText: [(n: string) => `其中 ${n} 人不会受影响，只是不再按这条规则归类。`, (n: string) => `Its ${n} people stay; they are just no longer sorted by this rule.`],
  used: ['还在使用中，不能删除', 'It is in use and cannot be deleted'], usedText: ['请先在下面这些地方换掉或停用它：', 'Change these first:'], ok: ['知道了', 'All right'],
})

type Tab = 'overview' | 'members' | 'why' | 'moves' | 'versions'

/** The page of one audience. */
export function AudiencePage() {
  const { id } = useParams({ from: '/shell/audiences/$id' })
  const asked = api.useQuery('get', '/audiences/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data?.state === 'live' ? 10_000 : 1000) })
  return <Asked query={asked}>{(a: Schema<'Audience'>) => <Page key={a.id} audience={a} />}</Asked>
}

function Page({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const s = useText(states)
  const may = useMay()
  const { tab = 'overview' } = useSearch({ from: '/shell/audiences/$id' })
  const go = useNavigate({ from: '/audiences/$id' })
  const items: [Tab, React.ReactNode][] = [['overview', <Overview audience={a} />], ['members', <Members audience={a} />], ['why', <Why audience={a} />], ['moves', <Moves audience={a} />], ['versions', <Versions audience={a} />]]
  return (
    <PageShell
      title={a.name} back="/audiences" lead={a.description} asOf={a.complete_to} extra={<State tone={toneOf(a.state, a.build_error)}>{named(s, a.state)}</State>} fill={tab === 'members'}
      actions={(
        <>
          {may('outreach.write') && <Link to={`/sends/new?audience=${a.id}` as string}><Button>{t.send}</Button></Link>}
          {may('playbooks.write') && <Link to={`/playbooks/new?audience=${a.id}` as string}><Button>{t.playbook}</Button></Link>}
          {may('audiences.write') && <Link to={`/audiences/${a.id}/edit` as string}><Button type="primary">{t.edit}</Button></Link>}
          <More audience={a} />
        </>
      )}
    >
      <Tabs
        className={tab === 'members' ? 'y-audience-tabs-fill' : undefined} activeKey={tab} destroyOnHidden onChange={(key) => void go({ search: { tab: key === 'overview' ? undefined : (key as Tab) }, replace: true })}
        items={items.map(([key]) => ({ key, label: key === 'members' ? `${t[key]} ${num(a.count)}` : t[key] }))}
      />
      <Suspense fallback={<Loading />}>{items.find(([key]) => key === tab)?.[1]}</Suspense>
    </PageShell>
  )
}

function More({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const go = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [refused, refuse] = useState<string>()
  const [exporting, setExporting] = useState(false)
  const users = useUsers()(a.id)
  const remove = () => sure({
    title: t.sure(a.name), content: t.sureText(num(a.count)), ok: t.remove, danger: true,
    go: async () => {
      try {
        await must(call.DELETE('/audiences/{id}', { params: { path: { id: a.id } } }))
      } catch (thrown) {
        const p = problemOf(thrown)
        if (p.code !== 'audience_in_use') throw thrown
        refuse(p.detail)
        return
      }
      void message.success(t.deleted)
      void client.invalidateQueries({ queryKey: ['get', '/audiences'] })
      void go({ to: '/audiences' as string })
    },
  })
  const copy = () => void navigator.clipboard.writeText(JSON.stringify(a.rule, null, 2)).then(() => message.success(t.copied))
  const twin = () => void go({ to: '/audiences/new' as string, search: { rule: a.rule, name: a.name } as never })
  const acts: Record<string, () => void> = { csv: () => setExporting(true), json: copy, twin, remove }
  return (
    <>
      <Dropdown
        trigger={['click']} menu={{
          items: [
            may('customers.read') && { key: 'csv', label: t.csv }, { key: 'json', label: t.json }, may('audiences.write') && { key: 'twin', label: t.twin },
            may('audiences.write') && { type: 'divider' as const }, may('audiences.write') && { key: 'remove', label: t.remove, danger: true },
          ].filter((x) => x !== false),
          onClick: ({ key }) => acts[key]?.(),
        }}
      >
        <Button icon={<EllipsisOutlined />} aria-label={t.more} />
      </Dropdown>
      {exporting && <Suspense><ExportDrawer filter={{ audience: a.id }} count={a.count} name={a.name} onClose={() => setExporting(false)} /></Suspense>}
      <Modal open={refused !== undefined} title={t.used} footer={<Button type="primary" onClick={() => refuse(undefined)}>{t.ok}</Button>} onCancel={() => refuse(undefined)}>
        <p>{t.usedText}</p>
        {users.length > 0 ? <ul className="y-people">{users.map((u) => <li key={u.kind + u.to + u.name}><Link to={u.to as string}><b>{u.name}</b></Link><span className="y-faint">{u.kind}</span></li>)}</ul> : <p>{refused}</p>}
      </Modal>
    </>
  )
}
