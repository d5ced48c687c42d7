import { api, call, must } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Alert, App, AutoComplete, Form, Radio, Select } from 'antd'
import { useState } from 'react'
import { DrawerForm, showFaults } from '../../ui/forms'
import { useTagsChanged } from './TagGroups'

const said = texts({
  title: ['新建标签', 'New tags'], kind: ['用在哪里', 'Where'], corp: ['企业标签：同步到企业微信，员工也能看到', 'Corp tags: at WeCom too, staff see them'], internal: ['内部标签：只在这里用', 'Internal tags: here only'], group: ['标签组', 'Group'], groupHelp: ['输入新名称会建一个新组', 'A new name makes a new group'], names: ['标签名', 'Names'], namesHelp: ['输入后按回车，可以一次建多个', 'Enter after each; several at once'],
  held: [(n: number) => `企业微信的标签名额已满，${n} 个标签先在这里使用，有名额后可以补建。`, (n: number) => `WeCom has no room: ${n} tags are used here only until there is.`], made: ['已新建', 'Made'],
})

/** Makes tags in a group. */
export function NewTags({ corp, onClose }: { corp?: string; onClose: () => void }) {
  const t = useText(said)
  const changed = useTagsChanged()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ where: 'corp' | 'internal'; group?: string; names: string[] }>()
  const where = Form.useWatch('where', form)
  const groups = api.useQuery('get', '/tags/groups', {})
  const [busy, setBusy] = useState(false)
  const [rest, setRest] = useState<string[]>([])
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(true)
    setRest([])
    try {
      const made = await must(call.POST('/tags', { body: { corp: v.where === 'corp' ? corp : undefined, group: v.group?.trim() || undefined, names: v.names } }))
      const held = made.items.filter((x) => x.held).length
      if (held > 0) void message.warning(t.held(held), 8)
      else void message.success(t.made)
      changed()
      onClose()
    } catch (thrown) {
      setRest(showFaults(form, thrown))
    } finally {
      setBusy(false)
    }
  }
  const known = groups.data?.items.filter((g) => (where === 'corp' ? g.corp === corp : !g.corp)) ?? []
  return (
    <DrawerForm open title={t.title} onClose={onClose} onSave={() => void save()} saving={busy} size={460}>
      <Form form={form} layout="vertical" initialValues={{ where: corp ? 'corp' : 'internal', names: [] }}>
        <Form.Item name="where" label={t.kind}><Radio.Group className="y-choices" options={[...(corp ? [{ value: 'corp', label: t.corp }] : []), { value: 'internal', label: t.internal }]} /></Form.Item>
        <Form.Item name="group" label={t.group} extra={t.groupHelp} rules={[{ required: where === 'corp', whitespace: true }]}><AutoComplete options={known.map((g) => ({ value: g.name }))} showSearch={{ filterOption: true }} /></Form.Item>
        <Form.Item name="names" label={t.names} extra={t.namesHelp} rules={[{ required: true, type: 'array', min: 1 }]}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '，', '、']} /></Form.Item>
      </Form>
      {rest.map((x) => <Alert key={x} type="error" showIcon title={x} />)}
    </DrawerForm>
  )
}
