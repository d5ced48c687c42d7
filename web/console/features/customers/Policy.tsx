import { api, call, must, problemOf, type Schema } from '@shared/api/client'
import { named, texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { Faults } from '../../ui/forms'
import { Card, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { typeName } from './words'

type Row = Schema<'IdentityTypePolicy'>

const said = texts({
  title: ['各类标识怎么认人', 'How each type counts'], lead: ['从上到下越来越弱：事件带多个标识时，最靠前的决定是谁。改动只影响之后的事件。', 'Strongest first: the first of an event decides whose it is. Changes act on events from now on.'], type: ['标识', 'Identity'], class: ['可信度', 'Trust'], strong: ['强', 'Strong'], medium: ['中', 'Medium'], weak: ['弱', 'Weak'],
  limit: ['一人最多', 'Most per person'], window: ['只数最近（天）', 'Counts days'], merge: ['可以合并客户', 'May join'], means: ['意思是', 'In words'], any: ['不限', 'any number'], one: ['一人只有一个；两个不同的值就是两个人', 'A person has one: two values are two people'], some: [(n: number, d: number) => `${d > 0 ? `${d} 天内` : ''}最多 ${n} 个，再多就不合并`, (n: number, d: number) => `At most ${n}${d > 0 ? ` in ${d} days` : ''}; more are not joined`],
  free: ['个数不限', 'Any number'], noMerge: ['只用来认人，不合并', 'Knows people, joins nobody'], weakText: ['；不会合并两位已知客户', '; never joins two known customers'], edit: ['修改', 'Change'], save: ['保存', 'Save'], cancel: ['取消', 'Cancel'], saved: ['策略已保存', 'Saved'], stale: ['策略刚被别人改过，请重新打开再改。', 'Somebody changed the policy meanwhile. Open it again.'], yes: ['可以', 'Yes'], no: ['不可以', 'No'], priority: ['次序', 'Order'],
})

/** Whether a person can have but one value for all time, so that no number of days counts. */
const alone = (r: Row) => r.class === 'strong' && r.limit === 1

const tidy = (r: Row): Row => (alone(r) ? { ...r, window_days: 0 } : r)

/** The policy by type of identity, in words, and its change. */
export function Policy() {
  const asked = api.useQuery('get', '/identity/policy', {})
  return <Asked query={asked}>{(p) => <Table key={p.version} policy={p} />}</Asked>
}

function Table({ policy }: { policy: Schema<'IdentityPolicy'> }) {
  const t = useText(said)
  const lang = useLang()
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [draft, setDraft] = useState<Row[]>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ReturnType<typeof problemOf>>()
  const rows = draft ?? policy.types
  const put = (type: string, next: Partial<Row>) => setDraft(rows.map((r) => (r.type === type ? { ...r, ...next } : r)))
  const save = async () => {
    setBusy(true)
    try {
      await must(call.PUT('/identity/policy', { body: { version: policy.version, types: rows } }))
      void message.success(t.saved)
      setDraft(undefined)
      setProblem(undefined)
      void client.invalidateQueries({ queryKey: ['get', '/identity/policy'] })
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  const words = (r: Row) => {
    if (!r.merge) return t.noMerge
    const size = r.limit === 1 ? t.one : r.limit === 0 ? t.free : t.some(r.limit, r.window_days)
    return r.class === 'weak' ? size + t.weakText : size
  }
  const name = (r: Row) => typeName(r.type, lang)
  const columns: Column<Row>[] = [
    { key: 'priority', title: t.priority, width: 70, num: true, render: (_, r) => r.priority },
    { key: 'type', title: t.type, width: 190, render: (_, r) => <>{name(r)} <span className="y-faint y-mono">{r.type}</span></> },
    { key: 'class', title: t.class, width: 120, render: (_, r) => (draft ? <Select size="small" aria-label={`${t.class} ${name(r)}`} value={r.class} style={{ width: 96 }} onChange={(v) => put(r.type, tidy({ ...r, class: v }))} options={(['strong', 'medium', 'weak'] as const).map((v) => ({ value: v, label: t[v] }))} /> : <State tone={r.class === 'strong' ? 'good' : r.class === 'medium' ? 'live' : 'quiet'}>{named(t, r.class)}</State>) },
    { key: 'limit', title: t.limit, width: 120, num: true, render: (_, r) => (draft ? <InputNumber size="small" min={0} precision={0} aria-label={`${t.limit} ${name(r)}`} value={r.limit} onChange={(v) => put(r.type, tidy({ ...r, limit: v ?? 0 }))} /> : r.limit || t.any) },
    { key: 'window', title: t.window, width: 130, num: true, render: (_, r) => (draft ? <InputNumber size="small" min={0} precision={0} aria-label={`${t.window} ${name(r)}`} disabled={alone(r)} value={r.window_days} onChange={(v) => put(r.type, { window_days: v ?? 0 })} /> : r.window_days || '–') },
    { key: 'merge', title: t.merge, width: 120, render: (_, r) => (draft ? <Switch size="small" aria-label={`${t.merge} ${name(r)}`} checked={r.merge} onChange={(v) => put(r.type, { merge: v })} /> : r.merge ? t.yes : t.no) },
    { key: 'means', title: t.means, width: 320, render: (_, r) => <span className="y-faint">{words(r)}</span> },
  ]
  return (
    <Card
      title={t.title} extra={may('identity.write') && (draft ? <><Button onClick={() => { setDraft(undefined); setProblem(undefined) }}>{t.cancel}</Button><Button type="primary" loading={busy} onClick={() => void save()}>{t.save}</Button></> : <Button onClick={() => setDraft(policy.types)}>{t.edit}</Button>)}
    >
      <p className="y-faint" style={{ marginTop: 0 }}>{t.lead}</p>
      {problem && (problem.status === 409 ? <Alert type="warning" showIcon title={t.stale} /> : <Faults problem={problem} />)}
      <PlainTable label={t.title} rows={rows} columns={columns} rowKey="type" />
    </Card>
  )
}
