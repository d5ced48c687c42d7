import { call, problemOf } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Drawer, Input, Modal } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../app/session'
import { download, type People, type Person } from './Drill'
import { Empty, Failure, Loading } from './states'

const said = texts({
  people: [(n: string) => `${n} 位客户`, (n: string) => `${n} customers`],
  none: ['这里没有人', 'Nobody is here'],
  more: ['加载更多', 'Load more'],
  csv: ['导出 CSV', 'Export CSV'],
  save: ['存为人群', 'Save as audience'],
  name: ['人群名称', 'Name of the audience'],
  saved: ['已存为人群', 'Saved as an audience'],
  open: ['打开', 'Open'],
  cancel: ['取消', 'Cancel'],
})

/** The drawer with the people behind a number. */
export function PeopleDrawer({ people, onClose }: { people: People; onClose: () => void }) {
  const t = useText(said)
  const may = useMay()
  const { message } = App.useApp()
  const [saving, setSaving] = useState(false)
  const [busy, setBusy] = useState(false)
  const list = useInfiniteQuery({
    queryKey: ['drill', ...people.key],
    queryFn: async ({ pageParam, signal }) => naming(await people.list(pageParam, signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next || undefined,
  })
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.items) ?? [], [list.data])
  const file = async () => {
    setBusy(true)
    try {
      download(await (people.csv as () => Promise<Blob>)(), 'customers.csv')
    } catch (thrown) {
      message.error(problemOf(thrown).detail)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Drawer
      open onClose={onClose} size={460} title={people.title}
      extra={(
        <>
          {people.csv && <Button size="small" loading={busy} onClick={() => void file()}>{t.csv}</Button>}{' '}
          {people.save && may('audiences.write') && <Button size="small" type="primary" onClick={() => setSaving(true)}>{t.save}</Button>}
        </>
      )}
    >
      {people.note && <p className="y-faint">{people.note}</p>}
      {people.count !== undefined && <p><b>{t.people(num(people.count))}</b></p>}
      {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <Loading /> : rows.length === 0 ? <Empty title={t.none} /> : (
        <ul className="y-people">
          {rows.map((p) => (
            <li key={p.id}>
              <Link to={`/customers/${p.id}` as string} onClick={onClose}><b>{p.name || p.id}</b>{p.name && <small>{p.id}</small>}</Link>
              {p.detail && <span>{p.detail}</span>}
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
      {saving && people.save && <SaveAs save={people.save} onClose={() => setSaving(false)} />}
    </Drawer>
  )
}

/** A page of people with the names of those who came without. */
async function naming<P extends { items: Person[] }>(page: P): Promise<P> {
  const ids = page.items.filter((p) => !p.name).map((p) => p.id)
  if (ids.length === 0) return page
  const { data } = await call.POST('/customers/names', { body: { ids: ids.slice(0, 1000) } })
  const found = new Map(data?.items?.map((x) => [x.id, x]))
  return {
    ...page,
    items: page.items.map((p) => {
      const who = found.get(p.id)
      return p.name || !who || who.title === p.id ? p : { ...p, name: who.title, detail: p.detail ?? who.subtitle }
    }),
  }
}

function SaveAs({ save, onClose }: { save: (name: string) => Promise<string>; onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    try {
      const id = await save(name)
      message.success(<>{t.saved} <Link to={`/audiences/${id}` as string}>{t.open}</Link></>)
      onClose()
    } catch (thrown) {
      message.error(problemOf(thrown).detail)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal open title={t.save} okText={t.save} cancelText={t.cancel} confirmLoading={busy} okButtonProps={{ disabled: !name.trim() }} onOk={() => void go()} onCancel={onClose}>
      <label>{t.name}<Input autoFocus value={name} maxLength={60} onChange={(e) => setName(e.target.value)} onPressEnter={() => name.trim() && void go()} /></label>
    </Modal>
  )
}
