import { api } from '@shared/api/client'
import { exactly, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, Timeline } from 'antd'
import { call, must } from '@shared/api/client'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { Card, Columns, Facts, PageShell, State } from '../../ui/PageShell'
import { Failure, Loading } from '../../ui/states'
import { Who } from '../../ui/Who'
import { docOf, useNameOf } from './data'
import { kindOf } from './document'
import { KindIcon } from './icons'
import { find } from './model'
import { detailName, endText, stepText, triggerText, wayName } from './say'
import { kindWords, outcomeTone, outcomeWords } from './words'
import './playbooks.css'

const said = texts({
  title: ['实例', 'Run'],
  history: ['一步一步', 'Step by step'],
  about: ['这个实例', 'This run'],
  who: ['谁', 'Who'],
  playbook: ['SOP', 'Playbook'],
  version: ['版本', 'Version'],
  key: ['编号', 'Key'],
  occurrence: ['第几次', 'Occurrence'],
  started: ['进入', 'Started'],
  trigger: ['触发', 'Trigger'],
  where: ['停在', 'Waits in'],
  due: ['最晚继续', 'Goes on by'],
  ended: ['结束', 'Ended'],
  control: ['对照组：走流程但不触达', 'Control group: walks through, is not touched'],
  results: ['任务结果', 'Results of tasks'],
  stop: ['停止这个实例', 'Stop this run'],
  stopNote: ['停止后不再触达，这个实例里未完成的员工任务会取消。', 'Nothing is sent any more, and its open tasks are cancelled.'],
  deliveries: ['看它的触达记录', 'Its deliveries'],
  start: ['进入 SOP', 'Starts'],
})

/** One run with everything it did. */
export function RunPage() {
  const t = useText(said)
  const outcomes = useText(outcomeWords)
  const kinds = useText(kindWords)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { id } = useParams({ from: '/shell/runs/$id' })
  const asked = api.useQuery('get', '/runs/{id}', { params: { path: { id } } })
  const run = asked.data
  const book = api.useQuery('get', '/playbooks/{id}', { params: { path: { id: run?.playbook ?? '' } } }, { enabled: Boolean(run) })
  const versions = api.useQuery('get', '/playbooks/{id}/versions', { params: { path: { id: run?.playbook ?? '' } } }, { enabled: Boolean(run) })
  const definition = versions.data?.items?.find((v) => v.version === run?.version)?.definition ?? book.data?.definition
  const doc = definition ? docOf(definition) : undefined
  const nameOf = useNameOf(doc)
  if (asked.error && !run) return <PageShell title={t.title} back="/playbooks"><Failure error={asked.error} onRetry={() => void asked.refetch()} /></PageShell>
  if (!run) return <Loading tall />
  const stop = async () => {
    await must(call.POST('/runs/{id}/stop', { params: { path: { id } } }))
    void client.invalidateQueries({ queryKey: ['get', '/runs/{id}'] })
    void client.invalidateQueries({ queryKey: ['get', '/runs'] })
  }
  const lines = run.history.filter((l) => l.step || l.outcome !== 'entered').map((l) => {
    const step = l.step && doc ? find(doc, l.step)?.step : undefined
    const detail = l.detail && (l.outcome === 'exited' || l.outcome === 'goal' ? endText(doc, l.detail, nameOf) : step ? wayName(step, l.detail) : detailName(l.detail))
    return {
      color: { good: 'green', bad: 'red', warn: 'orange', live: 'blue', quiet: 'gray' }[outcomeTone(l.outcome)],
      content: (
        <div className="y-playbooks-event">
          <header>{step && <KindIcon kind={kindOf(step)} />}<b>{step ? (step.name || kinds[kindOf(step)]) : (l.step ?? t.title)}</b> <State tone={outcomeTone(l.outcome)}>{named(outcomes, l.outcome)}</State>{detail && <span>{detail}</span>}<time title={exactly(l.at)}>{when(l.at)}</time></header>
          {step && <p className="y-faint">{stepText(step, nameOf).says}</p>}
        </div>
      ),
    }
  })
  return (
    <PageShell
      title={<>{run.customer ? <Who id={run.customer} /> : (run.subject ?? t.title)}</>} back={`/playbooks/${run.playbook}`}
      extra={run.outcome ? <State tone={outcomeTone(run.outcome)}>{named(outcomes, run.outcome)}</State> : <State tone="live">{outcomes.open}</State>}
      actions={(
        <>
          <Link to={`/deliveries?run=${run.id}` as string}><Button>{t.deliveries}</Button></Link>
          {!run.ended_at && may('playbooks.write') && <Button danger onClick={() => void sure({ title: t.stop, content: t.stopNote, danger: true, ok: t.stop, go: stop })}>{t.stop}</Button>}
        </>
      )}
      lead={run.holdout ? t.control : undefined}
    >
      <Columns min={340}>
        <Card title={t.history}><Timeline items={[{ color: 'blue', content: <div className="y-playbooks-event"><header><KindIcon kind="trigger" /><b>{t.start}</b><time>{when(run.started_at)}</time></header><p className="y-faint">{triggerText(doc?.trigger, nameOf)}</p></div> }, ...lines]} /></Card>
        <Card title={t.about}>
          <Facts items={[
            [t.playbook, <Link key="p" to={`/playbooks/${run.playbook}` as string}>{book.data?.name ?? run.playbook}</Link>], [t.version, `v${run.version}`], run.customer !== undefined && [t.who, <Who key="w" id={run.customer} />],
            Boolean(run.key) && [t.key, run.key], [t.occurrence, run.occurrence], [t.trigger, exactly(run.trigger_at)], [t.started, exactly(run.started_at)],
            Boolean(run.step) && [t.where, nameOf('step', run.step ?? '')], Boolean(run.due) && [t.due, when(run.due)], Boolean(run.ended_at) && [t.ended, exactly(run.ended_at)],
            Object.keys(run.results ?? {}).length > 0 && [t.results, Object.entries(run.results ?? {}).map(([s, r]) => `${nameOf('step', s)}：${detailName(r)}`).join('；')],
          ]} />
        </Card>
      </Columns>
    </PageShell>
  )
}
