import { api, type Problem, type Schema } from '@shared/api/client'
import { ago } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Switch } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, useSure } from '../../ui/forms'
import { below, faultsAt, type Faults } from '../../ui/message/faults'
import { bubbles, tidy, type Message } from '../../ui/message/message'
import { MessageEditor } from '../../ui/message/MessageEditor'
import { places } from '../../ui/message/places'
import { Card } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { Asked, Empty } from '../../ui/states'
import { placeFaults } from './kit'
import { common } from './words'

type Template = Schema<'GroupchatWelcome'>

const said = texts({
  lead: ['在这里准备入群欢迎语素材，群主在手机端的群设置里选用。客户进群时由企业微信发送。', 'Templates that owners choose in the settings of their groups. WeCom sends them when customers join.'],
  new: ['新建入群欢迎语', 'New template'],
  edit: ['编辑入群欢迎语', 'Edit the template'],
  emptyTitle: ['还没有入群欢迎语', 'No templates yet'],
  empty: ['写好一段文字，配一个附件，通知群主选用。', 'Write a text with one attachment, and tell owners to choose it.'],
  name: ['名称', 'Name'],
  content: ['内容（一段文字，最多一个附件）', 'Content: a text and at most one attachment'],
  notify: ['通知群主可以使用', 'Tell owners of it'],
  preview: ['客户进群看到的', 'What who joins reads'],
  group: ['客户群', 'Group'],
  updated: [(at: string) => `${at}修改`, (at: string) => `changed ${at}`],
  sure: [(n: string) => `删除“${n}”？`, (n: string) => `Delete ${n}?`],
  sureText: ['企业微信上的素材同时删除，正在使用它的群不再发送欢迎语。', 'It is deleted at WeCom, too: groups that use it greet no more.'],
})

/** Templates with which owners greet in their groups. */
export function GroupWelcome({ corp }: { corp: string }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const [edit, setEdit] = useState<Template | 'new'>()
  const list = api.useQuery('get', '/groups/welcome', { params: { query: { corp, limit: 200 } } })
  const remove = api.useMutation('delete', '/groups/welcome/{id}')
  const fresh = () => void client.invalidateQueries({ queryKey: ['get', '/groups/welcome'] })
  const make = may('groups.write') && <Button type="primary" onClick={() => setEdit('new')}>{t.new}</Button>
  return (
    <>
      <Asked query={list}>
        {(v) => (v.items?.length ? (
          <div className="y-stack">
            <div className="y-rowline"><span className="y-faint">{t.lead}</span><span className="y-grow" />{make}</div>
            <div className="y-acquire-join">
              {v.items.map((x) => (
                <Card key={x.id} title={x.name} extra={<span className="y-faint">{t.updated(ago(x.updated_at))}</span>}>
                  <PhonePreview from={t.group} bubbles={bubbles(x.content)} title={`${t.preview} · ${x.name}`} />
                  {may('groups.write') && (
                    <div className="y-rowline">
                      <Button size="small" onClick={() => setEdit(x)}>{c.edit}</Button>
                      <Button size="small" danger onClick={() => sure({ title: t.sure(x.name), content: t.sureText, danger: true, ok: c.delete, go: () => remove.mutateAsync({ params: { path: { id: x.id } } }).then(fresh) })}>{c.delete}</Button>
                    </div>
                  )}
                </Card>
              ))}
            </div>
          </div>
        ) : <Card><Empty title={t.emptyTitle} action={make}>{t.empty}</Empty></Card>)}
      </Asked>
      {edit && <Editor corp={corp} template={edit === 'new' ? undefined : edit} onClose={() => setEdit(undefined)} onSaved={() => { fresh(); setEdit(undefined) }} />}
    </>
  )
}

interface Fields { name: string; content?: Message; notify?: boolean }

function Editor({ corp, template, onClose, onSaved }: { corp: string; template?: Template; onClose: () => void; onSaved: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const { message } = App.useApp()
  const [form] = Form.useForm<Fields>()
  const [problem, setProblem] = useState<Problem>()
  const [faults, setFaults] = useState<Faults>({})
  const content = Form.useWatch('content', form) as Message | undefined
  const done = () => { message.success(c.saved); onSaved() }
  const failed = (thrown: unknown) => {
    const { faults: found, rest } = faultsAt(thrown, '/content')
    setFaults(found)
    setProblem(rest && placeFaults(form, rest, ['name', 'notify']))
  }
  const create = api.useMutation('post', '/groups/welcome', { onSuccess: done, onError: failed })
  const change = api.useMutation('put', '/groups/welcome/{id}', { onSuccess: done, onError: failed })
  const save = (v: Fields) => {
    setProblem(undefined)
    setFaults({})
    const body = { name: v.name.trim(), notify: v.notify, content: tidy(v.content) }
    if (template) change.mutate({ params: { path: { id: template.id } }, body })
    else create.mutate({ body: { ...body, corp } })
  }
  return (
    <DrawerForm open size={900} title={template ? t.edit : t.new} onClose={onClose} onSave={() => form.submit()} saving={create.isPending || change.isPending} problem={problem}>
      <div className="y-acquire-drawer">
        <Form form={form} layout="vertical" initialValues={template ?? { notify: true }} onFinish={save}>
          <Alert type="info" showIcon title={t.lead} style={{ marginBottom: 16 }} />
          <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true, message: c.required }]}><Input maxLength={60} autoFocus /></Form.Item>
          <Form.Item name="content" label={t.content}><MessageEditor bare label={t.content} place={places.groupWelcome} faults={below(faults, '/content')} /></Form.Item>
          <Form.Item name="notify" label={t.notify} valuePropName="checked"><Switch /></Form.Item>
        </Form>
        <aside><PhonePreview from={t.group} title={t.preview} bubbles={bubbles(content ?? template?.content)} /></aside>
      </div>
    </DrawerForm>
  )
}
