import { api, call, must, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { App, Button, Drawer, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { Faults, showFaults } from '../../ui/forms'
import { Asked } from '../../ui/states'
import { messageOf } from '../../ui/message/message'
import { places } from '../../ui/message/places'
import { TextField } from '../../ui/message/TextField'
import { useFolders } from './folders'
import { isOvertaken, Meanwhile } from './Meanwhile'
import type { Material } from './message'
import { PreviewPane } from './PreviewPane'
import { useFresh, useOpened } from './useMaterials'
import { Decide } from './Versions'
import { common } from './words'

const said = texts({
  new: ['新建话术', 'New script'],
  scenario: ['场景', 'Scenario'],
  keywords: ['关键词', 'Keywords'],
  keywordHelp: ['回车添加。员工按名称、关键词、正文和拼音首字母搜索，例如 fhsj 找到“发货时间”。', 'Press Enter after each. Staff also search by name, text and initials of pinyin: fhsj finds 发货时间.'],
  text: ['话术正文', 'What to say'],
  draft: ['存为草稿', 'Save draft'],
  publish: ['保存并发布', 'Save and use'],
  submit: ['保存并提交审批', 'Save and submit'],
  published: ['已发布，员工现在能搜到', 'In use: staff find it now'],
  submitted: ['已提交，等待审批', 'Handed in for review'],
  preview: ['员工侧边栏里的样子', 'As staff see it'],
  all: ['全部版本与改动', 'All versions and changes'],
})

/** Writes or changes a script, with how it reads for a customer beside it. */
export function ScriptDrawer({ id, folder, onClose }: { id?: string; folder?: string; onClose: () => void }) {
  const t = useText(said)
  const query = useOpened(id)
  if (!id) return <Editor folder={folder} onClose={onClose} />
  if (!query.data) return <Drawer open size={920} title={t.text} onClose={onClose}><Asked query={query}>{() => null}</Asked></Drawer>
  return <Editor key={query.data.id} material={query.data} onClose={onClose} />
}

function Editor({ material: m, folder, onClose }: { material?: Material; folder?: string; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const { message } = App.useApp()
  const fresh = useFresh()
  const { folders } = useFolders('scripts')
  const settings = api.useQuery('get', '/materials/settings', {}, { staleTime: 60_000 })
  const before = messageOf(m?.version?.body).text ?? ''
  const [form] = Form.useForm<{ name: string; folder?: string; tags?: string[] }>()
  const [text, setText] = useState(before)
  const [fault, setFault] = useState<string>()
  const [rest, setRest] = useState<unknown>()
  const [busy, setBusy] = useState('')
  const [last, setLast] = useState<{ publish: boolean }>()
  const save = async (publish: boolean, over = m) => {
    setLast({ publish })
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(publish ? 'publish' : 'draft')
    setFault(undefined)
    setRest(undefined)
    try {
      const body = { text }
      let now = m
      if (!m) now = await must(call.POST('/materials', { body: { kind: 'script', name: v.name.trim(), folder: v.folder ?? '', tags: v.tags ?? [], body } }))
      else {
        const params = { path: { id: m.id } }
        await must(call.PUT('/materials/{id}', { params, body: { name: v.name.trim(), folder: v.folder ?? '', tags: v.tags ?? [], seen: over?.updated_at } }))
        if (text !== before) now = await must(call.POST('/materials/{id}/versions', { params, body: { body, after: over?.latest } }))
      }
      if (publish && now && now.approved !== now.latest) {
        now = await must(call.POST('/materials/{id}/publish', { params: { path: { id: now.id } }, body: {} }))
        message.success(now.approved === now.latest ? t.published : t.submitted)
      } else message.success(c.saved)
      await fresh()
      onClose()
    } catch (thrown) {
      const p = problemOf(thrown)
      const said = p.errors?.find((e) => e.pointer.startsWith('/body'))
      setFault(said?.detail)
      const left = showFaults(form, { ...p, errors: p.errors?.filter((e) => e !== said) })
      setRest(left.length > 0 && !said ? p : undefined)
    } finally {
      setBusy('')
    }
  }
  const asks = settings.data?.approval || !may('content.approve')
  const writes = may('content.write')
  return (
    <Drawer
      open size={920} title={m?.name ?? t.new} onClose={onClose} extra={m && <Link to={`/library/${m.id}` as string}>{t.all}</Link>}
      footer={(
        <div className="y-foot">
          <Button onClick={onClose}>{c.cancel}</Button>
          {m?.version?.state === 'review' && text === before && <Decide material={m} version={m.version} primary />}
          {writes && <Button loading={busy === 'draft'} onClick={() => void save(false)}>{t.draft}</Button>}
          {writes && <Button type="primary" loading={busy === 'publish'} onClick={() => void save(true)}>{asks ? t.submit : t.publish}</Button>}
        </div>
      )}
    >
      <div className="y-content-drawer">
        <Form form={form} layout="vertical" disabled={!writes} initialValues={{ name: m?.name, folder: m?.folder || folder, tags: m?.tags }}>
          <Form.Item name="name" label={c.name} rules={[{ required: true, whitespace: true }]}><Input maxLength={100} /></Form.Item>
          <Form.Item name="folder" label={t.scenario}><Select allowClear placeholder={c.top} options={folders.map((f) => ({ value: f.id, label: f.path }))} /></Form.Item>
          <Form.Item name="tags" label={t.keywords} extra={t.keywordHelp}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '，', '、']} /></Form.Item>
          <TextField label={t.text} dialect="library" rows={6} value={text} limit={places.message.text} fault={fault} onChange={setText} />
          {m && isOvertaken(rest) ? <Meanwhile id={m.id} onAnyway={(now) => void save(last?.publish ?? false, now)} /> : rest !== undefined && <Faults problem={problemOf(rest)} />}
        </Form>
        <div><h3 className="y-h3">{t.preview}</h3><PreviewPane message={{ text }} uses={false} /></div>
      </div>
    </Drawer>
  )
}
