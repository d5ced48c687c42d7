import { call, must, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Alert, Button, Input, Upload } from 'antd'
import { useState } from 'react'
import { download } from '../../ui/Drill'
import { DrawerForm } from '../../ui/forms'
import { Facts } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { useCostsChanged } from './Costs'
import { csvOf } from '../../ui/csv'

const said = texts({
  title: ['导入成本 CSV', 'Import costs'], go: ['导入', 'Import'], pick: ['选择文件', 'Choose a file'], drop: ['把 CSV 拖到这里，或点击选择', 'Drop a CSV here, or click'],
  lead: ['UTF-8、UTF-16 或 GB18030，最大 10 MB。常见表头（日期、结束日期、渠道、员工、活动、花费、备注、date、amount…）自动识别；同一文件再次导入不会重复。', 'UTF-8, UTF-16 or GB18030, at most 10 MB. Usual headers are recognised; the same file again adds nothing.'],
  map: ['表头对应（可选）', 'Headers (optional)'], mapHelp: ['只有表头认不出时才填：这一列在你的文件里叫什么', 'Only where a header is not recognised: what the column is called in your file'],
  date: ['日期', 'Date'], to: ['结束日期', 'To'], amount: ['金额', 'Amount'], channel: ['渠道', 'Channel'], staff: ['员工', 'Staff'], campaign: ['活动', 'Campaign'], note: ['备注', 'Note'],
  template: ['下载模板', 'Template'], done: [(n: string) => `已导入 ${n} 笔`, (n: string) => `${n} costs added`], rows: ['文件行数', 'Rows'], duplicates: ['已有，跳过', 'Already there'], rejected: ['有错，未导入', 'Rejected'], encoding: ['编码', 'Encoding'], mapping: ['识别的列', 'Columns'],
  faults: ['有错的行', 'Rejected rows'], line: ['行号', 'Line'], column: ['列', 'Column'], reason: ['原因', 'Reason'], save: ['下载有错的行', 'Download rejected rows'], again: ['再导入一个', 'Another file'],
})

const fields = ['date', 'to', 'amount', 'channel', 'staff', 'campaign', 'note'] as const

/** Takes in a file of costs and shows what was wrong with it, line by line. */
export function CostImport({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const changed = useCostsChanged()
  const [file, setFile] = useState<File>()
  const [map, setMap] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const [done, setDone] = useState<Schema<'InsightCostImport'>>()
  const go = async () => {
    const form = new FormData()
    const named = Object.fromEntries(Object.entries(map).filter(([, v]) => v.trim()))
    if (Object.keys(named).length > 0) form.append('map', JSON.stringify(named))
    form.append('file', file as File)
    setBusy(true)
    setProblem(undefined)
    try {
      setDone((await must(call.POST('/insight/costs/import', { body: form as never, bodySerializer: (b: unknown) => b as never } as never))) as Schema<'InsightCostImport'>)
      changed()
    } catch (thrown) {
      setProblem(thrown)
    } finally {
      setBusy(false)
    }
  }
  const template = () => download(csvOf({ columns: fields.map((f) => t[f]), rows: [['2026-01-01', '2026-01-31', 3100, 'douyin', '', 'spring', '']] }), 'costs.csv')
  return (
    <DrawerForm open title={t.title} size={640} onClose={onClose} onSave={() => (done ? (setDone(undefined), setFile(undefined)) : void go())} okText={done ? t.again : t.go} saving={busy} problem={problem} disabled={!file && !done}>
      {!done ? (
        <>
          <p className="y-faint">{t.lead} <Button type="link" size="small" onClick={template}>{t.template}</Button></p>
          <Upload.Dragger accept=".csv,text/csv" maxCount={1} beforeUpload={(f) => { setFile(f); return false }} onRemove={() => setFile(undefined)} fileList={file ? [{ uid: '1', name: file.name }] : []}><p>{t.drop}</p></Upload.Dragger>
          <h3 style={{ fontSize: 14, marginBottom: 4 }}>{t.map}</h3>
          <p className="y-faint" style={{ marginTop: 0 }}>{t.mapHelp}</p>
          <div className="y-rowline">{fields.map((f) => <label key={f} className="y-reports-field">{t[f]}<Input style={{ width: 130 }} value={map[f] ?? ''} onChange={(e) => setMap({ ...map, [f]: e.target.value })} /></label>)}</div>
        </>
      ) : (
        <>
          <Alert type={done.rejected > 0 ? 'warning' : 'success'} showIcon title={t.done(num(done.added))} />
          <Facts items={[[t.rows, num(done.rows)], [t.duplicates, num(done.duplicates)], [t.rejected, num(done.rejected)], [t.encoding, done.encoding], [t.mapping, Object.entries(done.mapping).map(([k, v]) => `${t[k as 'date'] ?? k} ← ${v}`).join('、')]]} />
          {done.rejects.length > 0 && (
            <>
              <div className="y-rowline"><b>{t.faults}</b><Button size="small" onClick={() => download(csvOf({ columns: [t.line, t.column, t.reason], rows: done.rejects.map((r) => [r.line, r.column, r.reason]) }), 'rejected.csv')}>{t.save}</Button></div>
              <PlainTable label={t.faults} rows={done.rejects.map((r, i) => ({ ...r, i }))} rowKey="i" columns={[{ key: 'line', title: t.line, width: 80, num: true, render: (_, r) => num(r.line) }, { key: 'column', title: t.column, width: 120, render: (_, r) => r.column }, { key: 'reason', title: t.reason, width: 300, render: (_, r) => r.reason }]} />
            </>
          )}
        </>
      )}
    </DrawerForm>
  )
}
