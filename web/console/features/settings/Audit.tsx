import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Drawer, Tooltip } from 'antd'
import { useState } from 'react'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { Facts, PageShell } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { NoMatch } from '../../ui/states'

type Entry = Schema<'AccessEntry'>

const said = texts({
  title: ['操作日志', 'Audit log'], lead: ['谁在什么时候做了什么，和改动在同一个事务里写下，不能修改。', 'Who did what and when, written in the same transaction as the change. Nobody can alter it.'],
  at: ['时间', 'When'], actor: ['谁', 'Who'], action: ['做了什么', 'What'], object: ['对象', 'Object'], detail: ['详情', 'Detail'], system: ['系统', 'System'],
  byActor: ['操作者编号', 'Id of who did it'], byAction: ['动作，例如 audience.create', 'Action, such as audience.create'], byObject: ['对象编号', 'Id of the object'],
})

const route = getRouteApi('/shell/settings/audit')

/** The audit trail, newest first. */
export function Audit() {
  const t = useText(said)
  const search = route.useSearch()
  const go = route.useNavigate()
  const [opened, setOpened] = useState<Entry>()
  const accounts = api.useQuery('get', '/accounts', { params: { query: { limit: 1000 } } }, { retry: false })
  const tokens = api.useQuery('get', '/tokens', { params: { query: { limit: 1000 } } }, { retry: false })
  const names = new Map([...(accounts.data?.items ?? []), ...(tokens.data?.items ?? [])].map((x) => [x.id, x.name]))
  const who = (id: string) => (id === 'system' ? t.system : (names.get(id) ?? id))
  const list = api.useInfiniteQuery('get', '/audit', { params: { query: search } }, byCursor)
  const set = (more: Partial<typeof search>) => void go({ search: (s) => ({ ...s, ...more }), replace: true })
  const active = Object.values(search).some(Boolean)
  return (
    <PageShell title={t.title} lead={t.lead} fill>
      <FilterBar active={active} onReset={() => void go({ search: {} })}>
        <SearchBox value={search.action ?? ''} placeholder={t.byAction} onChange={(action) => set({ action: action || undefined })} />
        <SearchBox value={search.object ?? ''} placeholder={t.byObject} width={200} onChange={(object) => set({ object: object || undefined })} />
        <SearchBox value={search.actor ?? ''} placeholder={t.byActor} width={200} onChange={(actor) => set({ actor: actor || undefined })} />
      </FilterBar>
      <QueryTable<Entry>
        id="audit" label={t.title} query={list as never} rowKey="id" onOpen={setOpened} empty={active ? <NoMatch onClear={() => void go({ search: {} })} /> : undefined}
        columns={[
          { key: 'at', title: t.at, width: 150, always: true, render: (_, e) => <Tooltip title={exactly(e.at)}>{ago(e.at)}</Tooltip> },
          { key: 'actor', title: t.actor, width: 180, render: (_, e) => who(e.actor) },
          { key: 'action', title: t.action, width: 220, render: (_, e) => <code>{e.action}</code> },
          { key: 'object', title: t.object, width: 240, render: (_, e) => <code>{e.object}</code> },
          { key: 'detail', title: t.detail, width: 360, render: (_, e) => <span className="y-faint">{e.detail ? JSON.stringify(e.detail) : ''}</span> },
        ]}
      />
      <Drawer open={Boolean(opened)} onClose={() => setOpened(undefined)} title={opened?.action} size={520}>
        {opened && (
          <>
            <Facts items={[[t.at, exactly(opened.at)], [t.actor, `${who(opened.actor)} (${opened.actor})`], [t.object, <code key="o">{opened.object}</code>]]} />
            <pre className="y-json">{JSON.stringify(opened.detail, null, 2)}</pre>
          </>
        )}
      </Drawer>
    </PageShell>
  )
}
