import { api } from '@shared/api/client'
import { exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Alert, Button, Progress } from 'antd'
import { useSure } from '../../ui/forms'
import { Card, Columns, Facts, PageShell, Stat, State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Only } from '../../ui/states'
import { kindNames, phaseNames, stateNames, stateTone } from './importWords'

const said = texts({
  back: ['返回', 'Back'], cancel: ['停止', 'Stop'], ask: ['停止导入？', 'Stop this import?'], askLead: ['已写入的保留；以后导同一份文件会从断点继续，不会重复。', 'What is stored stays. The same file later goes on from there and doubles nothing.'],
  rows: ['文件行数', 'Rows in the file'], accepted: ['写入', 'Stored'], duplicates: ['重复', 'Duplicates'], rejected: ['拒绝', 'Rejected'], events: ['事件', 'Events'],
  dupHint: ['以前导入过，或文件里出现两次', 'Stored before, or twice in the file'], eventsHint: ['同一订单的多行算一个事件', 'The lines of an order are one event'],
  left: [(s: string, r: string) => `剩余约 ${s} 秒 · 每秒 ${r} 行`, (s: string, r: string) => `about ${s} s left · ${r} rows a second`],
  download: ['下载失败行（含原因）', 'Download rejected rows'], why: ['被拒绝的行', 'Rejected rows'], first: ['显示前 100 行；下载可得全部。改好后删掉前三列再导入即可。', 'The first 100. The file has all of them: correct it there, delete the first three columns, import it.'],
  line: ['行', 'Line'], column: ['列', 'Column'], reason: ['原因', 'Reason'], reasons: ['原因汇总', 'Reasons'], count: ['行数', 'Rows'],
  facts: ['这次导入', 'This import'], kind: ['内容', 'Holds'], source: ['来源', 'Source'], started: ['开始', 'Started'], finished: ['结束', 'Finished'], mapping: ['映射', 'Mapping'], none: ['没有被拒绝的行', 'No row was rejected'],
})

const route = getRouteApi('/shell/settings/imports/$id')

/** One import: how far it is and what it refused. */
export function ImportPage() {
  const t = useText(said)
  const kinds = useText(kindNames)
  const states = useText(stateNames)
  const phases = useText(phaseNames)
  const { id } = route.useParams()
  const cache = useQueryClient()
  const sure = useSure()
  const one = api.useQuery('get', '/imports/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (['queued', 'running'].includes(q.state.data?.state ?? '') ? 800 : false) })
  const cancel = api.useMutation('post', '/imports/{id}/cancel', { onSuccess: () => cache.invalidateQueries({ queryKey: ['get', '/imports/{id}'] }) })
  const i = one.data
  const running = i && ['queued', 'running'].includes(i.state)
  return (
    <PageShell
      title={i?.name || id} back="/settings/imports" extra={i && <State tone={stateTone(i.state)}>{named(states, i.state)}</State>}
      actions={(
        <>
          {running && <Only needs="imports.write"><Button danger onClick={() => sure({ title: t.ask, content: t.askLead, ok: t.cancel, danger: true, go: () => cancel.mutateAsync({ params: { path: { id } } }) })}>{t.cancel}</Button></Only>}
          {Boolean(i?.rejected_count) && <Button type="primary" href={`/api/v1/imports/${id}/rejected.csv`} download>{t.download}</Button>}
        </>
      )}
    >
      <Asked query={one}>
        {(d) => (
          <>
            {running && (
              <Card>
                <Progress percent={Math.floor(d.progress.percent)} aria-label={named(states, d.state)} />
                <div className="y-faint" aria-live="polite">{named(phases, d.progress.phase)}{d.progress.seconds_left > 0 && ` · ${t.left(num(d.progress.seconds_left), num(d.progress.rows_per_second))}`}</div>
              </Card>
            )}
            {d.problem && <Alert type="error" showIcon title={d.problem} />}
            <div className="y-stats">
              <Stat label={t.rows} value={num(d.rows)} />
              <Stat label={t.accepted} value={num(d.accepted)} />
              <Stat label={t.duplicates} value={num(d.duplicates)} hint={t.dupHint} />
              <Stat label={t.rejected} value={num(d.rejected_count)} />
              <Stat label={t.events} value={num(d.events)} hint={t.eventsHint} />
            </div>
            <Columns min={360}>
              <Card title={t.why}>
                {d.rejected_count > 0 && <p className="y-faint">{t.first}</p>}
                <PlainTable
                  label={t.why} rows={(d.rejected ?? []).map((r, at) => ({ ...r, at }))} rowKey="at" height={360} empty={<p className="y-faint">{t.none}</p>}
                  columns={[
                    { key: 'line', title: t.line, width: 70, num: true, dataIndex: 'line' }, { key: 'column', title: t.column, width: 110, dataIndex: 'column' }, { key: 'reason', title: t.reason, width: 260, dataIndex: 'reason' },
                  ]}
                />
              </Card>
              <div className="y-stack">
                {Object.keys(d.reasons ?? {}).length > 0 && (
                  <Card title={t.reasons}><Facts items={Object.entries(d.reasons ?? {}).map(([reason, n]) => [reason, num(n as number)])} /></Card>
                )}
                <Card title={t.facts}>
                  <Facts items={[[t.kind, named(kinds, d.kind)], [t.source, d.source], [t.started, exactly(d.started_at)], [t.finished, exactly(d.finished_at)]]} />
                  <details><summary>{t.mapping}</summary><pre className="y-json">{JSON.stringify(d.mapping, null, 2)}</pre></details>
                </Card>
              </div>
            </Columns>
          </>
        )}
      </Asked>
    </PageShell>
  )
}
