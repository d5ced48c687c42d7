import { api, type Problem, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Form, Input, Radio, Segmented, Switch } from 'antd'
import { useState } from 'react'
import { Faults } from '../../ui/forms'
import { MomentPicker } from '../../ui/MomentPicker'
import { below, faultsAt, type Faults as Found } from '../../ui/message/faults'
import { bubbles, isBare, tidy, type Message } from '../../ui/message/message'
import { MessageEditor } from '../../ui/message/MessageEditor'
import { filled } from '../../ui/message/variables'
import { Card, PageShell } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { CorpPicker, StaffPicker, TagPicker, useCorps } from '../../ui/pickers'
import { Asked } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import type { Code } from './codeWords'
import { placeFaults } from './kit'
import { MemberTable, type Member } from './MemberTable'
import { PlanCard } from './PlanCard'
import { ScheduleEditor } from './ScheduleEditor'
import { common } from './words'
import './acquire.css'

const said = texts({
  new: ['新建活码', 'New live code'],
  edit: [(n: string) => `编辑活码 · ${n}`, (n: string) => `Edit ${n}`],
  made: ['活码已创建，二维码几秒后可用', 'Made; the QR code follows in some seconds'],
  basics: ['基本信息', 'Basics'],
  staff: ['接待员工', 'Staff'],
  when: ['接待时间', 'Hours'],
  arrive: ['扫码之后', 'After the scan'],
  name: ['活码名称', 'Name'],
  nameHint: ['只有内部可见，印刷时写在码旁边', 'For you only; printed beside the code'],
  channel: ['渠道标识', 'Channel'],
  channelHint: ['客户来源统计用，如 store-01、parcel', 'Where customers come from, such as store-01'],
  place: ['门店 / 位置', 'Store or place'],
  placeHint: ['印刷时写在名称下面', 'Printed below the name'],
  kind: ['类型', 'Kind'],
  multi: ['多人轮流接待', 'Several staff'],
  single: ['单人', 'One member'],
  temporary: ['临时（14 天内有效）', 'Temporary, up to 14 days'],
  expires: ['有效期至', 'Ends at'],
  backup: ['备用员工', 'Backup staff'],
  backupHint: ['无人在岗或都到上限时由他们接待。设了班次或上限就必须有。', 'Stand in when nobody is on duty or below the cap. Needed with shifts or caps.'],
  backupNeeded: ['设了班次或每日上限，请选备用员工', 'With shifts or caps there must be backup staff'],
  tags: ['自动打标签', 'Tags'],
  remark: ['好友备注', 'Remark'],
  remarkHint: ['可用 {name} 客户昵称、{channel} 渠道、{code} 活码、{date} 日期；最多 20 字', 'May say {name}, {channel}, {code}, {date}; 20 characters at most'],
  skip: ['客户添加后自动通过，员工无需确认', 'Customers are added without confirmation'],
  welcome: ['欢迎语', 'Welcome'],
  rules: ['用欢迎语规则', 'By the welcome rules'],
  own: ['此活码专属', 'Of this code alone'],
  rulesHint: ['按“欢迎语”页的规则发送：员工、部门、企业默认。', 'The rules of the page Welcome apply: members, departments, the corp’s default.'],
  text: ['你好，我是{{staff}}，你的专属顾问……', 'Hello, I am {{staff}}. …'],
  preview: ['客户看到的', 'What customers see'],
  customer: ['小鱼', 'Lily'],
  empty: ['按规则发送欢迎语', 'The welcome rules say what is sent'],
  corp: ['企业', 'Corp'],
})

interface Fields {
  corp: string
  name: string
  channel?: string
  place?: string
  kind: Code['kind']
  expires_at?: string
  members: Member[]
  schedule?: Schema<'LivecodeSchedule'>
  backup?: string[]
  tags?: string[]
  remark?: string
  skip_verify?: boolean
  own: boolean
  welcome?: Message
}

const names = ['corp', 'name', 'channel', 'place', 'kind', 'expires_at', 'members', 'schedule', 'backup', 'tags', 'remark', 'skip_verify'] as const

