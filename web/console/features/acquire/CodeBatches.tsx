import { api, byCursor, call, problemOf, type Problem, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import InboxOutlined from '@ant-design/icons/InboxOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Drawer, Progress, Upload } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { csvOf } from '../../ui/csv'
import { download } from '../../ui/Drill'
import { Faults } from '../../ui/forms'
import { Card, PageShell, Stat, State } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { PlainTable, QueryTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { PrintDrawer, type What } from './PrintDrawer'
import './acquire.css'

type Batch = Schema<'LivecodeBatch'>

const said = texts({
  title: ['批量创建活码', 'Live codes in batches'],
  lead: ['上传一份 CSV，每行一个活码。错误的行列出原因并可下载，其余照常创建。', 'Upload a CSV file, one code a row. Rows at fault are listed with the reason and can be downloaded; the rest is made.'],
  drop: ['点击或拖入 CSV 文件', 'Click or drop a CSV file'],
  dropHint: ['UTF-8 或 GBK，最多 20,000 行、8 MB。列：名称、渠道、员工（userid，分号分隔）、备用员工、标签、门店、备注、每日上限、免验证', 'UTF-8 or GBK, up to 20,000 rows and 8 MB. Columns: name, channel, staff (userids by semicolon), backup, tags, place, remark, daily_cap, skip_verify'],
  template: ['下载模板', 'Template'],
  uploading: ['正在上传并检查…', 'Uploading and checking…'],
  file: ['文件', 'File'],
  rows: ['行数', 'Rows'],
  accepted: ['已创建', 'Made'],
  rejected: ['拒绝', 'Rejected'],
  at: ['时间', 'Time'],
  progress: ['生成进度', 'Progress'],
  ready: ['可印刷', 'Ready to print'],
  live: [(n: string) => `已上线 ${n}`, (n: string) => `${n} live`],
  problems: [(n: string) => `问题 ${n}`, (n: string) => `${n} problems`],
  codes: ['查看这批活码', 'Show the codes'],
  rejects: ['被拒绝的行', 'Rejected rows'],
  line: ['行', 'Row'],
  column: ['列', 'Column'],
  reason: ['原因', 'Reason'],
  faults: ['下载拒绝原因', 'Download faults'],
  first: ['只列前 1000 行', 'The first thousand'],
  none: ['没有被拒绝的行', 'No row was rejected'],
  print: ['印刷', 'Print'],
  part: [(a: string, b: string) => `第 ${a}–${b} 个`, (a: string, b: string) => `${a}–${b}`],
  notReady: ['二维码全部生成后可以印刷', 'Sheets can be made when all QR codes are there'],
  emptyTitle: ['还没有批量创建过', 'No batch yet'],
  empty: ['门店多的时候，用一份表格一次建好所有门店的活码，再一起印刷。', 'With many stores, make all their codes from one file and print them together.'],
  done: ['已完成', 'Done'],
})

const columnWords = texts({
  name: ['名称', 'name'], channel: ['渠道', 'channel'], staff: ['员工', 'staff'], backup: ['备用员工', 'backup'], tags: ['标签', 'tags'], place: ['门店', 'place'], remark: ['备注', 'remark'], daily_cap: ['每日上限', 'daily_cap'], skip_verify: ['免验证', 'skip_verify'],
})

const perPart = 2000

/** Codes made from files: upload, progress, faults, sheets. */
export function CodeBatches() {
  const t = useText(said)
  const may = useMay()
  const { batch } = useSearch({ from: '/shell/codes/batches' })
  const go = useNavigate({ from: '/codes/batches' })
  const client = useQueryClient()
  const { message } = App.useApp()
  const { first } = useCorps()
  const [corp, setCorp] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const list = api.useInfiniteQuery('get', '/code-batches', {}, byCursor)
  const upload = async (file: File) => {
    setBusy(true)
    setProblem(undefined)
    const form = new FormData()
    form.append('corp', corp ?? first ?? '')
    form.append('file', file)
    const { data, error } = await call.POST('/code-batches', { body: form as never, bodySerializer: (b: unknown) => b as never } as never) as { data?: Batch; error?: unknown }
    setBusy(false)
    if (error || !data) return setProblem(problemOf(error))
    message.success(t.done)
    void client.invalidateQueries({ queryKey: ['get', '/code-batches'] })
    void go({ search: { batch: data.id } })
  }
  const columns: Column<Batch>[] = [
    { key: 'file', title: t.file, width: 260, always: true, render: (_, x) => <b>{x.file}</b> },
    { key: 'rows', title: t.rows, width: 90, num: true, render: (_, x) => num(x.rows) },
    { key: 'accepted', title: t.accepted, width: 90, num: true, render: (_, x) => <Link to={'/codes' as string} search={{ batch: x.id } as never}>{num(x.accepted)}</Link> },
    { key: 'rejected', title: t.rejected, width: 90, num: true, render: (_, x) => <span className={x.rejected ? 'y-tone-bad' : 'y-faint'}>{num(x.rejected)}</span> },
    { key: 'at', title: t.at, width: 160, render: (_, x) => when(x.created_at) },
  ]
  return (
    <PageShell fill title={t.title} lead={t.lead} back="/codes" actions={<Button onClick={() => download(template(), 'codes-template.csv')}>{t.template}</Button>}>
      {may('codes.write') && (
        <Card>
          <CorpPicker value={corp} onChange={setCorp} />
          <Upload.Dragger accept=".csv,text/csv" showUploadList={false} disabled={busy} beforeUpload={(file) => { void upload(file); return false }}>
            <p className="ant-upload-drag-icon" style={{ marginBottom: 4 }}><InboxOutlined /></p>
            <p>{busy ? t.uploading : t.drop}</p>
            <p className="y-faint" style={{ padding: '0 16px' }}>{t.dropHint}</p>
          </Upload.Dragger>
          {problem && <Faults problem={problem} />}
        </Card>
      )}
      <QueryTable id="code-batches" label={t.title} query={list} columns={columns} rowKey="id" onOpen={(x) => void go({ search: { batch: x.id } })} empty={<Empty title={t.emptyTitle} action={<Button onClick={() => download(template(), 'codes-template.csv')}>{t.template}</Button>}>{t.empty}</Empty>} />
      {batch && <BatchDrawer id={batch} onClose={() => void go({ search: {} })} />}
    </PageShell>
  )
}

const template = () => csvOf({
  columns: ['名称', '渠道', '员工', '备用员工', '标签', '门店', '备注', '每日上限', '免验证'],
  rows: [['示例门店台卡', 'store-01', 'zhangsan;lisi', 'wangwu', '渠道/门店', '示例门店', '{name}·门店', 50, '是']],
})

function BatchDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const w = useText(columnWords)
  const [print, setPrint] = useState<What>()
  const one = api.useQuery('get', '/code-batches/{id}', { params: { path: { id } } }, {
    refetchInterval: (q) => { const p = q.state.data?.progress; return p && p.images + p.problems < p.codes ? 1500 : false },
  })
  const b = one.data
  const p = b?.progress
  const parts = useMemo(() => Array.from({ length: Math.ceil((p?.codes ?? 0) / perPart) }, (_, i) => i * perPart), [p?.codes])
  const columns: Column<Schema<'LivecodeReject'>>[] = [
    { key: 'line', title: t.line, width: 70, num: true, dataIndex: 'line' },
    { key: 'column', title: t.column, width: 110, render: (_, x) => named(w, x.column) },
    { key: 'reason', title: t.reason, width: 320, dataIndex: 'reason' },
  ]
  return (
    <Drawer open size={620} title={b?.file} onClose={onClose} extra={b && <Link to={'/codes' as string} search={{ batch: id } as never}><Button size="small">{t.codes}</Button></Link>}>
      <Asked query={one}>
        {(x) => (
          <div className="y-stack">
            <div className="y-stats">
              <Stat label={t.rows} value={num(x.rows)} />
              <Stat label={t.accepted} value={num(x.accepted)} />
              <Stat label={t.rejected} value={num(x.rejected)} />
            </div>
            {p && p.codes > 0 && (
              <Card title={t.progress} extra={<><State tone="good">{t.live(num(p.live))}</State>{p.problems > 0 && <State tone="bad">{t.problems(num(p.problems))}</State>}</>}>
                <Progress percent={Math.round((p.images / p.codes) * 100)} status={p.problems > 0 ? 'exception' : undefined} format={() => `${num(p.images)} / ${num(p.codes)}`} aria-label={t.ready} />
                <div className="y-rowline" style={{ marginTop: 10 }}>
                  {p.images === p.codes ? parts.map((from) => <Button key={from} onClick={() => setPrint({ batch: id, from, count: Math.min(perPart, p.codes - from) })}>{t.print} {parts.length > 1 && t.part(num(from + 1), num(Math.min(from + perPart, p.codes)))}</Button>) : <span className="y-faint">{t.notReady}</span>}
                </div>
              </Card>
            )}
            <Card
              title={t.rejects} flush={x.rejected > 0}
              extra={x.rejected > 0 && <>{x.rejected > (x.rejects?.length ?? 0) && <span className="y-faint">{t.first}</span>}<Button size="small" onClick={() => download(csvOf({ columns: [t.line, t.column, t.reason], rows: (x.rejects ?? []).map((r) => [r.line, named(w, r.column), r.reason]) }), `faults-${x.file}`)}>{t.faults}</Button></>}
            >
              <PlainTable label={t.rejects} rows={x.rejects ?? []} columns={columns} rowKey={(r) => `${r.line}-${r.column}-${r.reason}`} height={360} empty={<span className="y-faint">{t.none}</span>} />
            </Card>
          </div>
        )}
      </Asked>
      {print && <PrintDrawer what={print} onClose={() => setPrint(undefined)} />}
    </Drawer>
  )
}
