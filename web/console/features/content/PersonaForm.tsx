import { api, call, must, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Form, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, showFaults } from '../../ui/forms'
import { CorpPicker, StaffPicker, useCorps } from '../../ui/pickers'
import type { Persona, Sheet } from './PersonaList'

const said = texts({
  new: ['新建人设', 'New persona'],
  edit: ['编辑人设', 'Edit persona'],
  name: ['人设名称', 'Name'],
  name_style: ['昵称格式', 'How names are written'],
  avatar: ['头像要求', 'Avatar'],
  tone: ['语气', 'Tone'],
  introduction: ['自我介绍', 'Introduction'],
  story: ['背后的故事', 'Story'],
  pillars: ['发什么（内容支柱）', 'What to post about'],
  do: ['要做', 'Do'],
  do_not: ['不做', "Don't"],
  list: ['回车添加一条', 'Press Enter after each'],
  members: ['使用的员工', 'Followed by'],
  membersHelp: ['一位员工同时只用一个人设；分到这里就会从原来的人设移出。员工在侧边栏看到自己的人设。', 'A member follows one persona at a time: assigning moves them here. They see it in their side panel.'],
})

/** Writes a persona and says who follows it. */
export function PersonaForm({ persona, sheet, onClose }: { persona?: Persona; sheet: Sheet; onClose: () => void }) {
  const t = useText(said)
  const may = useMay()
  const client = useQueryClient()
  const { first } = useCorps()
  const [form] = Form.useForm<Sheet>()
  const [corp, setCorp] = useState<string>()
  const [staff, setStaff] = useState<string[]>()
  const [rest, setRest] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const whole = api.useQuery('get', '/personas/{id}', { params: { path: { id: persona?.id ?? '' } } }, { enabled: Boolean(persona) })
  const of = corp ?? first
  const before = whole.data?.members
  useEffect(() => setStaff(undefined), [corp])
  const chosen = staff ?? before?.filter((m) => m.corp === of).map((m) => m.staff) ?? []
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(true)
    setRest(undefined)
    try {
      const body = { ...sheet, ...v }
      const made = persona ? await must(call.PUT('/personas/{id}', { params: { path: { id: persona.id } }, body })) : await must(call.POST('/personas', { body }))
      if (staff && of) {
        const others = (before ?? []).filter((m) => m.corp !== of)
        await must(call.PUT('/personas/{id}/members', { params: { path: { id: made.id } }, body: { members: [...others, ...staff.map((s) => ({ corp: of, staff: s }))] } }))
      }
      await Promise.all([client.invalidateQueries({ queryKey: ['get', '/personas'] }), client.invalidateQueries({ queryKey: ['get', '/personas/{id}'] })])
      onClose()
    } catch (thrown) {
      const left = showFaults(form, thrown)
      setRest(left.length > 0 ? { ...problemOf(thrown), errors: undefined, detail: left.join('；') } : undefined)
    } finally {
      setBusy(false)
    }
  }
  const area = (name: 'name_style' | 'avatar' | 'tone' | 'introduction' | 'story', needed = false) => <Form.Item key={name} name={name} label={t[name]} rules={needed ? [{ required: true, whitespace: true }] : undefined}><Input.TextArea autoSize={{ minRows: name === 'introduction' || name === 'story' ? 3 : 1, maxRows: 8 }} maxLength={2000} /></Form.Item>
  const points = (name: 'pillars' | 'do' | 'do_not') => <Form.Item key={name} name={name} label={t[name]}><Select mode="tags" open={false} suffixIcon={null} placeholder={t.list} tokenSeparators={['\n']} /></Form.Item>
  return (
    <DrawerForm open size={620} title={persona ? t.edit : t.new} onClose={onClose} onSave={() => void save()} saving={busy} problem={rest}>
      <Form form={form} layout="vertical" initialValues={sheet}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}><Input maxLength={100} /></Form.Item>
        {area('introduction', true)}{area('tone')}{area('name_style')}{area('avatar')}{area('story')}
        {points('pillars')}{points('do')}{points('do_not')}
        {may('staff.read') && (
          <Form.Item label={t.members} extra={t.membersHelp}>
            <CorpPicker value={corp} onChange={setCorp} style={{ marginBottom: 8 }} />
            <StaffPicker corp={of} value={chosen} onChange={setStaff} aria-label={t.members} style={{ width: '100%' }} />
          </Form.Item>
        )}
      </Form>
    </DrawerForm>
  )
}
