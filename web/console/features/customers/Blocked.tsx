import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { api, call, must, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { DrawerForm, showFaults, useSure } from '../../ui/forms'
import { Card, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked, NoMatch } from '../../ui/states'
import { idTypes, typeName } from './words'

type Row = Schema<'IdentityBlocked'>

const said = texts({
  title: ['屏蔽的值', 'Blocked values'], lead: ['这些值不代表任何人：事件照收，但不会用它们认人或合并。', 'These identify nobody: events are kept, but nobody is known or joined by them.'], patterns: ['另外还会屏蔽', 'Blocked besides'], type: ['类型', 'Type'], any: ['所有类型', 'Every type'], value: ['值', 'Value'], from: ['来自', 'From'], builtin: ['内置', 'Built in'], hand: ['手工', 'By hand'], state: ['状态', 'State'],
  blocked: ['屏蔽中', 'Blocked'], allowed: ['已放行', 'Allowed'], note: ['备注', 'Note'], add: ['屏蔽一个值', 'Block a value'], addHelp: ['门店热线、公用邮箱、测试账号这类多人共用的值。', 'What many share: a shop’s hotline, a common mailbox, a test account.'], noteHelp: ['为什么屏蔽。不要写个人信息。', 'Why. No personal data.'], off: ['放行', 'Allow'], on: ['重新屏蔽', 'Block again'], drop: ['移除', 'Remove'],
  sure: [(v: string) => `不再屏蔽「${v}」？`, (v: string) => `Stop blocking “${v}”?`], sureText: ['之后的事件会用它认人、合并客户。已有客户不受影响。', 'Events from now on know and join people by it. Customers stay as they are.'], search: ['值或备注', 'Value or note'], by: ['操作', 'Change'], count: [(n: string) => `${n} 个值`, (n: string) => `${n} values`],
})

/** Values that identify nobody: built-in ones and those of the brand. */
export function Blocked() {
  const t = useText(said)
  const lang = useLang()
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { q = '' } = useSearch({ from: '/shell/identity' })
  const go = useNavigate({ from: '/identity' })
  const set = (next: string) => void go({ search: (old) => ({ ...old, q: next || undefined }), replace: true })
  const asked = api.useQuery('get', '/identity/blocked', {})
  const [adding, setAdding] = useState(false)
  const again = () => void client.invalidateQueries({ queryKey: ['get', '/identity/blocked'] })
  const off = (x: Row) => sure({ title: t.sure(x.value), content: t.sureText, ok: x.builtin ? t.off : t.drop, danger: true, go: () => must<unknown>(call.DELETE('/identity/blocked', { body: { type: x.type, value: x.value } })).then(again) })
  const on = (x: Row) => sure({ title: `${t.on} ${x.value}`, ok: t.on, go: () => must(call.POST('/identity/blocked', { body: { type: x.type, value: x.value } })).then(again) })
  const columns: Column<Row>[] = [
    { key: 'value', title: t.value, width: 240, render: (_, x) => <span className="y-customers-mono">{x.value}</span> },
    { key: 'type', title: t.type, width: 160, render: (_, x) => (x.type === '*' ? t.any : typeName(x.type, lang)) },
    { key: 'from', title: t.from, width: 200, render: (_, x) => (x.builtin ? t.builtin : [t.hand, x.at && when(x.at)].filter(Boolean).join(' · ')) },
    { key: 'state', title: t.state, width: 110, render: (_, x) => <State tone={x.allowed ? 'good' : 'quiet'}>{x.allowed ? t.allowed : t.blocked}</State> },
    { key: 'note', title: t.note, width: 220, render: (_, x) => x.note },
    { key: 'act', title: t.by, width: 110, render: (_, x) => may('identity.write') && (x.allowed ? <Button size="small" onClick={() => on(x)}>{t.on}</Button> : <Button size="small" onClick={() => off(x)}>{x.builtin ? t.off : t.drop}</Button>) },
  ]
  return (
    <>
      <FilterBar active={Boolean(q)} onReset={() => set('')}>
        <SearchBox value={q} onChange={set} placeholder={t.search} />
        <span className="y-grow" />
        {may('identity.write') && <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t.add}</Button>}
      </FilterBar>
      <Asked query={asked} rows={8}>
        {(p) => {
          const rows = [...p.items].filter((x) => `${x.value} ${x.note ?? ''}`.toLowerCase().includes(q.toLowerCase())).sort((a, b) => Number(a.builtin) - Number(b.builtin))
          return (
            <Card title={t.count(num(rows.length))}>
              <p className="y-faint" style={{ marginTop: 0 }}>{t.lead} {p.patterns.length > 0 && `${t.patterns}：${p.patterns.join('；')}`}</p>
              <PlainTable label={t.title} rows={rows} columns={columns} rowKey={(x) => `${x.type} ${x.value}`} height={460} empty={<NoMatch onClear={() => set('')} />} />
            </Card>
          )
        }}
      </Asked>
      {adding && <Add onClose={() => { setAdding(false); again() }} />}
    </>
  )
}

function Add({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ type: string; value: string; note?: string }>()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setBusy(true)
    try {
      await must(call.POST('/identity/blocked', { body: v }))
      onClose()
    } catch (thrown) {
      for (const rest of showFaults(form, thrown)) void message.error(rest)
    } finally {
      setBusy(false)
    }
  }
  return (
    <DrawerForm open title={t.add} onClose={onClose} onSave={() => void save()} saving={busy} size={420}>
      <p className="y-faint" style={{ marginTop: 0 }}>{t.addHelp}</p>
      <Form form={form} layout="vertical" initialValues={{ type: 'phone' }}>
        <Form.Item name="type" label={t.type}><Select options={[...idTypes.map((k) => ({ value: k as string, label: typeName(k, lang) })), { value: '*', label: t.any }]} /></Form.Item>
        <Form.Item name="value" label={t.value} rules={[{ required: true, whitespace: true }]}><Input autoFocus /></Form.Item>
        <Form.Item name="note" label={t.note} extra={t.noteHelp}><Input maxLength={200} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
