import { api, call, must } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { getRouteApi, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { Faults } from '../../ui/forms'
import { Card, PageShell } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { below, faultsAt } from '../../ui/message/faults'
import { messageOf, tidy, type Message } from '../../ui/message/message'
import { top, useFolders } from './folders'
import { isOvertaken, Meanwhile } from './Meanwhile'
import { MaterialContent } from './MaterialContent'
import { blank, kinds, type Material } from './message'
import { PreviewPane } from './PreviewPane'
import { useFresh, useOpened } from './useMaterials'
import { common, kindHelp, kindWords } from './words'
import './content.css'

const said = texts({
  new: ['新建素材', 'New material'],
  edit: [(name: string) => `编辑：${name}`, (name: string) => `Edit: ${name}`],
  editLead: ['保存为新版本；使用中的版本在新版本发布前不变。', 'Saved as a new version; what is in use stays until the new one is published.'],
  kind: ['类型', 'Kind'],
  content: ['内容', 'Content'],
  place: ['归类', 'Where it lies'],
  folder: ['文件夹', 'Folder'],
  tags: ['标签', 'Tags'],
  tagHelp: ['回车添加，员工按它查找。', 'Press Enter after each; staff search by them.'],
  note: ['改了什么', 'What changed'],
  draft: ['存为草稿', 'Save draft'],
  publish: ['保存并发布', 'Save and use'],
  submit: ['保存并提交审批', 'Save and submit'],
  published: ['已发布', 'In use now'],
  submitted: ['已提交，等待审批', 'Handed in for review'],
  preview: ['预览', 'Preview'],
})

const page = getRouteApi('/shell/library/new')

/** Writes a new material of any kind. */
export function MaterialNew() {
  const search = page.useSearch()
  const kind = kinds.find((k) => k === search.kind) ?? 'text'
  return <Editor kind={kind} start={blank(kind)} folder={search.folder === top ? undefined : search.folder} />
}

/** Says something new in a material, as a new version. */
export function MaterialEdit() {
  const { id } = useParams({ strict: false }) as { id: string }
  const query = useOpened(id)
  return <Asked query={query}>{(m) => <Editor key={m.id} material={m} kind={m.kind} start={messageOf(m.version?.body)} />}</Asked>
}

function Editor({ material: m, kind: first, start, folder }: { material?: Material; kind: string; start: Message; folder?: string }) {
  const t = useText(said)
  const c = useText(common)
  const k = useText(kindWords)
  const help = useText(kindHelp)
  const may = useMay()
  const go = useNavigate()
  const fresh = useFresh()
  const { message: toast } = App.useApp()
  const { folders } = useFolders('materials')
  const settings = api.useQuery('get', '/materials/settings', {}, { staleTime: 60_000 })
  const [kind, setKind] = useState(first)
  const [message, setMessage] = useState(start)
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState('')
  const [last, setLast] = useState<{ publish: boolean }>()
  const [form] = Form.useForm<{ name?: string; folder?: string; tags?: string[]; note?: string }>()
  const { faults, rest } = problem === undefined ? { faults: {} } : faultsAt(problem, '/body')
  const save = async (publish: boolean, after = m?.latest) => {
    setLast({ publish })
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(publish ? 'publish' : 'draft')
    setProblem(undefined)
    try {
      const body = tidy(message)
      const made = m
        ? await must(call.POST('/materials/{id}/versions', { params: { path: { id: m.id } }, body: { body, note: v.note?.trim() || undefined, after } }))
        : await must(call.POST('/materials', { body: { kind: kind as Material['kind'], name: (v.name ?? '').trim(), folder: v.folder ?? '', tags: v.tags ?? [], body } }))
      if (publish) {
        const now = await must(call.POST('/materials/{id}/publish', { params: { path: { id: made.id } }, body: {} }))
        toast.success(now.approved === now.latest ? t.published : t.submitted)
      } else toast.success(c.saved)
      await fresh()
      await go({ to: `/library/${made.id}` as string })
    } catch (thrown) {
      setProblem(thrown)
    } finally {
      setBusy('')
    }
  }
  const asks = settings.data?.approval || !may('content.approve')
  return (
    <PageShell
      title={m ? t.edit(m.name) : t.new} lead={m && t.editLead} back={m ? `/library/${m.id}` : '/library'}
      actions={(
        <>
          <Button loading={busy === 'draft'} onClick={() => void save(false)}>{t.draft}</Button>
          <Button type="primary" loading={busy === 'publish'} onClick={() => void save(true)}>{asks ? t.submit : t.publish}</Button>
        </>
      )}
    >
      <div className="y-content-page">
        <div className="y-stack">
          {m && isOvertaken(problem) ? <Meanwhile id={m.id} onAnyway={(now) => void save(last?.publish ?? false, now.latest)} /> : rest && <Faults problem={rest} />}
          {!m && (
            <Card title={t.kind}>
              <Radio.Group
                className="y-content-kinds" value={kind} aria-label={t.kind} onChange={(e) => { setKind(e.target.value as string); setMessage(blank(e.target.value as string)); setProblem(undefined) }}
                options={kinds.map((value) => ({ value, label: <><b>{k[value]}</b><small>{help[value]}</small></> }))}
              />
            </Card>
          )}
          <Card title={t.content}><MaterialContent key={kind} kind={kind} value={message} onChange={setMessage} faults={below(faults, '/body')} /></Card>
          <Form form={form} layout="vertical" initialValues={{ folder }}>
            <Card title={m ? t.note : t.place}>
              {m ? <Form.Item name="note" label={t.note} className="y-content-last"><Input maxLength={200} /></Form.Item> : (
                <>
                  <Form.Item name="name" label={c.name} rules={[{ required: true, whitespace: true }]}><Input maxLength={100} /></Form.Item>
                  <Form.Item name="folder" label={t.folder}><Select allowClear placeholder={c.top} options={folders.map((f) => ({ value: f.id, label: f.path }))} /></Form.Item>
                  <Form.Item name="tags" label={t.tags} extra={t.tagHelp} className="y-content-last"><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '，', '、']} /></Form.Item>
                </>
              )}
            </Card>
          </Form>
        </div>
        <Card title={t.preview}><PreviewPane message={message} /></Card>
      </div>
    </PageShell>
  )
}