/** Whether somebody must stand in when nobody is on duty or all are full. */
const needsBackup = (v: Fields) => Boolean(v.schedule) || (v.members ?? []).some((m) => m.daily_cap)

/** What the server takes for what the form holds. */
function specOf(v: Fields): Schema<'LivecodeSpec'> {
  return {
    name: v.name?.trim() ?? '', kind: v.kind, channel: v.channel?.trim() || undefined, place: v.place?.trim() || undefined, members: v.members ?? [], schedule: v.schedule,
    backup: v.backup?.length ? v.backup : undefined, tags: v.tags?.length ? v.tags : undefined, remark: v.remark?.trim() || undefined, skip_verify: v.skip_verify || undefined,
    expires_at: v.kind === 'temporary' ? v.expires_at : undefined, welcome: v.own && !isBare(v.welcome) ? tidy(v.welcome) : undefined,
  }
}

/** A page to make a live code, empty or like another one (`from`). */
export function CodeNew() {
  const { from } = useSearch({ from: '/shell/codes/new' })
  const like = api.useQuery('get', '/codes/{id}', { params: { path: { id: from ?? '' } } }, { enabled: Boolean(from) })
  if (!from) return <Editor />
  return <Asked query={like}>{(code) => <Editor like={code} />}</Asked>
}

/** A page to change a live code. */
export function CodeEdit() {
  const { id } = useParams({ from: '/shell/codes/$id/edit' })
  const code = api.useQuery('get', '/codes/{id}', { params: { path: { id } } })
  return <Asked query={code}>{(c) => <Editor code={c} />}</Asked>
}

