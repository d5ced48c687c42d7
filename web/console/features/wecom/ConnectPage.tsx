import { api, type Problem, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Input, InputNumber, Steps } from 'antd'
import { useState } from 'react'
import { Faults, useOops } from '../../ui/forms'
import { Card, PageShell } from '../../ui/PageShell'
import { ChecksTab } from './ChecksTab'
import { Copy } from './Copy'
import { common } from './words'
import './wecom.css'

const said = texts({
  title: ['接入企业微信', 'Connect WeCom'],
  lead: ['准备一位能修改自建应用的管理员，和一个互联网能访问到本服务的地址，约 10 分钟。', 'You need an admin who may change a self-built app, and an address at which the internet reaches this server. It takes ten minutes.'],
  s1: ['企业', 'Corp'],
  s2: ['自建应用', 'App'],
  s3: ['接收消息', 'Receive messages'],
  s4: ['回到管理后台', 'Back in the console'],
  s5: ['检查', 'Check'],
  next: ['下一步', 'Next'],
  back: ['上一步', 'Back'],
  save: ['保存并生成回调地址', 'Save, and make the address'],
  check: ['已保存，开始检查', 'Saved there; check now'],
  done: ['稍后再说', 'Later'],
  pull: ['现在开始同步', 'Pull now'],
  where: ['在企业微信管理后台哪里找', 'Where it stands in the admin console'],
  corp: ['企业 ID', 'Corpid'],
  corpRule: ['以 ww 或 wx 开头', 'It begins with ww or wx'],
  name: ['名称', 'Name'],
  nameHint: ['自己看的，如品牌名', 'For you, such as the brand'],
  public: ['对外地址', 'Public address'],
  publicHint: ['互联网访问本服务的地址，不带路径，必须能被企业微信访问', 'Where the internet reaches this server, without a path'],
  sealed: ['密钥加密保存，之后不再显示。', 'Secrets are sealed and never shown again.'],
  base: ['接口地址（使用模拟器或网关时填写）', 'Address of the API, of a simulator or gateway'],
  g1: ['打开 work.weixin.qq.com，用管理员身份登录', 'Open work.weixin.qq.com and sign in as an admin'],
  g2: ['我的企业 → 企业信息，最下方复制“企业 ID”', 'My Company: copy the corpid at the bottom'],
  g3: ['应用管理 → 自建 → 你的应用：复制 AgentId 和 Secret', 'App management, your app: copy AgentId and Secret'],
  g3n: ['还没有就“创建应用”。Secret 会发到管理员的手机企业微信上', 'Make one if there is none. The secret is sent to the admin’s phone'],
  g4: ['同一页“可见范围”：加入所有接待客户的员工', 'Visible range: add all who serve customers'],
  g5: ['同一页“企业可信 IP”：加入本服务器的出口 IP', 'Trusted IP: add the address from which this server calls out'],
  g5n: ['没有配置时每次调用都会被拒绝（60020），最后一步的检查会告诉你 IP 是多少', 'Without it all calls are refused (60020); the check at the end tells the address'],
  g6: ['客户联系 → 可调用接口的应用：勾选这个应用', 'Customer Contact, apps that may call: tick your app'],
  g6n: ['没有勾选会得到 48002', 'Without it: 48002'],
  g7: ['客户联系 → 权限配置：确认哪些员工可以加客户', 'Customer Contact, permissions: who may have customers'],
  g8: ['应用页 → 接收消息 → 设置 API 接收：点“随机获取”生成 Token 和 EncodingAESKey', 'Your app, Receive Messages, set by API: let it make Token and EncodingAESKey'],
  g8n: ['复制到左边。先不要在那里点保存：企业微信会立刻验证地址', 'Copy both here. Do not save there yet: WeCom asks the address at once'],
  g9: ['把下面的地址填到“接收消息”的 URL，点保存', 'Enter this as the URL under Receive Messages, and save'],
  g9n: ['企业微信立即访问这个地址，1 秒内要有回应', 'WeCom asks it at once and wants the answer within a second'],
  g10: ['勾选要接收的事件：客户、客户群、标签、通讯录变更', 'Select the events of customers, groups, tags and members'],
  g11: ['网页授权及 JS-SDK：把对外地址的域名设为可信域名', 'Trusted domain: the host of the public address'],
  g11n: ['聊天侧边栏需要它', 'The side panel needs it'],
  g12: ['客户联系 → 欢迎语：删掉需要由鱼塘欢迎的员工的欢迎语', 'Welcome messages: remove those of members whom Yutang shall greet'],
  g12n: ['那里有欢迎语时，平台不给欢迎码，这里就发不出', 'Where one stands the platform gives no welcome code'],
  noCorp: ['还没有企业微信？先用模拟器', 'No corp yet? Use the simulator'],
  noCorpText: ['在服务器上运行下面的命令，就有一个带员工、客户和模拟手机的企业。以后换成真的企业，只需再接入一次。', 'Run this beside the server: a corp with staff, customers and their phones. A real corp is connected the same way later.'],
  fill: ['填入模拟器的值', 'Fill in its values'],
  url: ['回调地址', 'Callback address'],
  after: ['检查通过后同步员工、好友、客户群和标签，之后活码和群发才选得到人；30 万好友约需几分钟。不点也会在 5 分钟内自动开始。', 'Now pull staff, contacts, groups and tags: codes and mass sends need them. 300,000 contacts take some minutes. It begins by itself within five.'],
})

