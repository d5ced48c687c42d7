import { api } from '@shared/api/client'
import { day, num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Image, Input, Progress, Segmented } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Facts, State } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { AssetPicker } from '../../ui/message/AssetPicker'
import { assetURL } from '../../ui/message/message'
import { progress } from './audit'
import type { Audit } from './Audits'
import { common } from './words'

const said = texts({
  title: ['检查', 'Audit'],
  about: ['对象', 'About'], staff: ['由谁检查', 'Answered by'], due: ['截止', 'Due'], done: ['完成', 'Done'], score: ['合格率', 'In order'], repeats: ['自动复查', 'Begun by itself after the one before'],
  yes: ['是', 'yes'],
  percent: [(n: string) => `${n}%`, (n: string) => `${n}%`],
  ok: ['合格', 'In order'], not_ok: ['不合格', 'Not in order'], without: ['不适用', 'Does not apply'], waiting: ['待确认', 'Waiting'],
  answer: ['填写', 'Answer'], change: ['修改', 'Change'],
  note: ['备注', 'Note'], photo: ['附照片', 'Add a photo'], verdict: ['结论', 'Verdict'],
  proof: [(n: string) => `${n}的照片`, (n: string) => `Photo of ${n}`],
})

const tone = { ok: 'good', not_ok: 'bad', without: 'quiet' } as const

/** One audit: each item with what was found. */
export function AuditDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const name = useStaffName()
  const query = api.useQuery('get', '/audits/{id}', { params: { path: { id } } })
  const a = query.data
  return (
    <Drawer open size={560} title={a ? `${a.name} · ${a.about === 'account' ? name(a.subject) : a.subject}` : t.title} onClose={onClose}>
      <Asked query={query}>
        {(x) => (
          <div className="y-stack">
            <Progress percent={progress(x).share} aria-label={t.title} />
            <Facts items={[
              [t.about, x.about === 'account' ? name(x.subject) : x.subject], [t.staff, name(x.staff)], [t.due, day(x.due_at)], x.done_at !== undefined && [t.done, when(x.done_at)],
              [t.score, x.score === undefined ? '–' : t.percent(num(x.score))], Boolean(x.repeats) && [t.repeats, t.yes],
            ]}
            />
            <ol className="y-audit-items">{x.items.map((i) => <Item key={i.id} audit={x} item={i} />)}</ol>
          </div>
        )}
      </Asked>
    </Drawer>
  )
}

function Item({ audit: a, item }: { audit: Audit; item: Audit['items'][number] }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()('tasks.write')
  const client = useQueryClient()
  const found = a.answers[item.id]
  const [edit, setEdit] = useState(false)
  const [verdict, setVerdict] = useState<'ok' | 'not_ok' | 'without'>(found?.verdict ?? 'ok')
  const [note, setNote] = useState(found?.note ?? '')
  const [photo, setPhoto] = useState(found?.photo)
  const tick = api.useMutation('put', '/audits/{id}/items/{item}', {
    onError: useOops(), onSuccess: () => { setEdit(false); void client.invalidateQueries({ queryKey: ['get', '/audits/{id}'] }); void client.invalidateQueries({ queryKey: ['get', '/audits'] }) },
  })
  return (
    <li>
      <div className="y-rowline"><b>{item.title}</b><State tone={found ? tone[found.verdict] : 'live'}>{found ? t[found.verdict] : t.waiting}</State><span className="y-grow" />
        {may && a.state === 'open' && !edit && <Button size="small" onClick={() => setEdit(true)}>{found ? t.change : t.answer}</Button>}
      </div>
      {item.how && <small className="y-faint">{item.how}</small>}
      {!edit && found?.note && <p>{found.note}</p>}
      {!edit && found?.photo && <Image width={96} src={assetURL(found.photo)} alt={t.proof(item.title)} />}
      {edit && (
        <div className="y-stack y-audit-edit">
          <Segmented aria-label={t.verdict} value={verdict} onChange={(v) => setVerdict(v as 'ok')} options={(['ok', 'not_ok', 'without'] as const).map((value) => ({ value, label: t[value] }))} />
          <Input.TextArea aria-label={t.note} placeholder={t.note} autoSize={{ minRows: 1, maxRows: 4 }} maxLength={1000} value={note} onChange={(e) => setNote(e.target.value)} />
          <AssetPicker kind="image" label={t.photo} optional value={photo} onChange={setPhoto} />
          <div className="y-rowline"><Button size="small" type="primary" loading={tick.isPending} onClick={() => tick.mutate({ params: { path: { id: a.id, item: item.id } }, body: { verdict, note: note.trim() || undefined, photo } })}>{t.answer}</Button><Button size="small" onClick={() => setEdit(false)}>{c.cancel}</Button></div>
        </div>
      )}
    </li>
  )
}
