import { api, type Schema } from '@shared/api/client'
import { exactly } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { Card, Columns, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { ruleSentence, useWords } from '../../ui/rule'
import { Asked } from '../../ui/states'
import { diff } from './diff'

const said = texts({
  versions: ['规则版本', 'Versions of the rule'], version: ['版本', 'Version'], rule: ['规则', 'Rule'], by: ['修改人', 'By'], at: ['保存时间', 'Saved'], live: ['生效时间', 'In force from'], never: ['未生效', 'Never in force'], current: ['当前', 'Now'],
  compare: ['与前一版的差别', 'What changed'], first: ['这是第一个版本', 'This is the first version'], before: ['改前', 'Before'], after: ['改后', 'After'], restore: ['恢复到这个版本', 'Restore this version'], restored: ['已恢复，正在构建', 'Restored; it is being built'],
  sure: [(v: number) => `恢复到 v${v}？`, (v: number) => `Restore v${v}?`], sureText: ['会用这个版本的规则建一个新版本，构建完成后生效。', 'Its rule becomes a new version, in force when it is built.'],
})

/** The versions of an audience's rule, and what each changed. */
export function Versions({ audience: a }: { audience: Schema<'Audience'> }) {
  const asked = api.useQuery('get', '/audiences/{id}/versions', { params: { path: { id: a.id } } })
  return <Asked query={asked}>{(list) => <List audience={a} versions={list.items} />}</Asked>
}

function List({ audience: a, versions }: { audience: Schema<'Audience'>; versions: Schema<'AudienceVersion'>[] }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const may = useMay()
  const sure = useSure()
  const oops = useOops()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [at, setAt] = useState(versions[0]?.version)
  const i = versions.findIndex((v) => v.version === at)
  const [shown, before] = [versions[i], versions[i + 1]]
  const update = api.useMutation('put', '/audiences/{id}', { onError: oops, onSuccess: () => { void message.success(t.restored); void client.invalidateQueries({ queryKey: ['get', '/audiences/{id}'] }); void client.invalidateQueries({ queryKey: ['get', '/audiences/{id}/versions'] }) } })
  const restore = (v: Schema<'AudienceVersion'>) => sure({ title: t.sure(v.version), content: t.sureText, ok: t.restore, go: () => update.mutateAsync({ params: { path: { id: a.id } }, body: { name: a.name, description: a.description, rule: v.rule } }) })
  const columns: Column<Schema<'AudienceVersion'>>[] = [
    { key: 'version', title: t.version, width: 110, render: (_, v) => <>v{v.version} {v.version === a.live_version && <State tone="good">{t.current}</State>}</> },
    { key: 'at', title: t.at, width: 170, render: (_, v) => exactly(v.created_at) },
    { key: 'by', title: t.by, width: 130, ellipsis: true, render: (_, v) => v.created_by },
    { key: 'live', title: t.live, width: 170, render: (_, v) => (v.live_at ? exactly(v.live_at) : <span className="y-faint">{t.never}</span>) },
  ]
  return (
    <Columns min={420}>
      <Card title={t.versions} flush><PlainTable label={t.versions} rows={versions} columns={columns} rowKey="version" onOpen={(v) => setAt(v.version)} /></Card>
      {shown && (
        <Card title={`v${shown.version} · ${t.compare}`} extra={may('audiences.write') && shown.version !== a.version && <Button size="small" onClick={() => restore(shown)}>{t.restore}</Button>}>
          {before && <p style={{ marginTop: 0 }}><span className="y-faint">{t.before}</span> {ruleSentence(before.rule, lang, words)}</p>}
          <p style={{ marginTop: 0 }}><span className="y-faint">{before ? t.after : t.first}</span> {ruleSentence(shown.rule, lang, words)}</p>
          <pre className="y-audience-diff" tabIndex={0} aria-label={t.compare}>
            {diff(JSON.stringify((before ?? shown).rule, null, 2), JSON.stringify(shown.rule, null, 2)).map((l, k) => (l.sign === '+' ? <ins key={k}>+ {l.text}</ins> : l.sign === '-' ? <del key={k}>- {l.text}</del> : <div key={k}>  {l.text}</div>))}
          </pre>
        </Card>
      )}
    </Columns>
  )
}
