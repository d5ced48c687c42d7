import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Dropdown, Tabs } from 'antd'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { PageShell } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { Empty, Failure, Loading } from '../../ui/states'
import { AppsTab } from './AppsTab'
import { ArchiveTab } from './ArchiveTab'
import { CallbacksTab } from './CallbacksTab'
import { ChecksTab } from './ChecksTab'
import { CorpForm } from './CorpForm'
import { DeskTab } from './DeskTab'
import { SyncTab } from './SyncTab'
import { common } from './words'
import './wecom.css'

const said = texts({
  title: ['企业微信接入', 'WeCom'],
  checks: ['在线检查', 'Live checks'],
  apps: ['应用与设置', 'Apps and settings'],
  sync: ['同步', 'Sync'],
  callbacks: ['回调', 'Callbacks'],
  archive: ['会话存档', 'Archive'],
  desk: ['微信客服', 'Customer service'],
  more: ['更多', 'More'],
  another: ['接入另一个企业', 'Connect another corp'],
  disconnect: ['断开此企业', 'Disconnect'],
  sure: [(n: string) => `断开“${n}”？`, (n: string) => `Disconnect ${n}?`],
  sureText: ['断开后不再接收回调，也不再调用接口：活码不再换人，欢迎语和群发停止。已有的客户与记录会保留。', 'Callbacks and calls end: codes keep their last staff, greetings and sends stop. Customers and records stay.'],
})

const tabs = ['checks', 'apps', 'sync', 'callbacks', 'desk', 'archive'] as const

/** How the brand is connected with WeCom: checks, apps, sync, callbacks, customer service, archive. */
export function SetupPage() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const search = useSearch({ from: '/shell/settings/wecom' })
  const go = useNavigate({ from: '/settings/wecom' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const { corps, first, query } = useCorps()
  const corp = corps.find((x) => x.id === (search.corp ?? first))
  const tab = search.tab ?? 'checks'
  const remove = api.useMutation('delete', '/wecom/corps/{corp}')
  const write = may('wecom.write')
  const connect = write && <Link to={'/settings/wecom/new' as string}><Button type="primary">{c.connect}</Button></Link>
  return (
    <PageShell
      fill={tab === 'callbacks' && Boolean(corp)} title={t.title} extra={corp && <><span className="y-faint">{corp.name}</span><code className="y-faint">{corp.id}</code><CorpPicker value={corp.id} onChange={(x) => set({ corp: x })} /></>}
      actions={corp && write && (
        <>
          <Dropdown trigger={['click']} menu={{ items: [{ key: 'new', label: t.another }, { type: 'divider' }, { key: 'delete', label: t.disconnect, danger: true }], onClick: ({ key }) => {
            if (key === 'new') void go({ to: '/settings/wecom/new' as string })
            else sure({ title: t.sure(corp.name), content: t.sureText, danger: true, ok: t.disconnect, go: () => remove.mutateAsync({ params: { path: { corp: corp.id } } }).then(() => client.invalidateQueries({ queryKey: ['get', '/wecom/corps'] })) })
          } }}><Button>{t.more}</Button></Dropdown>
          <Button onClick={() => set({ edit: true })}>{c.edit}</Button>
        </>
      )}
    >
      {query.isPending ? <Loading /> : query.error ? <Failure error={query.error} /> : !corp ? <Empty title={c.notConnected} action={connect}>{c.whyConnect}</Empty> : (
        <>
          <Tabs activeKey={tab} onChange={(k) => set({ tab: k as typeof tab, run: undefined, state: undefined })} items={tabs.map((k) => ({ key: k, label: t[k] }))} />
          {tab === 'checks' && <ChecksTab corp={corp.id} />}
          {tab === 'apps' && <AppsTab corp={corp} />}
          {tab === 'sync' && <SyncTab corp={corp.id} run={search.run} onOpen={(run) => set({ run })} />}
          {tab === 'callbacks' && <CallbacksTab corp={corp.id} state={search.state} set={set} />}
          {tab === 'desk' && <DeskTab corp={corp.id} />}
          {tab === 'archive' && <ArchiveTab corp={corp.id} />}
          {search.edit && <CorpForm corp={corp} onClose={() => set({ edit: undefined })} />}
        </>
      )}
    </PageShell>
  )
}
