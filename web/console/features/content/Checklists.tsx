import { api, byCursor, call, must, problemOf, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Form, Input, InputNumber, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, showFaults, useSure } from '../../ui/forms'
import { Card } from '../../ui/PageShell'
import { Empty, Failure, Loading } from '../../ui/states'
import { AuditStart } from './AuditStart'
import { common } from './words'

const said = texts({
  add: ['新建清单', 'New checklist'],
  blank: ['空白清单', 'Blank'],
  none: ['还没有装修清单', 'No checklists yet'],
  noneHelp: ['员工号五件套：头像、昵称、签名、朋友圈封面、置顶；客户群三件套：群名、群公告、欢迎语。从范本开始，按你的标准改。', 'Five pieces of an account: avatar, nickname, signature, cover, pinned content. Three of a group: name, notice, welcome. Begin with ours and make them yours.'],
  account: ['员工账号', 'Accounts'], group: ['客户群', 'Groups'], campaign: ['活动', 'Campaigns'],
  repeat: [(n: string) => `每 ${n} 天复查`, (n: string) => `again after ${n} days`],
  once: ['不复查', 'once'],
  items: [(n: string) => `${n} 项`, (n: string) => `${n} items`],
  edit: ['编辑', 'Edit'],
  start: ['发起检查', 'Start audits'],
  results: ['看结果', 'Results'],
  sure: [(n: string) => `删除清单“${n}”？`, (n: string) => `Delete the checklist "${n}"?`],
  sureHelp: ['已有的检查记录会保留，不再自动复查。', 'Its audits stay; none begins again by itself.'],
  new: ['新建清单', 'New checklist'],
  change: ['编辑清单', 'Edit checklist'],
  changeHelp: ['进行中的检查仍用发起时的清单。', 'Audits under way keep the list they began with.'],
  about: ['检查对象', 'Looks at'],
  days: ['几天后自动复查（0 为不复查）', 'Days until it begins again (0: never)'],
  title: ['检查项', 'Item'],
  how: ['合格标准', 'What counts as in order'],
  addItem: ['添加检查项', 'Add an item'],
  needItem: ['至少一项', 'At least one item'],
})

/** A checklist that is kept. */
export type Checklist = Schema<'SopChecklist'>
type List = Schema<'SopList'>

const blank: List = { name: '', about: 'account', repeat_days: 30, items: [{ id: 'item-1', title: '' }] }

