import { api, byCursor } from '@shared/api/client'
import { ago, exactly } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { App, Button, Input, Modal, Tooltip } from 'antd'
import { useMemo, useState } from 'react'
import { useMay, useMe } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Card, State } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { messageOf } from '../../ui/message/message'
import { Difference } from './Difference'
import type { Material, Version } from './message'
import { useFresh } from './useMaterials'
import { common, stateWords, tones } from './words'

const said = texts({
  title: ['版本', 'Versions'],
  note: ['发布新版本后，进行中的旅程从下一条消息起用新的说法；已生成的消息不变。', 'Running playbooks say the new words from the next message on; messages already made stay as they are.'],
  version: [(n: number) => `第 ${n} 版`, (n: number) => `v${n}`],
  publish: ['发布', 'Use it'],
  submit: ['提交审批', 'Submit'],
  again: ['恢复使用', 'Use again'],
  approve: ['通过', 'Approve'],
  reject: ['退回', 'Reject'],
  compare: ['看改动', 'Changes'],
  hide: ['收起', 'Hide'],
  reason: ['退回原因', 'Reason'],
  reasonHelp: ['写清楚要改什么，作者会看到。', 'Say what to change; the author reads it.'],
  by: ['退回原因：', 'Rejected: '],
  published: ['已发布', 'In use now'],
  waits: ['等另一位同事审批', 'A colleague has to approve it'],
  submitted: ['已提交，等待同事审批', 'Handed in: a colleague has to approve it'],
  rejected: ['已退回', 'Rejected'],
})

/** All that a material said, what changed, and who decided. */
export function Versions({ material: m, shown, onShow }: { material: Material; shown?: number; onShow: (v: Version) => void }) {
  const t = useText(said)
  const c = useText(common)
  const list = api.useInfiniteQuery('get', '/materials/{id}/versions', { params: { path: { id: m.id }, query: { limit: 20 } } }, byCursor)
  const versions = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  return (
    <Card title={t.title}>
      <Asked query={list}>
        {() => (
          <ol className="y-content-versions">
            {versions.map((v, i) => <Line key={v.version} material={m} version={v} before={versions[i + 1]} current={shown === v.version} onShow={() => onShow(v)} />)}
          </ol>
        )}
      </Asked>
      {list.hasNextPage && <Button block onClick={() => void list.fetchNextPage()}>{c.loadMore}</Button>}
      <p className="y-faint y-content-note">{t.note}</p>
    </Card>
  )
}

function Line({ material: m, version: v, before, current, onShow }: { material: Material; version: Version; before?: Version; current: boolean; onShow: () => void }) {
  const t = useText(said)
  const s = useText(stateWords)
  const [open, setOpen] = useState(false)
  return (
    <li className={current ? 'is-current' : undefined}>
      <div className="y-rowline">
        <button type="button" className="y-content-link" aria-pressed={current} onClick={onShow}>{t.version(v.version)}</button>
        <State tone={tones[v.state]}>{s[v.state]}</State>
        <Tooltip title={exactly(v.created_at)}><small className="y-faint" tabIndex={0}>{ago(v.created_at)}</small></Tooltip>
        <span className="y-grow" />
        {before && m.kind !== 'poster' && <Button size="small" type="text" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? t.hide : t.compare}</Button>}
        <Decide material={m} version={v} />
      </div>
      {v.note && <p>{v.note}</p>}
      {v.reason && <p className="y-tone-bad">{t.by}{v.reason}</p>}
      {open && before && <Difference before={messageOf(before.body)} after={messageOf(v.body)} />}
    </li>
  )
}

/** The buttons for what can be done with a version now. */
export function Decide({ material: m, version: v, primary }: { material: Material; version: Version; primary?: boolean }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const me = useMe()
  const { message } = App.useApp()
  const fresh = useFresh()
  const onError = useOops()
  const [why, setWhy] = useState<string>()
  const settings = api.useQuery('get', '/materials/settings', {}, { staleTime: 60_000 })
  const on = (told: string) => ({ onError, onSuccess: () => { void message.success(told); void fresh() } })
  const publish = api.useMutation('post', '/materials/{id}/publish', {
    onError, onSuccess: (now: Material) => { void message.success(now.approved === v.version ? t.published : t.submitted); void fresh() },
  })
  const approve = api.useMutation('post', '/materials/{id}/approve', on(t.published))
  const reject = api.useMutation('post', '/materials/{id}/reject', on(t.rejected))
  const params = { path: { id: m.id } }
  const body = { version: v.version }
  const size = primary ? 'middle' : 'small'
  if (v.state === 'review') {
    if (!may('content.approve')) return null
    const own = settings.data?.approval && [v.created_by, v.submitted_by].includes(me?.id)
    return (
      <>
        {own ? <small className="y-faint">{t.waits}</small> : <Button size={size} type="primary" loading={approve.isPending} onClick={() => approve.mutate({ params, body })}>{t.approve}</Button>}
        <Button size={size} danger onClick={() => setWhy('')}>{t.reject}</Button>
        <Modal
          open={why !== undefined} title={t.reject} okText={t.reject} cancelText={c.cancel} okButtonProps={{ danger: true, disabled: !why?.trim() }} onCancel={() => setWhy(undefined)}
          onOk={() => { reject.mutate({ params, body: { ...body, reason: (why ?? '').trim() } }); setWhy(undefined) }}
        >
          <label className="y-content-field"><span>{t.reason}</span><Input.TextArea autoFocus rows={3} maxLength={500} value={why} onChange={(e) => setWhy(e.target.value)} /><small className="y-faint">{t.reasonHelp}</small></label>
        </Modal>
      </>
    )
  }
  if (v.state === 'approved' || !may('content.write') || m.trashed_at) return null
  const asks = settings.data?.approval || !may('content.approve')
  return <Button size={size} type={primary ? 'primary' : 'default'} loading={publish.isPending} onClick={() => publish.mutate({ params, body })}>{asks ? t.submit : v.state === 'archived' ? t.again : t.publish}</Button>
}
