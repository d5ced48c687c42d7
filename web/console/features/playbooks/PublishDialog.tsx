import { api, problemOf } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Modal, Radio } from 'antd'
import { useState } from 'react'
import { Faults } from '../../ui/forms'
import { State } from '../../ui/PageShell'
import { Failure, Loading } from '../../ui/states'
import { Changes } from './Changes'
import { useNameOf, docOf, type Draft, type Playbook } from './data'
import { issuesOf } from './model'
import { conditionText, triggerText, type NameOf } from './say'
import { changeWords } from './words'

const said = texts({
  title: ['发布', 'Publish'],
  again: [(v: string) => `发布为 v${v}`, (v: string) => `Publish as v${v}`],
  first: ['发布后立即生效：', 'It takes effect at once:'],
  starts: [(s: string) => `${s}，开始进入。`, (s: string) => `${s}, runs start.`],
  existing: ['发布时已在人群中的客户会全部进入。', 'All who are in the audience now start too.'],
  holdout: [(p: string) => `${p}% 的客户作为对照组不触达。`, (p: string) => `${p}% are held out.`],
  goal: [(g: string) => `达成目标：${g}。`, (g: string) => `Goal: ${g}.`],
  noGoal: ['没有设目标：看不到达成率。', 'No goal: there will be no goal rate.'],
  paused: ['这条 SOP 正在暂停，发布后会恢复运行。', 'It is paused; publishing lets it go on.'],
  changes: ['改了什么', 'What changes'],
  inside: [(n: string) => `里面还有 ${n} 个进行中的实例`, (n: string) => `${n} runs are under way`],
  choose: ['他们怎么办', 'What happens to them'],
  stay: ['留在原来的版本', 'Stay in their version'], stayNote: ['按旧流程走完，最稳妥。', 'They finish as they began. The safest.'],
  move: ['移到新版', 'Move to the new version'], moveNote: ['停在没改的步骤的人接着等；步骤被删掉的，移到后面第一个还在的步骤，没有就退出。', 'Who waits in a step that is still there goes on; who waits in one that is gone moves to the next that is left, or exits.'],
  exit: ['全部退出', 'Exit'], exitNote: ['立即结束，不再触达，任务取消。', 'They end now; nothing more is sent.'],
  step: ['现在停在', 'Waits in'],
  count: ['人数', 'Runs'],
  change: ['新版里', 'In the new one'],
  moved: ['移到新版后', 'When moved'],
  same: ['原地接着等', 'waits on'],
  to: [(s: string) => `到「${s}」`, (s: string) => `to “${s}”`],
  out: ['退出', 'exits'],
  ok: ['确认发布', 'Publish'],
  cancel: ['取消', 'Cancel'],
  done: ['已发布，立即生效', 'Published; it is in effect'],
  approval: ['需要先通过审批：关闭后点“提交审批”。', 'It must be approved first: close this and submit it.'],
})

/** Publishes the draft: what changes, and what happens to those inside. */
export function PublishDialog({ book, draft, nameOf, onClose, onDone }: { book: Playbook; draft: Draft; nameOf: NameOf; onClose: () => void; onDone: () => void }) {
  const t = useText(said)
  const words = useText(changeWords)
  const client = useQueryClient()
  const { message } = App.useApp()
  const [choice, setChoice] = useState<'stay' | 'move' | 'exit'>('stay')
  const path = { params: { path: { id: book.id } } }
  const changes = api.useQuery('get', '/playbooks/{id}/changes', path, { enabled: book.version > 0, staleTime: 0 })
  const inside = api.useQuery('get', '/playbooks/{id}/publish', path, { staleTime: 0 })
  const versions = api.useQuery('get', '/playbooks/{id}/versions', path, { enabled: book.version > 0 })
  const older = useNameOf(versions.data?.items?.[0] ? docOf(versions.data.items[0].definition) : undefined)
  const name: NameOf = (kind, id) => { const n = nameOf(kind, id); return n === id ? older(kind, id) : n }
  const publish = api.useMutation('post', '/playbooks/{id}/publish', {
    onSuccess: () => {
      for (const key of ['/playbooks/{id}', '/playbooks', '/playbooks/{id}/versions', '/playbooks/{id}/changes', '/playbooks/{id}/report', '/experiments']) void client.invalidateQueries({ queryKey: ['get', key] })
      void message.success(t.done)
      onDone()
    },
  })
  const waiting = (inside.data?.items ?? []).filter((s) => s.waiting > 0)
  const total = waiting.reduce((n, s) => n + s.waiting, 0)
  const doc = draft.doc
  const problem = publish.error ? problemOf(publish.error) : undefined
  return (
    <Modal
      open width={680} title={book.version > 0 ? t.again(String(book.version + 1)) : t.title} okText={t.ok} cancelText={t.cancel} confirmLoading={publish.isPending} onCancel={onClose}
      okButtonProps={{ disabled: inside.isPending || Boolean(inside.error) }} onOk={() => publish.mutate({ ...path, body: { in_flight: choice } })}
    >
      <div className="y-playbooks-stack">
        <div>
          <b>{t.first}</b>
          <ul>
            <li>{t.starts(triggerText(doc.trigger, nameOf))}</li>
            {doc.trigger.existing && <li>{t.existing}</li>}
            {doc.goal ? <li>{t.goal(conditionText(doc.goal, nameOf))}</li> : <li>{t.noGoal}</li>}
            {Boolean(doc.holdout_percent) && <li>{t.holdout(String(doc.holdout_percent))}</li>}
            {book.state === 'paused' && <li>{t.paused}</li>}
          </ul>
        </div>
        {inside.error ? <Failure error={inside.error} /> : inside.isPending ? <Loading rows={3} /> : total > 0 && (
          <>
            <h3 className="y-playbooks-h3">{t.inside(num(total))}</h3>
            <table className="y-playbooks-figures">
              <thead><tr><th scope="col">{t.step}</th><td>{t.count}</td><td>{t.change}</td><td>{t.moved}</td></tr></thead>
              <tbody>
                {waiting.map((s) => (
                  <tr key={`${s.version}/${s.step}`}>
                    <th scope="row">{s.name || name('step', s.step)} <small className="y-faint">v{s.version}</small></th><td>{num(s.waiting)}</td>
                    <td><State tone={s.change === 'same' ? 'quiet' : s.change === 'gone' ? 'bad' : 'warn'}>{named(words, s.change)}</State></td>
                    <td>{s.to === s.step ? t.same : s.to ? t.to(name('step', s.to)) : t.out}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Radio.Group value={choice} onChange={(e) => setChoice(e.target.value as 'stay')} className="y-playbooks-choose" aria-label={t.choose}>
              {(['stay', 'move', 'exit'] as const).map((c) => <Radio key={c} value={c}>{t[c]}<small>{t[`${c}Note`]}</small></Radio>)}
            </Radio.Group>
          </>
        )}
        {book.version > 0 && changes.data && <details className="y-playbooks-more" open={(changes.data.items ?? []).length < 6}><summary>{t.changes} ({num((changes.data.items ?? []).length)})</summary><Changes items={changes.data.items ?? []} nameOf={name} /></details>}
        {problem && (problem.code === 'approval_required' ? <Alert type="warning" showIcon title={t.approval} /> : <Faults problem={{ ...problem, errors: issuesOf(doc, problem.errors ?? []).map((i) => ({ pointer: `${i.step && name('step', i.step)} ${i.path}`.trim(), detail: i.detail })) }} />)}
      </div>
    </Modal>
  )
}
