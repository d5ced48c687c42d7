import { api, type Problem, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Alert, App, Button, Form, Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, useSure } from '../../ui/forms'
import { Card, PageShell, State } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { Asked, Empty } from '../../ui/states'
import { GroupTabs } from './GroupTabs'
import { placeFaults } from './kit'
import { common } from './words'
import './acquire.css'

type Code = Schema<'GroupchatCode'>

const said = texts({
  title: ['入群活码', 'Join codes'],
  lead: ['一个二维码按顺序带客户进群，前一个群快满时自动换下一个，全满时可由企业微信自动建新群。', 'One code leads customers into groups in order. A group that is nearly full gives way to the next, and WeCom can make more.'],
  new: ['新建入群活码', 'New join code'],
  edit: ['编辑入群活码', 'Edit the join code'],
  live: ['可用', 'Live'],
  full: ['群都满了', 'All groups are full'],
  gone: ['企微已无此码', 'Gone at WeCom'],
  fullText: ['现在扫码进不了群：加一个群，或打开自动建群。', 'Who scans cannot join: add a group, or let WeCom make one.'],
  goneText: ['企业微信不认识这个码了，请重新建一个。', 'WeCom does not know the code any more: make another.'],
  open: ['打开二维码图片', 'Open the QR image'],
  rule: [(n: string) => `${n} 人换群`, (n: string) => `changes at ${n}`],
  auto: [(n: string) => `满后自动建“${n}”`, (n: string) => `then makes ${n}`],
  now: ['当前', 'now'],
  noName: ['（未命名）', '(no name)'],
  emptyTitle: ['还没有入群活码', 'No join codes yet'],
  empty: ['把几个群排好顺序，印一个二维码就够了。进群的客户会记下来自哪个码。', 'Put some groups in order and print one code. Who joins is known by the code.'],
  name: ['名称', 'Name'],
  needGroup: ['至少添加一个群', 'Add a group'],
  groups: ['进入的群（按顺序）', 'Groups, in the order in which they fill'],
  add: ['添加群', 'Add a group'],
  up: ['上移', 'Move up'],
  down: ['下移', 'Move down'],
  remove: ['移除', 'Remove'],
  fullAt: ['满多少人换下一个', 'Members at which to change'],
  autoMake: ['都满了由企业微信自动建新群', 'WeCom makes a new group when all are full'],
  base: ['新群名称', 'Name of new groups'],
  next: ['起始编号', 'Number of the first'],
  sure: [(n: string) => `删除入群活码“${n}”？`, (n: string) => `Delete ${n}?`],
  sureText: ['印出的二维码立即失效。群和成员不受影响。', 'Printed codes stop working. Groups and members stay.'],
})

/** Codes through which customers join groups. */
export function GroupCodes() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { edit } = useSearch({ from: '/shell/groups/codes' })
  const go = useNavigate({ from: '/groups/codes' })
  const open = (id?: string) => void go({ search: { edit: id }, replace: true })
  const list = api.useQuery('get', '/groups/codes', { params: { query: { limit: 200 } } })
  const groups = api.useQuery('get', '/groups', { params: { query: { limit: 1000, dismissed: true } } })
  const group = (id: string) => groups.data?.items?.find((g) => g.id === id)
  const remove = api.useMutation('delete', '/groups/codes/{id}')
  const fresh = () => void client.invalidateQueries({ queryKey: ['get', '/groups/codes'] })
  const write = may('groups.write')
  return (
    <PageShell title={t.title} lead={t.lead} back="/groups" actions={write && <Button type="primary" onClick={() => open('new')}>{t.new}</Button>}>
      <GroupTabs at="codes" />
      <Asked query={list}>
        {(v) => (v.items?.length ? (
          <div className="y-acquire-join">
            {v.items.map((x) => (
              <Card key={x.id} title={x.name} extra={<State tone={x.problem ? 'bad' : 'good'}>{x.problem === 'full' ? t.full : x.problem === 'gone' ? t.gone : t.live}</State>}>
                {x.problem && <Alert type="error" showIcon title={x.problem === 'full' ? t.fullText : t.goneText} />}
                <div className="y-faint">{[t.rule(num(x.full_at)), x.auto_make && t.auto(`${x.base_name ?? ''}${x.base_next ?? ''}`)].filter(Boolean).join(' · ')}</div>
                <ul className="y-acquire-fill">
                  {x.groups?.map((id) => {
                    const g = group(id)
                    const size = g?.size ?? 0
                    const on = x.active?.includes(id) && size < x.full_at && x.groups.find((o) => x.active?.includes(o) && (group(o)?.size ?? 0) < x.full_at) === id
                    return (
                      <li key={id}>
                        <span><Link to={`/groups/${id}` as string}>{g?.name || t.noName}</Link> {on && <b className="y-tone-good">{t.now}</b>}</span>
                        <span className="y-faint">{num(size)} / {num(x.full_at)}</span>
                        <i aria-hidden="true"><i style={{ width: `${Math.min(100, (size / x.full_at) * 100)}%` }} /></i>
                      </li>
                    )
                  })}
                </ul>
                <div className="y-rowline">
                  <a href={x.qr} target="_blank" rel="noreferrer">{t.open}</a>
                  <span className="y-grow" />
                  {write && <Button size="small" onClick={() => open(x.id)}>{c.edit}</Button>}
                  {write && <Button size="small" danger onClick={() => sure({ title: t.sure(x.name), content: t.sureText, danger: true, ok: c.delete, go: () => remove.mutateAsync({ params: { path: { id: x.id } } }).then(fresh) })}>{c.delete}</Button>}
                </div>
              </Card>
            ))}
          </div>
        ) : <Card><Empty title={t.emptyTitle} action={write && <Button type="primary" onClick={() => open('new')}>{t.new}</Button>}>{t.empty}</Empty></Card>)}
      </Asked>
      {edit && list.data && <Editor key={edit} code={list.data.items?.find((x) => x.id === edit)} onClose={() => open()} onSaved={() => { fresh(); open() }} />}
    </PageShell>
  )
}

