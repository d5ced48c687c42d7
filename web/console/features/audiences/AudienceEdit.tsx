import { api, problemOf, type Schema } from '@shared/api/client'
import { texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useBlocker, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Input, Tooltip } from 'antd'
import { useRef, useState } from 'react'
import { useMay } from '../../app/session'
import { Faults } from '../../ui/forms'
import { Card, PageShell } from '../../ui/PageShell'
import { RuleBuilder, ruleFaults, ruleSentence, useWords, type Rule } from '../../ui/rule'
import { Asked, Failure } from '../../ui/states'
import { PreviewPanel } from './PreviewPanel'
import { TemplateDrawer } from './TemplateDrawer'
import { templates } from './templates'
import { usePreview } from './usePreview'
import './audiences.css'

const said = texts({
  new: ['新建人群', 'New audience'], edit: [(name: string) => `编辑：${name}`, (name: string) => `Edit: ${name}`], save: ['保存', 'Save'], create: ['创建人群', 'Create'], cancel: ['取消', 'Cancel'], template: ['从模板开始', 'From a template'],
  name: ['人群名称', 'Name'], description: ['说明（可选）', 'Description (optional)'], describe: ['这群人是谁、用来做什么', 'Who they are and what they are for'], who: ['谁在里面', 'Who is in it'], example: ['例如：近 30 天高意向未下单', 'For example: high intent, no order in 30 days'],
  saved: ['已保存', 'Saved'], created: ['已创建，构建完成后实时更新', 'Created; it goes live when it is built'], leave: ['修改还没有保存，确定离开吗？', 'Changes are not saved. Leave?'], unfinished: ['还有条件没填完', 'Some conditions are not finished'], unnamed: ['请先填写名称', 'Give it a name first'],
  readOnly: ['你的角色不能修改人群', 'Your role may not change audiences'],
})

interface Draft {
  name: string
  description: string
  rule: Rule
}

/** The page that makes an audience; a template or a rule may be given in the address. */
export function AudienceNew() {
  const lang = useLang()
  const search = useSearch({ from: '/shell/audiences/new' })
  const template = templates.find((x) => x.key === search.template)
  const begin: Draft = {
    name: search.name ?? (template ? (lang === 'zh-CN' ? template.zh : template.en) : ''), description: template ? (lang === 'zh-CN' ? template.zhWhy : template.enWhy) : '',
    rule: (search.rule as Rule | undefined) ?? template?.rule ?? { all: [] },
  }
  return <Editor key={search.template ?? 'new'} begin={begin} />
}

/** The page that changes an audience. */
export function AudienceEdit() {
  const { id } = useParams({ from: '/shell/audiences/$id/edit' })
  const asked = api.useQuery('get', '/audiences/{id}', { params: { path: { id } } })
  return <Asked query={asked}>{(a: Schema<'Audience'>) => <Editor key={a.id} id={a.id} begin={{ name: a.name, description: a.description ?? '', rule: a.rule as Rule }} />}</Asked>
}

function Editor({ id, begin }: { id?: string; begin: Draft }) {
  const t = useText(said)
  const lang = useLang()
  const may = useMay()
  const go = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const words = useWords()
  const [draft, setDraft] = useState(begin)
  const [choosing, choose] = useState(false)
  const done = useRef(false)
  const [problem, setProblem] = useState<unknown>()
  const preview = usePreview(draft.rule)
  const changed = JSON.stringify(draft) !== JSON.stringify(begin)
  useBlocker({ shouldBlockFn: () => changed && !done.current && !confirm(t.leave), enableBeforeUnload: () => changed && !done.current })
  const after = (a: Schema<'Audience'>) => {
    done.current = true
    void client.invalidateQueries({ queryKey: ['get', '/audiences'] })
    void client.invalidateQueries({ queryKey: ['get', '/audiences/{id}'] })
    void client.invalidateQueries({ queryKey: ['get', '/audiences/{id}/versions'] })
    void message.success(id ? t.saved : t.created)
    void go({ to: `/audiences/${a.id}` as string })
  }
  const create = api.useMutation('post', '/audiences', { onSuccess: after, onError: setProblem })
  const update = api.useMutation('put', '/audiences/{id}', { onSuccess: after, onError: setProblem })
  const unfinished = ruleFaults(draft.rule).length > 0
  const unnamed = !draft.name.trim()
  const save = () => {
    setProblem(undefined)
    const body = { ...draft, name: draft.name.trim() }
    if (id) update.mutate({ params: { path: { id } }, body })
    else create.mutate({ body })
  }
  const set = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }))
  const refused = preview.whole ? problemOf(preview.count.error ?? problem).errors : problemOf(problem).errors
  if (!may('audiences.write')) return <PageShell title={t.new} back="/audiences"><Failure error={{ status: 403, code: 'forbidden', detail: t.readOnly }} /></PageShell>
  return (
    <PageShell
      title={id ? t.edit(begin.name) : t.new} back={id ? `/audiences/${id}` : '/audiences'}
      actions={(
        <>
          {!id && <Button onClick={() => choose(true)}>{t.template}</Button>}
          <Tooltip title={unnamed ? t.unnamed : unfinished ? t.unfinished : undefined}>
            <Button type="primary" disabled={unnamed || unfinished || (Boolean(id) && !changed)} loading={create.isPending || update.isPending} onClick={save}>{id ? t.save : t.create}</Button>
          </Tooltip>
        </>
      )}
    >
      <div className="y-audience-editor">
        <div className="y-stack">
          <Card>
            <div className="y-audience-fields">
              <label><span>{t.name}</span><Input value={draft.name} maxLength={60} placeholder={t.example} onChange={(e) => set({ name: e.target.value })} /></label>
              <label><span>{t.description}</span><Input value={draft.description} maxLength={500} placeholder={t.describe} onChange={(e) => set({ description: e.target.value })} /></label>
            </div>
          </Card>
          <Card title={t.who}>
            <RuleBuilder value={draft.rule} onChange={(rule) => set({ rule })} faults={refused} />
            <p className="y-audience-sentence" aria-live="polite">{ruleSentence(draft.rule, lang, words)}</p>
          </Card>
          {problem !== undefined && <Faults problem={problemOf(problem)} />}
        </div>
        <PreviewPanel rule={draft.rule} preview={preview} />
      </div>
      <TemplateDrawer open={choosing} onClose={() => choose(false)} />
    </PageShell>
  )
}