function Editor({ code, like }: { code?: Code; like?: Code }) {
  const t = useText(said)
  const c = useText(common)
  const go = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const { first } = useCorps()
  const [form] = Form.useForm<Fields>()
  const [problem, setProblem] = useState<Problem>()
  const [faults, setFaults] = useState<Found>({})
  const shown = code ?? like
  const initial: Partial<Fields> = shown
    ? { ...shown, name: code ? code.name : '', members: shown.members ?? [], own: Boolean(shown.welcome), welcome: shown.welcome as Message | undefined }
    : { kind: 'multi', members: [], own: false, skip_verify: true }
  const values = (Form.useWatch([], form) as Fields | undefined) ?? (initial as Fields)
  const corp = code?.corp ?? values.corp ?? first ?? ''
  const staff = useStaffName(corp)
  const failed = (thrown: unknown) => {
    const { faults: found, rest } = faultsAt(thrown, '/welcome')
    setFaults(found)
    setProblem(rest && placeFaults(form, rest, names))
  }
  const saved = (x: Code) => {
    void client.invalidateQueries({ queryKey: ['get', '/codes'] })
    client.setQueryData(['get', '/codes/{id}', { params: { path: { id: x.id } } }], x)
    message.success(code ? c.saved : t.made)
    void go({ to: `/codes/${x.id}` as string })
  }
  const create = api.useMutation('post', '/codes', { onSuccess: saved, onError: failed })
  const change = api.useMutation('put', '/codes/{id}', { onSuccess: saved, onError: failed })
  const save = (v: Fields) => {
    setProblem(undefined)
    setFaults({})
    const body = specOf({ ...v, schedule: form.getFieldValue('schedule') as Fields['schedule'] })
    if (code) change.mutate({ params: { path: { id: code.id } }, body })
    else create.mutate({ body: { ...body, corp } })
  }
  const back = code ? `/codes/${code.id}` : '/codes'
  const speaker = staff(values.members?.[0]?.staff) || c.staff
  return (
    <PageShell
      title={code ? t.edit(code.name) : t.new} back={back}
      actions={<><Link to={back as string}><Button>{c.cancel}</Button></Link><Button type="primary" loading={create.isPending || change.isPending} onClick={() => form.submit()}>{c.save}</Button></>}
    >
      <Form form={form} layout="vertical" initialValues={initial} onFinish={save} onFinishFailed={({ errorFields }) => { if (errorFields[0]) form.scrollToField(errorFields[0].name, { block: 'center' }) }} scrollToFirstError>
        <div className="y-acquire-editor">
          <div className="y-stack">
            {problem && <Faults problem={problem} />}
            <Card title={t.basics}>
              {!code && <Form.Item name="corp" label={t.corp} hidden><CorpPicker /></Form.Item>}
              {!code && <CorpPicker value={corp} onChange={(x) => form.setFieldValue('corp', x)} />}
              <div className="y-acquire-two">
                <Form.Item name="name" label={t.name} extra={t.nameHint} rules={[{ required: true, whitespace: true, message: c.required }]}><Input maxLength={60} autoFocus={!code} /></Form.Item>
                <Form.Item name="channel" label={t.channel} extra={t.channelHint}><Input maxLength={60} /></Form.Item>
                <Form.Item name="place" label={t.place} extra={t.placeHint}><Input maxLength={60} /></Form.Item>
                {values.kind === 'temporary' && <Form.Item name="expires_at" label={t.expires} rules={[{ required: true, message: c.required }]}><MomentPicker only="future" maxDays={14} /></Form.Item>}
              </div>
              <Form.Item name="kind" label={t.kind} style={{ marginBottom: 0 }}><Radio.Group disabled={Boolean(code)} options={(['multi', 'single', 'temporary'] as const).map((k) => ({ value: k, label: t[k] }))} /></Form.Item>
            </Card>
            <Card title={t.staff}>
              <Form.Item name="members" rules={[{ required: true, type: 'array', min: 1, message: c.required }]}><MemberTable corp={corp} single={values.kind === 'single'} /></Form.Item>
              <Form.Item name="backup" label={t.backup} extra={t.backupHint} style={{ marginBottom: 0 }} dependencies={['members', 'schedule']} rules={[{ validator: (_, v: string[] | undefined) => (v?.length || !needsBackup(form.getFieldsValue(true) as Fields) ? Promise.resolve() : Promise.reject(new Error(t.backupNeeded))) }]}><StaffPicker corp={corp} aria-label={t.backup} style={{ width: '100%' }} /></Form.Item>
            </Card>
            <Card title={t.when}>
              <Form.Item name="schedule" noStyle><ScheduleEditor corp={corp} members={(values.members ?? []).map((m) => m.staff)} /></Form.Item>
              <Form.Item noStyle shouldUpdate>{() => <FieldErrors errors={form.getFieldError('schedule')} />}</Form.Item>
            </Card>
            <Card title={t.arrive}>
              <div className="y-acquire-two">
                <Form.Item name="tags" label={t.tags}><TagPicker free aria-label={t.tags} style={{ width: '100%' }} /></Form.Item>
                <Form.Item name="remark" label={t.remark} extra={t.remarkHint}><Input maxLength={60} /></Form.Item>
              </div>
              <Form.Item name="skip_verify" valuePropName="checked"><Toggle label={t.skip} /></Form.Item>
              <Form.Item name="own" label={t.welcome} extra={values.own ? undefined : t.rulesHint}><Segmented options={[{ value: false, label: t.rules }, { value: true, label: t.own }]} /></Form.Item>
              {values.own && <Form.Item name="welcome" noStyle><MessageEditor label={t.welcome} bare dialect="greeting" placeholder={t.text} faults={below(faults, '/welcome')} /></Form.Item>}
            </Card>
          </div>
          <aside>
            <PhonePreview from={speaker} title={t.preview} bubbles={values.own ? bubbles(values.welcome, (x) => filled(x, speaker, t.customer)) : []}>
              {!values.own && <span className="y-acquire-phone-note">{t.empty}</span>}
            </PhonePreview>
            <PlanCard corp={corp} spec={specOf({ ...values, schedule: form.getFieldValue('schedule') as Fields['schedule'] ?? values.schedule })} />
          </aside>
        </div>
      </Form>
    </PageShell>
  )
}

function Toggle({ checked, onChange, label, id }: { checked?: boolean; onChange?: (on: boolean) => void; label: string; id?: string }) {
  return <span className="y-rowline"><Switch id={id} aria-label={label} checked={checked} onChange={onChange} /><span>{label}</span></span>
}

function FieldErrors({ errors }: { errors: string[] }) {
  return errors.length > 0 ? <div className="y-tone-bad" role="alert">{errors.map((e) => <div key={e}>{e}</div>)}</div> : null
}
