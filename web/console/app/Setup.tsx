import { api, problemOf } from '@shared/api/client'
import { setLang, texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Input } from 'antd'
import { Faults, showFaults } from '../ui/forms'
import { setupRoute } from './shellRoute'

const said = texts({
  title: ['欢迎使用鱼塘', 'Welcome to Yutang'], lead: ['先建立所有者账号。之后会一步步带你接入企业微信、建第一个活码、发布第一个 SOP。', 'First make the owner’s account. Then we go on to WeCom, the first live code and the first playbook.'],
  name: ['姓名', 'Your name'], email: ['邮箱（登录名）', 'E-mail (to sign in)'], password: ['密码', 'Password'], rule: ['10 到 200 个字符', '10 to 200 characters'], go: ['创建并进入', 'Make it and go in'], required: ['请填写', 'Fill this in'],
  noToken: ['请用服务器启动时打印的设置链接打开此页。', 'Open this page by the set-up link that the server printed when it started.'], done: ['这里已经设置过了。', 'This server is set up already.'], signIn: ['去登录', 'Sign in'], language: ['English', '中文'],
})

/** The first page of a new server: the owner's account, by the one-time link. */
export function Setup() {
  const t = useText(said)
  const lang = useLang()
  const go = useNavigate()
  const cache = useQueryClient()
  const { token } = setupRoute.useSearch()
  const [form] = Form.useForm()
  const state = api.useQuery('get', '/setup', {}, { retry: false })
  const make = api.useMutation('post', '/setup', { onSuccess: () => { cache.clear(); void go({ to: '/', replace: true }) }, onError: (thrown) => { showFaults(form, thrown) } })
  const over = state.data && !state.data.needed
  return (
    <main className="y-door">
      <div className="y-door-card">
        <img src="/console/mark.svg" width={44} height={44} alt="" />
        <h1>{t.title}</h1>
        {over ? <Alert type="info" showIcon title={t.done} action={<Link to="/sign-in" search={{ to: undefined }}>{t.signIn}</Link>} /> : !token ? <Alert type="warning" showIcon title={t.noToken} /> : (
          <>
            <p>{t.lead}</p>
            <Form form={form} layout="vertical" requiredMark={false} onFinish={(v: { name: string; email: string; password: string }) => make.mutate({ body: { ...v, token } })}>
              <Form.Item name="name" label={t.name} rules={[{ required: true, message: t.required }]}><Input autoComplete="name" autoFocus size="large" maxLength={100} /></Form.Item>
              <Form.Item name="email" label={t.email} rules={[{ required: true, message: t.required }]}><Input type="email" autoComplete="username" size="large" /></Form.Item>
              <Form.Item name="password" label={t.password} extra={t.rule} rules={[{ required: true, min: 10, max: 200, message: t.rule }]}><Input.Password autoComplete="new-password" size="large" /></Form.Item>
              {make.error && <Form.Item><Faults problem={problemOf(make.error)} /></Form.Item>}
              <Button type="primary" htmlType="submit" size="large" block loading={make.isPending}>{t.go}</Button>
            </Form>
          </>
        )}
        <Button type="text" lang={lang === 'zh-CN' ? 'en' : 'zh-CN'} onClick={() => setLang(lang === 'zh-CN' ? 'en-US' : 'zh-CN')}>{t.language}</Button>
      </div>
    </main>
  )
}
