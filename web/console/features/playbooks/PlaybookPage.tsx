import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useBlocker, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Alert, Button, Modal, Select, Tabs } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '../../app/session'
import { PageShell, State } from '../../ui/PageShell'
import { Failure, Loading } from '../../ui/states'
import { LifeButtons } from './LifeButtons'
import { useDraft, useNameOf, type Playbook } from './data'
import { useNarrow } from './narrow'
import { triggerText } from './say'
import { stateTone, stateWords } from './words'
import './playbooks.css'

const FlowTab = lazy(() => import('./FlowTab').then((m) => ({ default: m.FlowTab })))
const EditTab = lazy(() => import('./EditTab').then((m) => ({ default: m.EditTab })))
const RunsTab = lazy(() => import('./RunsTab').then((m) => ({ default: m.RunsTab })))
const TestTab = lazy(() => import('./TestTab').then((m) => ({ default: m.TestTab })))
const ReplayTab = lazy(() => import('./ReplayTab').then((m) => ({ default: m.ReplayTab })))
const VersionsTab = lazy(() => import('./VersionsTab').then((m) => ({ default: m.VersionsTab })))
const YamlTab = lazy(() => import('./YamlTab').then((m) => ({ default: m.YamlTab })))
const PublishDialog = lazy(() => import('./PublishDialog').then((m) => ({ default: m.PublishDialog })))

const said = texts({
  flow: ['画布与数据', 'Flow and numbers'],
  edit: ['编辑草稿', 'Edit the draft'],
  runs: ['实例', 'Runs'],
  test: ['试运行', 'Test run'],
  replay: ['历史回放', 'Replay'],
  versions: ['版本', 'Versions'],
  yaml: ['YAML', 'YAML'],
  part: ['部分', 'Part'],
  unsaved: ['未保存', 'Unsaved'],
  leave: ['草稿还没有保存', 'The draft is not saved'],
  leaveText: ['离开后修改会留在这台电脑的浏览器里，下次打开可以恢复。', 'Your changes stay in this browser and can be restored next time.'],
  stay: ['继续编辑', 'Stay'],
  go: ['离开', 'Leave'],
  saveGo: ['保存并离开', 'Save and leave'],
  kept: ['上次有没保存的修改', 'Changes of an earlier visit were not saved'],
  restore: ['恢复', 'Restore'],
  drop: ['丢弃', 'Discard'],
})

/** One playbook. */
export function PlaybookPage() {
  const { id } = useParams({ from: '/shell/playbooks/$id' })
  const asked = api.useQuery('get', '/playbooks/{id}', { params: { path: { id } } })
  if (asked.error && !asked.data) return <PageShell title="" back="/playbooks"><Failure error={asked.error} onRetry={() => void asked.refetch()} /></PageShell>
  if (!asked.data) return <Loading tall />
  return <Opened key={id} book={asked.data} />
}

function Opened({ book }: { book: Playbook }) {
  const t = useText(said)
  const states = useText(stateWords)
  const may = useMay()
  const go = useNavigate()
  const search = useSearch({ from: '/shell/playbooks/$id' })
  const draft = useDraft(book)
  const nameOf = useNameOf(draft.doc)
  const [isPublishing, setPublishing] = useState(false)
  const isNarrow = useNarrow()
  const isWriter = may('playbooks.write') && book.state !== 'ended'
  const tab = search.tab ?? (book.version === 0 && isWriter ? 'edit' : 'flow')
  const turn = (to: string) => void go({ to: '/playbooks/$id', params: { id: book.id }, search: { tab: to as 'flow' } })
  const guard = useBlocker({ shouldBlockFn: ({ current, next }) => draft.isDirty && current.pathname !== next.pathname, enableBeforeUnload: () => draft.isDirty, withResolver: true })
  const items = [
    ...(book.version > 0 || !isWriter ? ['flow' as const] : []), ...(isWriter ? ['edit' as const] : []), ...(book.version > 0 ? ['runs' as const] : []),
    ...((draft.doc.subject ?? 'customer') === 'customer' && may('playbooks.write') ? ['test' as const] : []), 'replay' as const, ...(book.version > 0 ? ['versions' as const] : []), 'yaml' as const,
  ].map((key) => ({ key, label: key === 'edit' && draft.isDirty ? <>{t.edit} <span className="y-tone-warn">●<span className="y-hidden">{t.unsaved}</span></span></> : t[key] }))
  return (
    <PageShell
      fill back="/playbooks" title={draft.doc.name || book.name} extra={<State tone={stateTone[book.state]}>{states[book.state]}{book.version > 0 && ` · v${book.version}`}</State>}
      actions={<LifeButtons book={book} draft={draft} onPublish={() => setPublishing(true)} onEdit={() => turn('edit')} />} lead={triggerText(draft.doc.trigger, nameOf)}
    >
      {draft.kept && isWriter && (
        <Alert type="info" showIcon title={t.kept} action={<><Button size="small" type="primary" onClick={() => { draft.restore(); turn('edit') }}>{t.restore}</Button> <Button size="small" onClick={draft.forget}>{t.drop}</Button></>} />
      )}
      {isNarrow
        ? <Select aria-label={t.part} value={tab} onChange={turn} options={items.map((i) => ({ value: i.key, label: i.label }))} />
        : <Tabs className="y-playbooks-tabs" activeKey={tab} onChange={turn} items={items} />}
      <div className={['flow', 'edit'].includes(tab) ? 'y-playbooks-main' : 'y-playbooks-main y-playbooks-main-text'}>
        <Suspense fallback={<Loading tall />}>
          {tab === 'flow' && <FlowTab book={book} nameOf={nameOf} />}
          {tab === 'edit' && <EditTab book={book} draft={draft} nameOf={nameOf} />}
          {tab === 'runs' && <RunsTab book={book} nameOf={nameOf} />}
          {tab === 'test' && <TestTab book={book} draft={draft} nameOf={nameOf} />}
          {tab === 'replay' && <ReplayTab book={book} draft={draft} />}
          {tab === 'versions' && <VersionsTab book={book} draft={draft} nameOf={nameOf} onRestored={() => turn('edit')} />}
          {tab === 'yaml' && <YamlTab book={book} draft={draft} />}
          {isPublishing && <PublishDialog book={book} draft={draft} nameOf={nameOf} onClose={() => setPublishing(false)} onDone={() => { setPublishing(false); turn('flow') }} />}
        </Suspense>
      </div>
      {guard.status === 'blocked' && (
        <Modal
          open title={t.leave} onCancel={guard.reset}
          footer={<><Button onClick={guard.reset}>{t.stay}</Button><Button danger onClick={guard.proceed}>{t.go}</Button><Button type="primary" loading={draft.isSaving} onClick={() => void draft.save().then((ok) => (ok ? guard.proceed() : (guard.reset(), turn('edit'))))}>{t.saveGo}</Button></>}
        >
          {t.leaveText}
        </Modal>
      )}
    </PageShell>
  )
}