function Editor({ code, onClose, onSaved }: { code?: Code; onClose: () => void; onSaved: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const { message } = App.useApp()
  const { first } = useCorps()
  const [chosen, choose] = useState(code?.corp)
  const corp = chosen ?? first
  const [form] = Form.useForm<Schema<'GroupchatCodeBody'>>()
  const [problem, setProblem] = useState<Problem>()
  const auto = Form.useWatch('auto_make', form)
  const done = () => { message.success(c.saved); onSaved() }
  const failed = (thrown: unknown) => setProblem(placeFaults(form, thrown, ['name', 'groups', 'full_at', 'auto_make', 'base_name', 'base_next']))
  const create = api.useMutation('post', '/groups/codes', { onSuccess: done, onError: failed })
  const change = api.useMutation('put', '/groups/codes/{id}', { onSuccess: done, onError: failed })
  const save = (v: Schema<'GroupchatCodeBody'>) => {
    setProblem(undefined)
    const body = { name: v.name.trim(), groups: v.groups ?? [], full_at: v.full_at, auto_make: v.auto_make, base_name: v.auto_make ? v.base_name : undefined, base_next: v.auto_make ? v.base_next : undefined }
    if (code) change.mutate({ params: { path: { id: code.id } }, body })
    else create.mutate({ body: { ...body, corp } })
  }
  return (
    <DrawerForm open title={code ? t.edit : t.new} onClose={onClose} onSave={() => form.submit()} saving={create.isPending || change.isPending} problem={problem}>
      <Form form={form} layout="vertical" initialValues={code ?? { full_at: 190, auto_make: true, groups: [], base_next: 1 }} onFinish={save}>
        {!code && <CorpPicker value={chosen} onChange={choose} style={{ marginBottom: 16 }} />}
        <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true, message: c.required }]}><Input maxLength={60} autoFocus /></Form.Item>
        <Form.Item name="groups" label={t.groups} rules={[{ required: true, type: 'array', message: t.needGroup }]}><GroupOrder corp={corp} /></Form.Item>
        <Form.Item name="full_at" label={t.fullAt}><InputNumber min={2} max={200} /></Form.Item>
        <Form.Item name="auto_make" label={t.autoMake} valuePropName="checked"><Switch /></Form.Item>
        {auto && (
          <div className="y-acquire-two">
            <Form.Item name="base_name" label={t.base} rules={[{ required: true, message: c.required }]}><Input maxLength={40} /></Form.Item>
            <Form.Item name="base_next" label={t.next}><InputNumber min={1} max={100_000} style={{ width: '100%' }} /></Form.Item>
          </div>
        )}
      </Form>
    </DrawerForm>
  )
}

function GroupOrder({ value = [], onChange, corp, id }: { value?: string[]; onChange?: (ids: string[]) => void; corp?: string; id?: string }) {
  const t = useText(said)
  const groups = api.useQuery('get', '/groups', { params: { query: { corp, limit: 1000 } } })
  const name = (g: string) => { const x = groups.data?.items?.find((y) => y.id === g); return x ? `${x.name || t.noName} (${num(x.size)})` : g }
  const move = (i: number, by: number) => {
    const next = [...value]
    const [g] = next.splice(i, 1)
    if (g) next.splice(i + by, 0, g)
    onChange?.(next)
  }
  return (
    <div className="y-stack" style={{ gap: 6 }}>
      {value.map((g, i) => (
        <div className="y-rowline" key={g}>
          <span className="y-faint">{i + 1}</span><span className="y-grow">{name(g)}</span>
          <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t.up} disabled={i === 0} onClick={() => move(i, -1)} />
          <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={t.down} disabled={i === value.length - 1} onClick={() => move(i, 1)} />
          <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.remove} onClick={() => onChange?.(value.filter((x) => x !== g))} />
        </div>
      ))}
      <Select id={id} showSearch={{ optionFilterProp: 'label' }} placeholder={t.add} aria-label={t.add} value={null} onChange={(g: string | null) => { if (g) onChange?.([...value, g]) }} options={(groups.data?.items ?? []).filter((x) => !value.includes(x.id)).map((x) => ({ value: x.id, label: `${x.name || t.noName} (${num(x.size)})` }))} />
    </div>
  )
}
