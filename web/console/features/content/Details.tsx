import { api, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Form, Input, Select } from 'antd'
import { useState } from 'react'
import { DrawerForm, showFaults } from '../../ui/forms'
import { MomentPicker } from '../../ui/MomentPicker'
import { useFolders } from './folders'
import { isOvertaken, Meanwhile } from './Meanwhile'
import type { Material } from './message'
import { useFresh } from './useMaterials'
import { common } from './words'

const said = texts({
  title: ['名称、文件夹与有效期', 'Name, folder and end'],
  folder: ['文件夹', 'Folder'],
  scenario: ['场景', 'Scenario'],
  tags: ['标签', 'Tags'],
  keywords: ['关键词', 'Keywords'],
  tagHelp: ['回车添加，员工按它查找。', 'Press Enter after each; staff search by them.'],
  expires: ['有效期至', 'Ends'],
  expiresHelp: ['过期后不再发送，员工也看不到。', 'After it, nothing is sent and staff no longer see it.'],
})

/** Changes what a material is called and where it lies; what it says stays. */
export function Details({ material: m, onClose }: { material: Material; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const { folders } = useFolders(m.space)
  const [form] = Form.useForm<{ name: string; folder?: string; tags?: string[]; expires?: string }>()
  const fresh = useFresh()
  const [rest, setRest] = useState<unknown>()
  const set = api.useMutation('put', '/materials/{id}', {
    onSuccess: () => { void fresh(); onClose() },
    onError: (thrown: unknown) => { const left = showFaults(form, thrown); setRest(left.length > 0 ? { ...problemOf(thrown), errors: undefined, detail: left.join('；') } : undefined) },
  })
  const save = async (seen = m.updated_at) => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    set.mutate({ params: { path: { id: m.id } }, body: { name: v.name.trim(), folder: v.folder ?? '', tags: v.tags ?? [], ...(v.expires ? { expires_at: v.expires } : { endless: true }), seen } })
  }
  const scripts = m.space === 'scripts'
  return (
    <DrawerForm open title={t.title} onClose={onClose} onSave={() => void save()} saving={set.isPending} problem={isOvertaken(rest) ? undefined : rest}>
      {isOvertaken(rest) && <Meanwhile id={m.id} onAnyway={(now) => { setRest(undefined); void save(now.updated_at) }} />}
      <Form form={form} layout="vertical" initialValues={{ name: m.name, folder: m.folder || undefined, tags: m.tags, expires: m.expires_at }}>
        <Form.Item name="name" label={c.name} rules={[{ required: true, whitespace: true }]}><Input maxLength={100} /></Form.Item>
        <Form.Item name="folder" label={scripts ? t.scenario : t.folder}><Select allowClear placeholder={c.top} options={folders.map((f) => ({ value: f.id, label: f.path }))} /></Form.Item>
        <Form.Item name="tags" label={scripts ? t.keywords : t.tags} extra={t.tagHelp}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '，', '、']} /></Form.Item>
        <Form.Item name="expires" label={t.expires} extra={t.expiresHelp}><MomentPicker day /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
