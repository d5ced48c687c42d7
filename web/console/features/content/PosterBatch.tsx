import { api, call, must } from '@shared/api/client'
import { ago, num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import DownloadOutlined from '@ant-design/icons/DownloadOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Progress, Segmented } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Card, Columns } from '../../ui/PageShell'
import { CorpPicker, StaffPicker, useCorps } from '../../ui/pickers'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import type { Material } from './message'
import { drawPoster, Rendered } from './Rendered'

const said = texts({
  who: ['给谁生成', 'For whom'],
  help: ['每位员工一张，带自己的头像、姓名和活码，最多 500 位。用的是启用中的版本。', 'One for each member with photo, name and live code, 500 at most. The version in use is drawn.'],
  staff: ['选择员工', 'Choose members'],
  everybody: [(n: string) => `选全部 ${n} 位在职员工`, (n: string) => `Choose all ${n}`],
  format: ['格式', 'Format'],
  start: [(n: string) => `生成 ${n} 张`, (n: string) => `Draw ${n}`],
  notInUse: ['这张海报还没有启用，先在“设计”里保存并启用。', 'This poster is not in use yet: save and use it under Design first.'],
  progress: ['进度', 'Progress'],
  none: ['还没有生成任务', 'Nothing drawn yet'],
  noneHelp: ['选好员工后开始，完成后下载压缩包，一人一个文件。', 'Choose members and begin. You get a zip with one file each.'],
  before: ['最近 24 小时的其他任务', 'Others of the last 24 hours'],
  begun: [(at: string) => `${at}开始`, (at: string) => `begun ${at}`],
  drawn: [(n: string, of: string) => `已完成 ${n} / ${of}`, (n: string, of: string) => `${n} of ${of} done`],
  zip: ['下载压缩包', 'Download zip'],
  kept: ['压缩包保留 24 小时。', 'The zip is kept for 24 hours.'],
  failed: [(n: string) => `${n} 张没有画成`, (n: string) => `${n} could not be drawn`],
  member: ['员工', 'Member'],
  reason: ['原因', 'Why'],
  noCode: ['没有自己的活码，请先在“渠道活码”里建一个只含该员工的活码', 'Has no live code of their own: make one under Live codes first'],
  sample: ['第一位员工的样子', 'As the first one gets it'],
})

const page = getRouteApi('/shell/posters/$id')

/** The posters of many members, as a zip. */
export function PosterBatch({ material: m }: { material: Material }) {
  const t = useText(said)
  const may = useMay()
  const go = useNavigate()
  const { batch } = page.useSearch()
  const { first } = useCorps()
  const [corp, setCorp] = useState<string>()
  const [staff, setStaff] = useState<string[]>([])
  const [format, setFormat] = useState<'jpeg' | 'png'>('jpeg')
  const oops = useOops()
  const client = useQueryClient()
  const of = corp ?? first ?? ''
  const all = api.useQuery('get', '/staff', { params: { query: { corp: of, limit: 500 } } }, { enabled: Boolean(of) && may('staff.read') })
  const active = (all.data?.items ?? []).filter((s) => s.status === 1).slice(0, 500)
  const start = api.useMutation('post', '/posters/{id}/batches', { onError: oops, onSuccess: (b) => { void client.invalidateQueries({ queryKey: ['get', '/posters/{id}/batches'] }); void go({ to: `/posters/${m.id}` as string, search: { tab: 'batch', batch: b.id } as never, replace: true }) } })
  return (
    <div className="y-poster-batch"><Columns min={340}>
      <Card title={t.who}>
        <div className="y-stack">
          <p className="y-faint y-content-note">{t.help}</p>
          {m.approved === 0 && <Alert type="warning" showIcon title={t.notInUse} />}
          <CorpPicker value={corp} onChange={(c) => { setCorp(c); setStaff([]) }} />
          <StaffPicker corp={of} value={staff} onChange={setStaff} placeholder={t.staff} aria-label={t.staff} style={{ width: '100%' }} />
          {active.length > 0 && <Button size="small" onClick={() => setStaff(active.map((s) => s.staff))} style={{ alignSelf: 'flex-start' }}>{t.everybody(num(active.length))}</Button>}
          <div className="y-rowline"><span className="y-faint">{t.format}</span><Segmented size="small" aria-label={t.format} value={format} onChange={(f) => setFormat(f as 'jpeg' | 'png')} options={[{ value: 'jpeg', label: 'JPG' }, { value: 'png', label: 'PNG' }]} /></div>
          {may('content.write') && <Button type="primary" disabled={m.approved === 0 || staff.length === 0 || staff.length > 500} loading={start.isPending} onClick={() => start.mutate({ params: { path: { id: m.id } }, body: { corp: of, staff, format } })}>{t.start(num(staff.length))}</Button>}
        </div>
      </Card>
      <Card title={t.progress}><Past poster={m.id} batch={batch} corp={of} /></Card>
      {staff[0] && <Card title={t.sample}><Rendered of={[m.id, m.approved || m.latest, of, staff[0]]} draw={() => drawPoster(m.id, { corp: of, staff: staff[0] }, m.approved || m.latest)} alt={t.sample} onDrawn={() => undefined} /></Card>}
    </Columns></div>
  )
}

/** The batches of a poster that are kept, and the one chosen; the newest unless the address says. */
function Past({ poster, batch, corp }: { poster: string; batch?: string; corp: string }) {
  const t = useText(said)
  const go = useNavigate()
  const list = api.useQuery('get', '/posters/{id}/batches', { params: { path: { id: poster }, query: { limit: 20 } } })
  return (
    <Asked query={list}>
      {({ items }) => {
        const shown = batch ?? items?.[0]?.id
        if (!shown) return <Empty title={t.none}>{t.noneHelp}</Empty>
        const others = (items ?? []).filter((b) => b.id !== shown)
        return (
          <div className="y-stack">
            <Running key={shown} id={shown} corp={corp} />
            {others.length > 0 && (
              <>
                <b>{t.before}</b>
                <ul className="y-people">
                  {others.map((b) => (
                    <li key={b.id}>
                      <button type="button" className="y-content-link" onClick={() => void go({ to: `/posters/${poster}` as string, search: { tab: 'batch', batch: b.id } as never, replace: true })}>{t.begun(when(b.created_at))}</button>
                      <small>{t.drawn(num(b.done), num(b.total))}{b.failed.length > 0 && ` · ${t.failed(num(b.failed.length))}`}</small>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </div>
        )
      }}
    </Asked>
  )
}

function Running({ id, corp }: { id: string; corp: string }) {
  const t = useText(said)
  const name = useStaffName(corp)
  const oops = useOops()
  const [busy, setBusy] = useState(false)
  const query = api.useQuery('get', '/poster-batches/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data && !q.state.data.complete ? 1000 : false) })
  const zip = async (title: string) => {
    setBusy(true)
    try {
      const data = await must(call.GET('/poster-batches/{id}/archive', { params: { path: { id } }, parseAs: 'blob' }) as Promise<{ data?: Blob; error?: unknown }>)
      const { download } = await import('../../ui/Drill')
      download(data, `${title}.zip`)
    } catch (thrown) {
      oops(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Asked query={query}>
      {(b) => (
        <div className="y-stack">
          <div className="y-rowline"><b>{b.name}</b><small className="y-faint">{t.begun(ago(b.created_at))}</small></div>
          <Progress percent={b.total ? Math.round(((b.done + b.failed.length) / b.total) * 100) : 0} status={b.complete ? (b.failed.length > 0 ? 'exception' : 'success') : 'active'} aria-label={t.progress} />
          <span aria-live="polite">{t.drawn(num(b.done), num(b.total))}</span>
          {b.complete && b.done > 0 && <Button type="primary" icon={<DownloadOutlined />} loading={busy} onClick={() => void zip(b.name)} style={{ alignSelf: 'flex-start' }}>{t.zip}</Button>}
          {b.complete && <small className="y-faint">{t.kept}</small>}
          {b.failed.length > 0 && (
            <>
              <b className="y-tone-bad">{t.failed(num(b.failed.length))}</b>
              <PlainTable label={t.failed(num(b.failed.length))} rowKey="staff" rows={b.failed} columns={[{ key: 'staff', title: t.member, width: 110, render: (_, f) => name(f.staff) }, { key: 'reason', title: t.reason, width: 240, render: (_, f) => (f.reason.includes('has no live code of their own') ? t.noCode : f.reason) }]} />
            </>
          )}
        </div>
      )}
    </Asked>
  )
}