interface Fields { corp: string; name: string; public_url: string; base_url?: string; agent_id: number; secret: string; token: string; aes_key: string }

/** What `yutang wecom-sim` is when nothing else is said. */
const simulator = { corp: 'ww0000000000000001', name: '模拟企业', base_url: 'http://127.0.0.1:8090', agent_id: 1000002, secret: 'sim-secret-main', token: 'SimToken01', aes_key: 'abcdefghijabcdefghijabcdefghijabcdefghijabA' }

/** Connects a corp step by step, with where each value is found. */
export function ConnectPage() {
  const t = useText(said)
  const c = useText(common)
  const client = useQueryClient()
  const go = useNavigate()
  const here = globalThis.location?.origin ?? ''
  const [form] = Form.useForm<Fields>()
  const [step, setStep] = useState(0)
  const [problem, setProblem] = useState<Problem>()
  const [made, setMade] = useState<{ id: string; url: string }>()
  const save = api.useMutation('put', '/wecom/corps/{corp}', {
    onSuccess: (x) => {
      void client.invalidateQueries({ queryKey: ['get', '/wecom/corps'] })
      setMade({ id: x.id, url: x.apps?.find((a) => a.name === 'main')?.callback_url ?? '' })
      setStep(3)
    },
    onError: (thrown: unknown) => setProblem(problemOf(thrown)),
  })
  const next = () => {
    setProblem(undefined)
    if (step < 2) return setStep(step + 1)
    const v = form.getFieldsValue(true) as Fields
    save.mutate({ params: { path: { corp: v.corp.trim() } }, body: {
      name: v.name.trim(), base_url: v.base_url?.trim() || undefined, settings: { public_url: v.public_url.trim().replace(/\/+$/, '') },
      apps: [{ name: 'main', agent_id: v.agent_id, secret: v.secret.trim(), token: v.token.trim(), aes_key: v.aes_key.trim() }],
    } })
  }
  const leave = (tab?: 'sync') => void go({ to: '/settings/wecom' as string, search: { corp: made?.id, tab } as never })
  const pull = api.useMutation('post', '/wecom/corps/{corp}/sync', { onSuccess: () => leave('sync'), onError: useOops() })
  const need = [{ required: true, message: c.required }]
  const guides: [string, string?][][] = [[[t.g1], [t.g2]], [[t.g3, t.g3n], [t.g4], [t.g5, t.g5n], [t.g6, t.g6n], [t.g7]], [[t.g8, t.g8n]], [[t.g9, t.g9n], [t.g10], [t.g11, t.g11n], [t.g12, t.g12n]]]
  const guide = guides[step]
  return (
    <PageShell title={t.title} lead={t.lead} back="/settings/wecom">
      <Card><Steps size="small" responsive current={step} items={[t.s1, t.s2, t.s3, t.s4, t.s5].map((title) => ({ title }))} /></Card>
      {step === 4 && made ? (
        <>
          <Alert type="info" showIcon title={t.after} action={<div className="y-rowline"><Button size="small" onClick={() => leave()}>{t.done}</Button><Button size="small" type="primary" loading={pull.isPending} onClick={() => pull.mutate({ params: { path: { corp: made.id } }, body: { full: true } })}>{t.pull}</Button></div>} />
          <ChecksTab corp={made.id} />
        </>
      ) : (
        <div className="y-wecom-guide">
          <Card>
            <Form form={form} layout="vertical" initialValues={{ public_url: here.startsWith('https') ? here : '' }} onFinish={next}>
              {step === 0 && <>
                <Form.Item name="corp" label={t.corp} rules={[...need, { pattern: /^\s*w[wx][\w-]+\s*$/, message: t.corpRule }]}><Input autoFocus placeholder="ww1234567890abcdef" /></Form.Item>
                <Form.Item name="name" label={t.name} extra={t.nameHint} rules={need}><Input maxLength={100} /></Form.Item>
                <Form.Item name="public_url" label={t.public} extra={t.publicHint} rules={need}><Input type="url" placeholder="https://yutang.example.com" /></Form.Item>
                <Form.Item name="base_url" label={t.base}><Input placeholder="https://qyapi.weixin.qq.com" /></Form.Item>
              </>}
              {step === 1 && <>
                <Form.Item name="agent_id" label="AgentId" rules={need}><InputNumber autoFocus min={1} style={{ width: '100%' }} placeholder="1000002" /></Form.Item>
                <Form.Item name="secret" label="Secret" extra={t.sealed} rules={need}><Input.Password autoComplete="off" /></Form.Item>
              </>}
              {step === 2 && <>
                <Form.Item name="token" label="Token" rules={need}><Input autoFocus autoComplete="off" /></Form.Item>
                <Form.Item name="aes_key" label="EncodingAESKey" extra={t.sealed} rules={need}><Input autoComplete="off" maxLength={43} /></Form.Item>
              </>}
              {step === 3 && made && <div className="y-wecom-field" style={{ marginBottom: 16 }}><b>{t.url}</b><Copy text={made.url} /></div>}
              {problem && <Faults problem={problem} />}
              <div className="y-foot" style={{ marginTop: 12 }}>
                {step > 0 && step < 3 && <Button onClick={() => setStep(step - 1)}>{t.back}</Button>}
                {step < 3 ? <Button type="primary" htmlType="submit" loading={save.isPending}>{step === 2 ? t.save : t.next}</Button> : <Button type="primary" onClick={() => setStep(4)}>{t.check}</Button>}
              </div>
            </Form>
          </Card>
          <div className="y-stack">
            <Card title={t.where}><ol>{guide?.map(([what, note]) => <li key={what}>{what}{note && <span>{note}</span>}</li>)}</ol></Card>
            {step === 0 && (
              <Card title={t.noCorp}>
                <p className="y-faint" style={{ marginTop: 0 }}>{t.noCorpText}</p>
                <Copy text={`yutang wecom-sim --callback ${here}/wecom/callback/${simulator.corp}/main`} />
                <Button style={{ marginTop: 12 }} onClick={() => form.setFieldsValue({ ...simulator, public_url: here })}>{t.fill}</Button>
              </Card>
            )}
          </div>
        </div>
      )}
    </PageShell>
  )
}
