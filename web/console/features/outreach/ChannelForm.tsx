import { api, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Button, Form, Input, InputNumber, Select, Switch } from 'antd'
import { DrawerForm, showFaults } from '../../ui/forms'
import { kindNames, kindNotes, secretNames, settings, type Kind, type Setting } from './providers'

const said = texts({
  add: [(k: string) => `添加${k}`, (k: string) => `Add ${k}`], name: ['名称', 'Name'], nameHint: ['SOP 里用这个名称选择账号。', 'Playbooks choose the account by it.'], need: ['必填', 'Required'], keep: ['留空则不变', 'Empty: stays as it is'], once: ['加密保存，之后不再显示', 'Sealed; never shown again'], on: ['启用', 'On'],
  key_id: ['AccessKey ID / SecretId', 'AccessKey ID / SecretId'], sign: ['短信签名', 'Signature'], app_id: ['AppID', 'AppID'], region: ['地域', 'Region'], reports: ['以运营商回执为准', 'Wait for the carrier’s report'], public_url: ['本系统的外网地址', 'This server’s public address'], base_url: ['API 地址（一般不用填）', 'API address (rarely needed)'],
  host: ['服务器', 'Server'], port: ['端口', 'Port'], security: ['加密', 'Security'], user: ['登录名', 'Login'], from: ['发件地址', 'Sender’s address'], from_name: ['发件人名称', 'Sender’s name'], reply_to: ['回复到', 'Reply to'], reports_hint: ['收到运营商回执才算送达；需要外网地址。', 'A message is delivered when the carrier says so; needs the public address.'],
  public_url_hint: ['用于接收回执，以及邮件里的退订链接。', 'For reports, and for links that end mails.'], none: ['不加密（不能登录）', 'None (no login)'], templates: ['已审核的模板', 'Approved templates'], templatesHint: ['填了以后，SOP 只能用这些模板，保存时会检查变量。', 'If any is listed, playbooks use only these, and parameters are checked.'], code: ['模板编号', 'Template id'], text: ['模板内容', 'Its text'],
  addTemplate: ['添加模板', 'Add template'], remove: ['移除', 'Remove'], ip: ['记得把本服务器的 IP 加进公众平台的白名单。', 'Add this server’s address to the IP list of the platform.'],
})

interface Fields { name: string; secret?: string; on: boolean; settings: Schema<'ChannelSettings'> }

/** Adds or changes an account at a provider. */
export function ChannelDrawer({ kind, account, onClose, onDone }: { kind: Kind; account?: Schema<'ChannelEndpoint'>; onClose: () => void; onDone: () => void }) {
  const t = useText(said)
  const names = useText(kindNames)
  const notes = useText(kindNotes)
  const secrets = useText(secretNames)
  const [form] = Form.useForm<Fields>()
  const failed = (thrown: unknown) => { showFaults(form, thrown) }
  const post = api.useMutation('post', '/channels', { onSuccess: onDone, onError: failed })
  const put = api.useMutation('put', '/channels/{id}', { onSuccess: onDone, onError: failed })
  const shape = settings[kind]
  const save = () => void form.validateFields().then((f) => {
    const filled = Object.fromEntries(Object.entries(f.settings ?? {}).filter(([, v]) => v !== '' && v !== undefined && v !== null)) as Schema<'ChannelSettings'>
    const body = { name: f.name, secret: f.secret || undefined, disabled: !f.on, settings: filled }
    if (account) put.mutate({ params: { path: { id: account.id } }, body })
    else post.mutate({ body: { ...body, kind } })
  }, () => undefined)
  return (
    <DrawerForm open title={account ? account.name : t.add(names[kind])} onClose={onClose} onSave={save} saving={post.isPending || put.isPending} problem={post.error ?? put.error}>
      <p className="y-faint">{notes[kind]}</p>
      <Form form={form} layout="vertical" initialValues={{ name: account?.name, on: !account?.disabled, settings: account?.settings ?? {} }}>
        <Form.Item name="name" label={t.name} extra={t.nameHint} rules={[{ required: true, whitespace: true, message: t.need }]}><Input maxLength={60} /></Form.Item>
        {shape.needs.map((s) => <Field key={s} of={s} need />)}
        <Form.Item name="secret" label={secrets[kind]} extra={account ? t.keep : t.once} rules={[{ required: !account && kind !== 'smtp', message: t.need }]}><Input.Password autoComplete="new-password" /></Form.Item>
        {shape.may.map((s) => <Field key={s} of={s} />)}
        {shape.templates && <Templates />}
        <Form.Item name="on" label={t.on} valuePropName="checked"><Switch /></Form.Item>
        {kind.startsWith('wechat') && <p className="y-faint">{t.ip}</p>}
      </Form>
    </DrawerForm>
  )
}

function Field({ of, need }: { of: Setting; need?: boolean }) {
  const t = useText(said)
  const extra = of === 'reports' ? t.reports_hint : of === 'public_url' ? t.public_url_hint : undefined
  const input = of === 'reports' ? <Switch /> : of === 'port' ? <InputNumber min={1} max={65_535} placeholder="587" style={{ width: 140 }} />
    : of === 'security' ? <Select allowClear placeholder="STARTTLS" options={[{ value: 'starttls', label: 'STARTTLS' }, { value: 'tls', label: 'TLS' }, { value: 'none', label: t.none }]} />
    : <Input placeholder={of === 'region' ? 'ap-guangzhou' : of === 'public_url' ? 'https://crm.example.com' : undefined} />
  return <Form.Item name={['settings', of]} label={t[of]} extra={extra} valuePropName={of === 'reports' ? 'checked' : 'value'} rules={need ? [{ required: true, message: t.need }] : undefined}>{input}</Form.Item>
}

function Templates() {
  const t = useText(said)
  return (
    <Form.Item label={t.templates} extra={t.templatesHint}>
      <Form.List name={['settings', 'templates']}>
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div className="y-outreach-template" key={row.key}>
                <Form.Item name={[row.name, 'code']} noStyle><Input aria-label={t.code} placeholder={t.code} /></Form.Item>
                <Form.Item name={[row.name, 'text']} noStyle><Input.TextArea aria-label={t.text} placeholder={t.text} autoSize={{ minRows: 1, maxRows: 4 }} /></Form.Item>
                <Button type="text" onClick={() => remove(row.name)}>{t.remove}</Button>
              </div>
            ))}
            <Button size="small" onClick={() => add({ code: '', text: '' })}>{t.addTemplate}</Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  )
}
