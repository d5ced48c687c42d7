import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Select } from 'antd'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import { FilterBar } from '../../ui/FilterBar'
import { useOops } from '../../ui/forms'
import { State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { tagReasons } from './words'

type Push = Schema<'TagPush'> & { key: string }

const said = texts({
  title: ['同步到平台', 'Pushes'], at: ['提出时间', 'Wanted'], who: ['客户', 'Customer'], staff: ['员工', 'Staff'], tag: ['标签', 'Tag'], what: ['操作', 'What'], put: ['打上', 'Put on'], take: ['去掉', 'Take off'], state: ['状态', 'State'], why: ['原因', 'Reason'], done: ['已完成', 'Done'], pending: ['等待中', 'Pending'], failed: ['失败', 'Failed'], all: ['全部状态', 'All states'],
  counts: [(p: string, f: string) => `等待 ${p}，失败 ${f}`, (p: string, f: string) => `${p} pending, ${f} failed`], retry: ['重试全部失败', 'Try the failed again'], retried: [(n: string) => `${n} 条已重新排队`, (n: string) => `${n} are tried again`], none: ['没有需要同步的标签', 'Nothing to tell the platform'], noneText: ['在这里给客户打企业标签后，会同步到员工的企业微信；结果列在这里。', 'Corp tags that are put on here go to staff’s WeCom; what came of it stands here.'],
})

/** What the platform is told of customers' tags, and what it refused. */
export function Pushes({ corp, state, onState }: { corp: string; state?: 'pending' | 'done' | 'failed'; onState: (s?: 'pending' | 'done' | 'failed') => void }) {
  const t = useText(said)
  const reasons = useText(tagReasons)
  const name = useStaffName(corp)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const list = api.useInfiniteQuery('get', '/tags/pushes', { params: { query: { state } } }, byCursor)
  const counts = api.useQuery('get', '/tags/pushes/counts', { params: { query: { corp } } })
  const tags = api.useQuery('get', '/tags/groups', {})
  const labels = useMemo(() => new Map(tags.data?.items.flatMap((g) => g.tags.map((x) => [x.id, x.label] as const))), [tags.data])
  const retry = api.useMutation('post', '/tags/pushes/retry', {
    onSuccess: (x) => { void message.success(t.retried(num(x.retried))); for (const path of ['/tags/pushes', '/tags/pushes/counts']) void client.invalidateQueries({ queryKey: ['get', path] }) }, onError: useOops(),
  })
  const data = useMemo(() => list.data && { pages: list.data.pages.map((p) => ({ items: p.items.filter((x) => x.corp === corp).map((x): Push => ({ ...x, key: `${x.external_userid} ${x.staff} ${x.tag}` })) })) }, [list.data, corp])
  const by = (counts.data ?? {}) as Record<string, number>
  const columns: Column<Push>[] = [
    { key: 'at', title: t.at, width: 150, always: true, render: (_, x) => when(x.wanted_at) },
    { key: 'who', title: t.who, width: 150, render: (_, x) => <Who corp={x.corp} external={x.external_userid} /> },
    { key: 'staff', title: t.staff, width: 120, render: (_, x) => name(x.staff) },
    { key: 'what', title: t.what, width: 90, render: (_, x) => (x.put ? t.put : t.take) },
    { key: 'tag', title: t.tag, width: 200, render: (_, x) => labels.get(x.tag) ?? x.tag },
    { key: 'state', title: t.state, width: 110, render: (_, x) => <State tone={x.state === 'done' ? 'good' : x.state === 'failed' ? 'bad' : 'live'}>{t[x.state]}</State> },
    { key: 'why', title: t.why, width: 200, render: (_, x) => named(reasons, x.reason) },
  ]
  return (
    <>
      <FilterBar active={Boolean(state)} onReset={() => onState(undefined)}>
        <Select aria-label={t.state} style={{ width: 140 }} value={state ?? ''} onChange={(v) => onState((v || undefined) as typeof state)} options={[{ value: '', label: t.all }, ...(['pending', 'failed', 'done'] as const).map((k) => ({ value: k, label: t[k] }))]} />
        <span className="y-faint">{t.counts(num(by.pending ?? 0), num(by.failed ?? 0))}</span>
        {may('tags.write') && (by.failed ?? 0) > 0 && <Button loading={retry.isPending} onClick={() => retry.mutate({ body: { corp } })}>{t.retry}</Button>}
      </FilterBar>
      <QueryTable id="tags-pushes" label={t.title} query={{ ...list, data }} columns={columns} rowKey="key" empty={state ? <NoMatch onClear={() => onState(undefined)} /> : <Empty title={t.none}>{t.noneText}</Empty>} />
    </>
  )
}
