import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, bytes, exactly, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Card, Columns, PageShell, State } from '../../ui/PageShell'
import { PlainTable, QueryTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { checkNames, factNames, remedies } from './systemWords'

type Check = Schema<'SystemCheck'>

const said = texts({
  title: ['系统状态', 'System health'], ok: ['正常', 'Fine'], warn: ['注意', 'Attention'], bad: ['异常', 'Wrong'], version: ['版本', 'Version'], up: [(s: string) => `${s}启动`, (s: string) => `started ${s}`],
  jobs: ['后台任务', 'Background jobs'], kind: ['种类', 'Kind'], waiting: ['等待', 'Waiting'], running: ['进行中', 'Running'], failed: ['失败', 'Failed'], next: ['下次', 'Next'],
  given: ['放弃的任务', 'Jobs that were given up'], reason: ['原因', 'Reason'], attempts: ['次数', 'Tries'], key: ['编号', 'Key'], retry: ['再试一次', 'Try again'], none: ['没有放弃的任务', 'No job was given up'], actions: ['操作', 'Actions'],
  corps: ['企业微信连接', 'WeCom connections'], synced: ['上次同步', 'Last sync'], callback: ['上次回调', 'Last callback'], name: ['企业', 'Corp'], state: ['状态', 'State'], noCorps: ['还没有连接企业微信', 'No corp is connected'], connect: ['去接入', 'Connect one'],
})

const tones = { ok: 'good', warn: 'warn', bad: 'bad' } as const

/** How the program is: what is checked, its jobs, its corps. */
export function System() {
  const t = useText(said)
  const remedy = useText(remedies)
  const report = api.useQuery('get', '/system', {}, { refetchInterval: 5000 })
  return (
    <PageShell
      title={t.title} extra={report.data && <><State tone={tones[report.data.state]}>{t[report.data.state]}</State><span className="y-asof">{t.version} {report.data.version} · {t.up(ago(report.data.started_at))}</span></>}
    >
      <Asked query={report}>
        {(r) => (
          <>
            <Columns min={280}>{r.checks?.map((c) => <OneCheck key={c.key} check={c} />)}</Columns>
            <Card title={t.corps} flush>
              <PlainTable
                label={t.corps} rows={r.corps} rowKey="id" empty={<Empty title={t.noCorps} action={<Link to={'/settings/wecom' as string}><Button type="primary">{t.connect}</Button></Link>} />}
                columns={[
                  { key: 'name', title: t.name, width: 220, render: (_, c) => c.name || c.id },
                  { key: 'state', title: t.state, width: 120, render: (_, c) => <State tone={tones[c.state]}>{t[c.state]}</State> },
                  { key: 'synced', title: t.synced, width: 150, render: (_, c) => <Tooltip title={exactly(c.synced_at)}>{ago(c.synced_at)}</Tooltip> },
                  { key: 'callback', title: t.callback, width: 150, render: (_, c) => <Tooltip title={exactly(c.callback_at)}>{ago(c.callback_at)}</Tooltip> },
                  { key: 'remedy', title: t.reason, width: 320, render: (_, c) => <>{c.remedy && named(remedy, c.remedy)} <span className="y-faint">{c.detail}</span></> },
                ]}
              />
            </Card>
            <Card title={t.jobs} flush>
              <PlainTable
                label={t.jobs} rows={r.jobs} rowKey="kind"
                columns={[
                  { key: 'kind', title: t.kind, width: 200, render: (_, j) => <code>{j.kind}</code> },
                  { key: 'waiting', title: t.waiting, width: 90, num: true, render: (_, j) => num(j.waiting) },
                  { key: 'running', title: t.running, width: 90, num: true, render: (_, j) => num(j.running) },
                  { key: 'failed', title: t.failed, width: 90, num: true, render: (_, j) => <span className={j.failed ? 'y-tone-bad' : undefined}>{num(j.failed)}</span> },
                  { key: 'next', title: t.next, width: 150, render: (_, j) => (j.next_due ? when(j.next_due) : '') },
                  { key: 'reason', title: t.reason, width: 240, render: (_, j) => <span className="y-faint">{j.error}</span> },
                ]}
              />
            </Card>
          </>
        )}
      </Asked>
      <GivenUp />
    </PageShell>
  )
}

function OneCheck({ check: c }: { check: Check }) {
  const t = useText(said)
  const names = useText(checkNames)
  const remedy = useText(remedies)
  const facts = useText(factNames)
  return (
    <Card title={named(names, c.key)} extra={<State tone={tones[c.state]}>{t[c.state]}</State>}>
      {c.remedy && <p className={`y-tone-${c.state === 'bad' ? 'bad' : 'warn'}`} style={{ margin: '0 0 8px' }}>{named(remedy, c.remedy)}</p>}
      {c.detail && <p className="y-faint" style={{ margin: '0 0 8px' }}>{c.detail}</p>}
      <dl className="y-checkfacts">
        {Object.entries(c.facts ?? {}).filter(([k]) => k !== 'age_s').map(([k, v]) => <div key={k}><dt>{named(facts, k)}</dt><dd>{fact(k, v)}</dd></div>)}
      </dl>
    </Card>
  )
}

/** A figure in its unit, which its name tells. */
function fact(name: string, value: unknown): string {
  if (name.endsWith('bytes')) return bytes(Number(value))
  if (name.endsWith('_ms')) return `${num(Number(value))} ms`
  if (name === 'at') return ago(String(value))
  return typeof value === 'number' ? num(value, 1) : String(value)
}

function GivenUp() {
  const t = useText(said)
  const may = useMay()
  const cache = useQueryClient()
  const list = api.useInfiniteQuery('get', '/jobs', { params: { query: { state: 'failed' } } }, byCursor)
  const retry = api.useMutation('post', '/jobs/retry', { onSuccess: () => cache.invalidateQueries({ queryKey: ['get', '/jobs'] }), onError: useOops() })
  return (
    <>
      <h2 className="y-h2">{t.given}</h2>
      <QueryTable<Schema<'SystemJob'>>
        id="jobs" label={t.given} query={list as never} rowKey="key" height={320} empty={<Empty title={t.none} />}
        columns={[
          { key: 'kind', title: t.kind, width: 160, always: true, render: (_, j) => <code>{j.kind}</code> }, { key: 'key', title: t.key, width: 200, render: (_, j) => <code>{j.key}</code> },
          { key: 'reason', title: t.reason, width: 300, dataIndex: 'reason' }, { key: 'attempts', title: t.attempts, width: 80, num: true, dataIndex: 'attempts' },
          { key: 'do', title: t.actions, width: 110, always: true, render: (_, j) => may('settings.write') && <Button size="small" type="link" onClick={() => retry.mutate({ body: { kind: j.kind, key: j.key } })}>{t.retry}</Button> },
        ]}
      />
    </>
  )
}
