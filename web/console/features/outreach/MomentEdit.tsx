import { api, call, must, type Problem, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { App, Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Faults, useSure } from '../../ui/forms'
import { MomentPicker } from '../../ui/MomentPicker'
import { below, faultsAt, type Faults as Found } from '../../ui/message/faults'
import { bubbles, isEmpty, tidy } from '../../ui/message/message'
import { MessageEditor } from '../../ui/message/MessageEditor'
import { places } from '../../ui/message/places'
import { Card, PageShell } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { CorpPicker, StaffPicker, useCorps } from '../../ui/pickers'
import { Asked, Loading } from '../../ui/states'
import { useRange, useVisible } from './moment'
import './outreach.css'

const said = texts({
  new: ['新建朋友圈', 'New moment'], edit: [(n: string) => `编辑 · ${n}`, (n: string) => `Edit · ${n}`], copy: [(n: string) => `${n} 副本`, (n: string) => `${n} copy`], name: ['名称（客户看不到）', 'Name (customers do not see it)'], what: ['发什么', 'Content'], text: ['消息文字', 'Text'],
  media: ['可带最多 9 张图片，或 1 个视频，或 1 个链接。', 'Up to nine images, or one video, or one link.'], who: ['谁来发，谁能看到', 'Who publishes, who sees it'], staff: ['员工', 'Staff'], departments: ['部门', 'Departments'], tags: ['只给带这些标签的客户看', 'Only customers with these tags'],
  hint: ['都留空时，全部员工会收到任务，全部客户可见。', 'Leave all empty to ask all staff and show it to all their customers.'], noTags: ['企业微信里还没有标签', 'No tags at the platform yet'], start: ['派发时间', 'Hand out'], startHint: ['留空：确认后立即派发。', 'Empty: at once.'],
  save: ['保存草稿', 'Save draft'], send: ['派发给员工', 'Hand to staff'], saved: ['草稿已保存', 'Draft saved'], sent: ['已派发，等员工发表', 'Handed out; staff publish it'], sure: ['派发给员工？', 'Hand it to staff?'],
  sureNote: [(who: string) => `可见范围：${who}。员工在手机上点发表后，客户才会看到。`, (who: string) => `Seen by: ${who}. Customers see it once staff publish it on the phone.`], lack: ['写好名称和内容后就可以派发', 'Write a name and a content first'],
})

const route = getRouteApi('/shell/moments/new')

/** Writes a moment. */
export function MomentEdit() {
  const t = useText(said)
  const { edit, from } = route.useSearch()
  const { first, query: corps } = useCorps()
  const source = edit ?? from
  const known = api.useQuery('get', '/moments/{id}', { params: { path: { id: source ?? '' } } }, { enabled: Boolean(source), staleTime: 0, gcTime: 0 })
  if (source) return <Asked query={known}>{(m) => <Editor key={m.id} id={edit} wish={{ corp: m.corp, name: edit ? m.name : t.copy(m.name), content: m.content, visible: m.visible, scheduled_at: edit ? m.scheduled_at : undefined }} />}</Asked>
  if (corps.isPending) return <Loading />
  return <Editor wish={{ corp: first ?? '', name: '', content: {} }} />
}

function Editor({ wish, id: known }: { wish: Schema<'MomentWish'>; id?: string }) {
  const t = useText(said)
  const go = route.useNavigate()
  const client = useQueryClient()
  const sure = useSure()
  const { message } = App.useApp()
  const [w, setWish] = useState(wish)
  const [id, setId] = useState(known)
  const [problem, setProblem] = useState<Problem>()
  const [faults, setFaults] = useState<Found>({})
  const [busy, setBusy] = useState(false)
  const set = (part: Partial<Schema<'MomentWish'>>) => setWish((x) => ({ ...x, ...part }))
  const range = useRange(w.corp)
  const visible = useVisible(w.corp)
  const see = (part: Schema<'MomentRange'>) => set({ visible: { ...w.visible, ...part } })
  const ready = w.name.trim() !== '' && !isEmpty(w.content)
  const store = async () => {
    setBusy(true)
    setProblem(undefined)
    setFaults({})
    try {
      const body = { ...w, name: w.name.trim(), content: tidy(w.content) }
      const m = id ? await must(call.PUT('/moments/{id}', { params: { path: { id } }, body })) : await must(call.POST('/moments', { body }))
      setId(m.id)
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/moments') })
      return m
    } catch (thrown) {
      const { faults: found, rest } = faultsAt(thrown, '/content')
      setFaults(found)
      setProblem(rest)
      return undefined
    } finally {
      setBusy(false)
    }
  }
  const done = (m: Schema<'Moment'>, words: string) => { message.success(words); void go({ to: '/moments/$id', params: { id: m.id } } as never) }
  const send = async () => {
    const m = await store()
    if (!m) return
    sure({
      title: t.sure, content: t.sureNote(visible(m.visible)), ok: t.send,
      go: async () => { await must(call.POST('/moments/{id}/schedule', { params: { path: { id: m.id } } })); await client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/moments') }); done(m, t.sent) },
    })
  }
  return (
    <PageShell title={known ? t.edit(wish.name) : t.new} back={known ? `/moments/${known}` : '/moments'}>
      <div className="y-outreach-edit">
        <div className="y-outreach-part">
          <Card title={t.what} extra={<CorpPicker value={w.corp} onChange={(corp) => set({ corp, visible: {} })} disabled={Boolean(id)} />}>
            <div className="y-outreach-part">
              <div className="y-outreach-field"><label htmlFor="moment-name">{t.name}</label><Input id="moment-name" maxLength={60} value={w.name} onChange={(e) => set({ name: e.target.value })} /></div>
              <MessageEditor label={t.text} place={places.moment} rows={5} value={w.content} onChange={(content) => set({ content })} faults={below(faults, '/content')} />
              <small className="y-faint">{t.media}</small>
            </div>
          </Card>
          <Card title={t.who}>
            <div className="y-outreach-two">
              <div className="y-outreach-field"><label htmlFor="moment-staff">{t.staff}</label><StaffPicker id="moment-staff" corp={w.corp || undefined} value={w.visible?.staff ?? []} onChange={(staff) => see({ staff })} /></div>
              <div className="y-outreach-field"><label htmlFor="moment-departments">{t.departments}</label><Select id="moment-departments" mode="multiple" showSearch={{ optionFilterProp: 'label' }} value={w.visible?.departments ?? []} onChange={(departments: number[]) => see({ departments })} options={range.departments} /></div>
              <div className="y-outreach-field"><label htmlFor="moment-tags">{t.tags}</label><Select id="moment-tags" mode="multiple" showSearch={{ optionFilterProp: 'label' }} notFoundContent={t.noTags} value={w.visible?.tags ?? []} onChange={(tags: string[]) => see({ tags })} options={range.tags} /></div>
              <div className="y-outreach-field">
                <label htmlFor="moment-start">{t.start}</label>
                <MomentPicker id="moment-start" value={w.scheduled_at} only="future" onChange={(scheduled_at) => set({ scheduled_at })} />
                <small>{t.startHint}</small>
              </div>
            </div>
            <small className="y-faint">{t.hint}</small>
          </Card>
          {problem && <Faults problem={problem} />}
        </div>
        <aside className="y-outreach-side"><PhonePreview moment bubbles={bubbles(w.content)} /></aside>
      </div>
      <div className="y-outreach-foot">
        <span className="y-faint">{ready ? visible(w.visible ?? {}) : t.lack}</span><span className="y-grow" />
        <Button loading={busy} disabled={!w.name.trim()} onClick={() => void store().then((m) => { if (m) done(m, t.saved) })}>{t.save}</Button>
        <Button type="primary" loading={busy} disabled={!ready} onClick={() => void send()}>{t.send}</Button>
      </div>
    </PageShell>
  )
}
