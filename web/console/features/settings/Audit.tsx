import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { exactly } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useMemo, useState } from 'react'
import { DaySpan } from '../../ui/DaySpan'
import { download } from '../../ui/Drill'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { useOops } from '../../ui/forms'
import { PageShell } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { NoMatch } from '../../ui/states'
import './audit.css'
import { linesOf } from './auditDetail'
import { AuditEntry } from './AuditEntry'
import { useAuditNames } from './auditNames'
import { AuditThing } from './AuditThing'
import { actionNames, partNames, rooms } from './auditWords'

type Entry = Schema<'AccessEntry'>

const said = texts({
  title: ['操作日志', 'Audit log'], lead: ['谁在什么时候做了什么。和改动在同一个事务里写下，不能修改。', 'Who did what and when, written in the same transaction as the change. Nobody can alter it.'],
  at: ['时间', 'When'], actor: ['操作者', 'Who'], action: ['动作', 'Action'], object: ['对象', 'Object'], detail: ['内容', 'Detail'], colon: ['：', ': '], dot: [' · ', ' · '],
  anyActor: ['全部操作者', 'Anybody'], anyAction: ['全部动作', 'All actions'], byObject: ['对象编号，如 c42', 'Object id, e.g. c42'],
  export: ['导出 CSV', 'Export CSV'],
})

/** The columns of the file, as the server names them. */
const columnNames = texts({
  at: ['时间', 'When'], actor: ['操作者', 'Who'], actor_id: ['操作者编号', 'Id of who'], action: ['动作', 'Action'], action_id: ['动作编码', 'Code'], object: ['对象', 'Object'], detail: ['内容', 'Detail'], system: ['系统', 'System'],
})

const route = getRouteApi('/shell/settings/audit')

/** The audit trail, newest first. */
export function Audit() {
  const t = useText(said)
  const actions = useText(actionNames)
  const names = useAuditNames()
  const search = route.useSearch()
  const go = route.useNavigate()
  const [opened, setOpened] = useState<Entry>()
  const list = api.useInfiniteQuery('get', '/audit', { params: { query: search } }, byCursor)
  const set = (more: Partial<typeof search>) => void go({ search: (s) => ({ ...s, ...more }), replace: true })
  const clear = () => void go({ search: {} })
  const active = Object.values(search).some(Boolean)
  return (
    <PageShell title={t.title} lead={t.lead} fill actions={<ExportButton filter={search} />}>
      <FilterBar active={active} onReset={clear}>
        <ActionPicker value={search.action} onChange={(action) => set({ action })} />
        <ActorPicker value={search.actor} names={names} onChange={(actor) => set({ actor })} />
        <DaySpan allowClear value={search} onChange={({ from, to }) => set({ from, to })} />
        <SearchBox value={search.object ?? ''} placeholder={t.byObject} width={180} onChange={(object) => set({ object: object || undefined })} />
      </FilterBar>
      <QueryTable<Entry>
        id="audit" label={t.title} query={list as never} rowKey="id" onOpen={setOpened} empty={active ? <NoMatch onClear={clear} /> : undefined}
        columns={[
          { key: 'at', title: t.at, width: 176, always: true, render: (_, e) => <span className="y-num">{exactly(e.at)}</span> },
          { key: 'actor', title: t.actor, width: 150, render: (_, e) => { const who = names.actor(e.actor); return <span title={names.kinds[who.kind]}>{who.name}</span> } },
          { key: 'action', title: t.action, width: 190, always: true, render: (_, e) => <b className="y-audit-action" title={e.action}>{named(actions, e.action)}</b> },
          { key: 'object', title: t.object, width: 214, render: (_, e) => <AuditThing entry={e} names={names} /> },
          { key: 'detail', title: t.detail, width: 300, render: (_, e) => <span className="y-faint">{linesOf(e.detail, names.name).filter((l) => l.key !== 'id').map((l) => l.label + t.colon + l.text).join(t.dot)}</span> },
        ]}
      />
      {opened && <AuditEntry entry={opened} names={names} onClose={() => setOpened(undefined)} onOnly={(only) => { setOpened(undefined); void go({ search: only }) }} />}
    </PageShell>
  )
}

function ActionPicker({ value, onChange }: { value?: string; onChange: (actions?: string) => void }) {
  const t = useText(said)
  const actions = useText(actionNames)
  const parts = useText(partNames)
  const options = useMemo(() => rooms.flatMap((room) => Object.entries(actions)
    .filter(([code]) => (room.of as readonly string[]).includes(code.split('.')[0] ?? ''))
    .map(([code, name]) => ({ value: code, label: name, room: parts[room.key], find: `${name} ${code} ${parts[room.key]}` }))), [actions, parts])
  return (
    <Select
      mode="multiple" allowClear showSearch={{ optionFilterProp: 'find' }} maxTagCount={1} maxTagTextLength={12} placeholder={t.anyAction} aria-label={t.action} style={{ width: 230 }} popupMatchSelectWidth={380} listHeight={400}
      value={value ? value.split(',') : []} onChange={(codes: string[]) => onChange(codes.join(',') || undefined)} options={options}
      optionRender={({ data }) => <span className="y-audit-who">{data.label}<small>{data.room}</small></span>}
    />
  )
}

function ActorPicker({ value, names, onChange }: { value?: string; names: ReturnType<typeof useAuditNames>; onChange: (actor?: string) => void }) {
  const t = useText(said)
  const known = !value || names.actors.some((a) => a.id === value)
  const options = useMemo(() => [...(known ? [] : [names.actor(value)]), ...names.actors].map((a) => ({ value: a.id, label: a.name, kind: names.kinds[a.kind] })), [names, known, value])
  return (
    <Select
      allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t.anyActor} aria-label={t.actor} style={{ width: 160 }} popupMatchSelectWidth={240}
      value={value} onChange={(id?: string) => onChange(id)} options={options} optionRender={({ data }) => <span className="y-audit-who">{data.label}<small>{data.kind}</small></span>}
    />
  )
}

function ExportButton({ filter }: { filter: { actor?: string; action?: string; object?: string; from?: string; to?: string } }) {
  const t = useText(said)
  const actions = useText(actionNames)
  const columns = useText(columnNames)
  const oops = useOops()
  const [busy, setBusy] = useState(false)
  const make = async () => {
    setBusy(true)
    try {
      download((await must(call.POST('/audit/export', { body: { ...filter, names: { ...actions, ...columns } }, parseAs: 'blob' }))) as unknown as Blob, 'audit.csv')
    } catch (e) {
      oops(e)
    } finally {
      setBusy(false)
    }
  }
  return <Button loading={busy} onClick={() => void make()}>{t.export}</Button>
}
