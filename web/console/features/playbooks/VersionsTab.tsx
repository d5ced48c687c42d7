import { api } from '@shared/api/client'
import { ago, exactly } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button, Drawer, Select, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { Changes } from './Changes'
import { docOf, useNameOf, type Draft, type Playbook } from './data'
import { differences } from './differ'
import type { NameOf } from './say'
import { walk } from './model'

const said = texts({
  title: ['版本', 'Versions'],
  version: ['版本', 'Version'],
  at: ['发布时间', 'Published'],
  by: ['发布人', 'By'],
  steps: ['步骤', 'Steps'],
  now: ['当前', 'Current'],
  compare: ['看差别', 'Compare'],
  restore: ['恢复到草稿', 'Restore into the draft'],
  restoreNote: ['只放进草稿，可以撤销；发布后才生效。', 'Goes into the draft and can be undone; takes effect when published.'],
  from: ['从', 'From'],
  to: ['到', 'To'],
  draft: ['草稿', 'Draft'],
  diff: ['版本差别', 'What changed'],
})

/** Published versions, what changed between them, and the way back to one. */
export function VersionsTab({ book, draft, nameOf, onRestored }: { book: Playbook; draft: Draft; nameOf: NameOf; onRestored: () => void }) {
  const t = useText(said)
  const may = useMay()
  const asked = api.useQuery('get', '/playbooks/{id}/versions', { params: { path: { id: book.id } } })
  const [pair, setPair] = useState<{ from: number; to: number }>()
  const accounts = api.useQuery('get', '/me', {}, { staleTime: 60_000 })
  return (
    <Asked query={asked}>{({ items }) => {
      const doc = (v: number) => (v === 0 ? draft.doc : docOf(items.find((x) => x.version === v)?.definition ?? { steps: [] }))
      const options = [{ value: 0, label: t.draft }, ...items.map((v) => ({ value: v.version, label: `v${v.version}` }))]
      const me = accounts.data as { id?: string; name?: string } | undefined
      return (
        <>
          <div className="y-card y-card-flush">
            <PlainTable
              label={t.title} rows={items} rowKey="version" columns={[
                { key: 'version', title: t.version, width: 140, render: (_, v) => <>v{v.version} {v.version === book.version && <State tone="good">{t.now}</State>}</> },
                { key: 'at', title: t.at, width: 160, render: (_, v) => <Tooltip title={exactly(v.published_at)}><span>{ago(v.published_at)}</span></Tooltip> },
                { key: 'by', title: t.by, width: 220, ellipsis: true, render: (_, v) => (v.published_by === me?.id ? me.name : v.published_by) },
                { key: 'steps', title: t.steps, width: 90, num: true, render: (_, v) => walk(docOf(v.definition).steps).length },
                { key: 'do', title: '', width: 260, render: (_, v) => (
                  <div className="y-rowline">
                    <Button size="small" type="link" onClick={() => setPair({ from: v.version, to: v.version === book.version ? 0 : book.version })}>{t.compare}</Button>
                    {may('playbooks.write') && book.state !== 'ended' && <Tooltip title={t.restoreNote}><Button size="small" type="link" onClick={() => { draft.apply(docOf(v.definition)); onRestored() }}>{t.restore}</Button></Tooltip>}
                  </div>
                ) },
              ]}
            />
          </div>
          {pair && (
            <Drawer open title={t.diff} size={560} onClose={() => setPair(undefined)}>
              <div className="y-playbooks-stack">
                <div className="y-rowline">
                  {t.from} <Select aria-label={t.from} style={{ width: 110 }} value={pair.from} options={options} onChange={(from: number) => setPair({ ...pair, from })} />
                  {t.to} <Select aria-label={t.to} style={{ width: 110 }} value={pair.to} options={options} onChange={(to: number) => setPair({ ...pair, to })} />
                </div>
                <Diff from={doc(pair.from)} to={doc(pair.to)} nameOf={nameOf} />
              </div>
            </Drawer>
          )}
        </>
      )
    }}</Asked>
  )
}

function Diff({ from, to, nameOf }: { from: ReturnType<typeof docOf>; to: ReturnType<typeof docOf>; nameOf: NameOf }) {
  const older = useNameOf(from)
  const name: NameOf = (kind, id) => { const n = nameOf(kind, id); return n === id ? older(kind, id) : n }
  return <Changes items={differences(from, to)} nameOf={name} />
}