/** The checklists of dressing. */
export function Checklists() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const go = useNavigate()
  const sure = useSure()
  const client = useQueryClient()
  const lang = useLang() === 'en-US' ? 'en' : 'zh-CN'
  const [edit, setEdit] = useState<{ id?: string; list: List }>()
  const [start, setStart] = useState<Checklist>()
  const list = api.useInfiniteQuery('get', '/checklists', { params: { query: { limit: 50 } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const library = api.useQuery('get', '/checklists/library', { params: { query: { lang } } }, { staleTime: 3_600_000 })
  const writes = may('content.write')
  const add = writes && (
    <Dropdown trigger={['click']} menu={{
      items: [{ key: '', label: t.blank }, ...(library.data?.items ?? []).map((l) => ({ key: l.key ?? l.name, label: l.name }))],
      onClick: ({ key }) => setEdit({ list: library.data?.items.find((l) => (l.key ?? l.name) === key) ?? blank }),
    }}
    >
      <Button type="primary" icon={<PlusOutlined />}>{t.add}</Button>
    </Dropdown>
  )
  const remove = (x: Checklist) => sure({
    title: t.sure(x.name), content: t.sureHelp, danger: true, ok: c.remove,
    go: async () => { await must(call.DELETE('/checklists/{id}', { params: { path: { id: x.id } } })); await client.invalidateQueries({ queryKey: ['get', '/checklists'] }) },
  })
  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Loading />
  return (
    <div className="y-stack y-content-tab">
      {items.length > 0 && add && <div className="y-rowline"><span className="y-grow" />{add}</div>}
      {items.length === 0 ? <div className="y-card"><Empty title={t.none} action={add}>{t.noneHelp}</Empty></div> : (
        <div className="y-persona-grid">
          {items.map((x) => (
            <Card key={x.id} title={x.name} extra={<small className="y-faint">{t[x.about]} · {x.repeat_days > 0 ? t.repeat(num(x.repeat_days)) : t.once}</small>}>
              <ol className="y-checklist">{x.items.map((i) => <li key={i.id}><b>{i.title}</b>{i.how && <small>{i.how}</small>}</li>)}</ol>
              <div className="y-rowline">
                {may('tasks.write') && <Button size="small" type="primary" ghost onClick={() => setStart(x)}>{t.start}</Button>}
                {may('tasks.read') && <Button size="small" onClick={() => void go({ to: '/personas', search: { tab: 'audits', checklist: x.id } })}>{t.results}</Button>}
                {writes && <Button size="small" type="text" onClick={() => setEdit({ id: x.id, list: { name: x.name, about: x.about, repeat_days: x.repeat_days, items: x.items } })}>{t.edit}</Button>}
                {writes && <Button size="small" type="text" danger onClick={() => remove(x)}>{c.remove}</Button>}
              </div>
            </Card>
          ))}
        </div>
      )}
      {edit && <ChecklistForm id={edit.id} list={edit.list} onClose={() => setEdit(undefined)} />}
      {start && <AuditStart checklist={start} onClose={() => setStart(undefined)} />}
    </div>
  )
}

function ChecklistForm({ id, list, onClose }: { id?: string; list: List; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const client = useQueryClient()
  const [form] = Form.useForm<List>()
  const [rest, setRest] = useState<unknown>()
  const done = () => { void client.invalidateQueries({ queryKey: ['get', '/checklists'] }); onClose() }
  const failed = (thrown: unknown) => { const left = showFaults(form, thrown); setRest(left.length > 0 ? { ...problemOf(thrown), errors: undefined, detail: left.join('；') } : undefined) }
  const add = api.useMutation('post', '/checklists', { onSuccess: done, onError: failed })
  const set = api.useMutation('put', '/checklists/{id}', { onSuccess: done, onError: failed })
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    const taken = new Set(v.items.map((i) => i.id).filter(Boolean))
    let n = 0
    const name = () => { do n++; while (taken.has(`item-${n}`)); taken.add(`item-${n}`); return `item-${n}` }
    const body = { name: v.name.trim(), about: v.about, repeat_days: v.repeat_days ?? 0, items: v.items.map((i) => ({ id: i.id || name(), title: i.title.trim(), how: i.how?.trim() || undefined })) }
    if (id) set.mutate({ params: { path: { id } }, body })
    else add.mutate({ body })
  }
  return (
    <DrawerForm open size={600} title={id ? t.change : t.new} onClose={onClose} onSave={() => void save()} saving={add.isPending || set.isPending} problem={rest}>
      <Form form={form} layout="vertical" initialValues={list}>
        {id && <p className="y-faint">{t.changeHelp}</p>}
        <Form.Item name="name" label={c.name} rules={[{ required: true, whitespace: true }]}><Input maxLength={100} /></Form.Item>
        <Form.Item name="about" label={t.about}><Select options={(['account', 'group', 'campaign'] as const).map((value) => ({ value, label: t[value] }))} /></Form.Item>
        <Form.Item name="repeat_days" label={t.days}><InputNumber min={0} max={366} precision={0} /></Form.Item>
        <Form.List name="items" rules={[{ validator: (_, rows: unknown[]) => (rows?.length ? Promise.resolve() : Promise.reject(new Error(t.needItem))) }]}>
          {(fields, { add: more, remove }, { errors }) => (
            <>
              {fields.map((f, i) => (
                <div key={f.key} className="y-checklist-row">
                  <div>
                    <Form.Item name={[f.name, 'title']} label={`${t.title} ${i + 1}`} rules={[{ required: true, whitespace: true }]}><Input maxLength={100} /></Form.Item>
                    <Form.Item name={[f.name, 'how']} label={t.how}><Input.TextArea autoSize={{ minRows: 1, maxRows: 5 }} maxLength={2000} /></Form.Item>
                  </div>
                  <Button type="text" icon={<DeleteOutlined />} aria-label={`${c.remove} ${t.title} ${i + 1}`} onClick={() => remove(f.name)} />
                </div>
              ))}
              <Button block icon={<PlusOutlined />} disabled={fields.length >= 30} onClick={() => more({ title: '' })}>{t.addItem}</Button>
              <Form.ErrorList errors={errors} />
            </>
          )}
        </Form.List>
      </Form>
    </DrawerForm>
  )
}
