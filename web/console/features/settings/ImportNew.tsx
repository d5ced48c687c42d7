import { call, must, problemOf, type Problem, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useNavigate } from '@tanstack/react-router'
import { Alert, Button, Input, Radio, Select, Steps, Upload } from 'antd'
import { useState } from 'react'
import { Faults } from '../../ui/forms'
import { Card, Columns, PageShell, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { kindNames } from './importWords'
import { aim, identityTypes, known, missing, targetOf, type Mapping } from './mapping'

type Preview = Schema<'ImportPreview'>
type Kind = 'orders' | 'events' | 'customers'

const said = texts({
  title: ['导入文件', 'Import a file'],
  one: ['选择文件', 'Choose the file'], two: ['核对表头', 'Match the headers'], three: ['确认', 'Confirm'],
  kind: ['文件里是什么', 'What the file holds'],
  ordersLead: ['每行一件商品或一笔订单：订单号、时间、金额、手机号', 'A line for an item or an order: order number, time, amount, phone'],
  eventsLead: ['每行一件发生的事：事件名、时间、谁', 'A line for something that happened: name, time, who'],
  customersLead: ['每行一位客户：手机号、会员号、姓名、城市、标签', 'A line for a customer: phone, member number, name, city, tags'],
  drop: ['点击或拖入 CSV、TSV、XLSX（可 .gz）', 'Click or drop a CSV, TSV or XLSX (also .gz)'], dropLead: ['UTF-8 与 GBK 自动识别，最大 1 GiB', 'UTF-8 and GBK are told apart; 1 GiB at most'],
  source: ['来源（用于去重）', 'Source (for telling duplicates)'], sourceLead: ['同一来源里相同的行只写入一次，例如 tmall、pos', 'Equal rows of one source are stored once; for example tmall, pos'],
  look: ['读取并核对', 'Read and match'], again: ['试算', 'Try it'], start: [(n: string) => `导入 ${n} 行`, (n: string) => `Import ${n} rows`], back: ['上一步', 'Back'],
  column: ['文件里的列', 'Column of the file'], goes: ['对应', 'Goes to'], unused: ['不导入', 'Not imported'], field: ['字段', 'Fields'], identity: ['标识（谁）', 'Identity (who)'], trait: [(n: string) => `客户属性：${n}`, (n: string) => `Trait: ${n}`], prop: [(n: string) => `事件属性：${n}`, (n: string) => `Property: ${n}`], other: ['其他', 'Other'],
  missing: [(l: string) => `还缺：${l}`, (l: string) => `Missing: ${l}`], nobody: ['没有任何标识列，行无法对应到客户', 'No column says who it is'],
  rows: ['行', 'Rows'], accepted: ['可写入', 'To be stored'], duplicates: ['重复', 'Duplicates'], rejected: ['会被拒绝', 'To be rejected'], events: ['生成事件', 'Events'],
  sample: ['前几个事件', 'The first events'], at: ['时间', 'When'], event: ['事件', 'Event'], who: ['标识', 'Identities'], content: ['内容', 'Content'],
  why: ['会被拒绝的行（前 100）', 'Rows to be rejected (first 100)'], line: ['行', 'Line'], reason: ['原因', 'Reason'], json: ['映射 JSON（高级）', 'Mapping as JSON'], example: ['示例', 'Example'],
  nothing: ['这一步不写入任何数据。', 'Nothing is stored by this step.'],
})

/** The way of a file into the brand: choose, match, confirm. Nothing is stored before the last step. */
export function ImportNew() {
  const t = useText(said)
  const kinds = useText(kindNames)
  const go = useNavigate()
  const [step, setStep] = useState(0)
  const [kind, setKind] = useState<Kind>('orders')
  const [file, setFile] = useState<File>()
  const [source, setSource] = useState('')
  const [mapping, setMapping] = useState<Mapping>()
  const [columns, setColumns] = useState<Schema<'ImportColumn'>[]>([])
  const [preview, setPreview] = useState<Preview>()
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)

  const form = (map?: Mapping) => {
    const body = new FormData()
    body.set('kind', kind)
    if (source.trim()) body.set('source', source.trim())
    if (map) body.set('map', JSON.stringify(map))
    body.set('file', file as File)
    return { body: body as never, bodySerializer: (b: unknown) => b as never }
  }
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await work()
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  const read = () => run(async () => {
    const seen = await must(call.POST('/imports/columns', form()))
    setColumns(seen.columns ?? [])
    setMapping((seen.mapping ?? {}) as Mapping)
    setStep(1)
  })
  const look = () => run(async () => {
    setPreview(await must(call.POST('/imports/preview', form(mapping))))
    setStep(2)
  })
  const start = () => run(async () => {
    const made = await must(call.POST('/imports', form(mapping)))
    await go({ to: '/settings/imports/$id', params: { id: made.id } })
  })

  return (
    <PageShell title={t.title} back="/settings/imports">
      <Card><Steps size="small" current={step} items={[{ title: t.one }, { title: t.two }, { title: t.three }]} /></Card>
      {problem && <Faults problem={problem} />}
      {step === 0 && (
        <Card className="y-narrow">
          <div className="y-stack">
            <Radio.Group className="y-choices" value={kind} onChange={(e) => setKind(e.target.value as Kind)} aria-label={t.kind}>
              {(['orders', 'events', 'customers'] as const).map((k) => <Radio key={k} value={k}><b>{kinds[k]}</b><br /><span className="y-faint">{t[`${k}Lead`]}</span></Radio>)}
            </Radio.Group>
            <Upload.Dragger accept=".csv,.tsv,.txt,.xlsx,.gz" maxCount={1} beforeUpload={(f) => { setFile(f); setColumns([]); return false }} onRemove={() => setFile(undefined)}>
              <p><b>{t.drop}</b></p><p className="y-faint">{t.dropLead}</p>
            </Upload.Dragger>
            <label>{t.source}<Input value={source} maxLength={64} onChange={(e) => setSource(e.target.value)} /><span className="y-faint">{t.sourceLead}</span></label>
            <div><Button type="primary" disabled={!file} loading={busy} onClick={() => void read()}>{t.look}</Button></div>
          </div>
        </Card>
      )}
      {step === 1 && mapping && (
        <>
          <Match kind={kind} columns={columns} mapping={mapping} onChange={setMapping} />
          <div className="y-rowline">
            <Button onClick={() => setStep(0)}>{t.back}</Button>
            <Button type="primary" loading={busy} disabled={missing(mapping, kind).length > 0} onClick={() => void look()}>{t.again}</Button>
          </div>
        </>
      )}
      {step === 2 && preview && !busy && (
        <>
          <Alert type="info" showIcon title={t.nothing} />
          <Outcome preview={preview} />
          <div className="y-rowline">
            <Button onClick={() => setStep(1)}>{t.back}</Button>
            <Button type="primary" disabled={preview.accepted === 0} onClick={() => void start()}>{t.start(num(preview.accepted))}</Button>
          </div>
        </>
      )}
    </PageShell>
  )
}

function Match({ kind, columns, mapping, onChange }: { kind: Kind; columns: Schema<'ImportColumn'>[]; mapping: Mapping; onChange: (m: Mapping) => void }) {
  const t = useText(said)
  const lacks = missing(mapping, kind)
  const options = (column: string) => [
    { value: '', label: t.unused },
    { label: t.field, options: (known[kind]?.fields ?? []).map((f) => ({ value: `fields.${f}`, label: f })) },
    { label: t.identity, options: identityTypes.map((f) => ({ value: `identities.${f}`, label: f })) },
    { label: t.other, options: [{ value: `traits.${column}`, label: t.trait(column) }, ...(kind === 'customers' ? [] : [{ value: `props.${column}`, label: t.prop(column) }])] },
  ]
  return (
    <Card title={t.two}>
      {lacks.length > 0 && <Alert type="warning" showIcon title={t.missing(lacks.join(', '))} />}
      {!mapping.identities && <Alert type="warning" showIcon title={t.nobody} />}
      <PlainTable
        label={t.two} rows={columns} rowKey="name"
        columns={[
          { key: 'column', title: t.column, width: 220, dataIndex: 'name' },
          { key: 'example', title: t.example, width: 180, ellipsis: true, render: (_, r) => <span className="y-faint">{r.example}</span> },
          {
            key: 'goes', title: t.goes, width: 320,
            render: (_, r) => {
              const target = targetOf(mapping, r.name)
              const all = options(r.name)
              const listed = all.some((o) => ('options' in o ? o.options?.some((x) => x.value === target) : o.value === target))
              return (
                <Select
                  aria-label={`${r.name}: ${t.goes}`} showSearch style={{ width: 280 }} value={target} onChange={(to: string) => onChange(aim(mapping, r.name, to))}
                  options={listed ? all : [...all, { value: target, label: target }]}
                />
              )
            },
          },
        ]}
      />
      <details style={{ marginTop: 12 }}><summary>{t.json}</summary><pre className="y-json">{JSON.stringify(mapping, null, 2)}</pre></details>
    </Card>
  )
}

function Outcome({ preview: p }: { preview: Preview }) {
  const t = useText(said)
  return (
    <>
      <div className="y-stats">
        <Stat label={t.rows} value={num(p.rows)} /><Stat label={t.accepted} value={num(p.accepted)} /><Stat label={t.duplicates} value={num(p.duplicates)} />
        <Stat label={t.rejected} value={num(p.rejected_count)} /><Stat label={t.events} value={num(p.events)} />
      </div>
      <Columns min={420}>
        <Card title={t.sample}>
          <PlainTable
            label={t.sample} rows={(p.sample ?? []).map((s, at) => ({ ...s, no: at }))} rowKey="no"
            columns={[
              { key: 'at', title: t.at, width: 140, render: (_, s) => when(s.at) }, { key: 'event', title: t.event, width: 130, dataIndex: 'event' },
              { key: 'who', title: t.who, width: 190, render: (_, s) => (s.identities ?? []).map((i) => `${i.type} ${i.value}`).join(', ') },
              { key: 'content', title: t.content, width: 260, ellipsis: true, render: (_, s) => <code>{JSON.stringify({ ...(s.props as object), ...s.traits })}</code> },
            ]}
          />
        </Card>
        {p.rejected_count > 0 && (
          <Card title={t.why}>
            <PlainTable
              label={t.why} rows={(p.rejected ?? []).map((r, at) => ({ ...r, no: at }))} rowKey="no" height={320}
              columns={[{ key: 'line', title: t.line, width: 70, num: true, dataIndex: 'line' }, { key: 'column', title: t.column, width: 120, dataIndex: 'column' }, { key: 'reason', title: t.reason, width: 260, dataIndex: 'reason' }]}
            />
          </Card>
        )}
      </Columns>
    </>
  )
}
