import { api, problemOf } from '@shared/api/client'
import { setLang, texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Input } from 'antd'

const said = texts({
  title: ['登录鱼塘', 'Sign in to Yutang'],
  lead: ['私域运营：认识每一位客户，用标准 SOP 服务，用钱证明结果。', 'Know every customer, serve by playbooks, prove it in money.'],
  email: ['邮箱', 'E-mail'],
  password: ['密码', 'Password'],
  go: ['登录', 'Sign in'],
  wrong: ['邮箱或密码不对', 'E-mail or password is wrong'],
  slow: ['尝试太多，请稍后再试', 'Too many tries. Wait a moment'],
  offline: ['连不上服务器，请检查网络后再试', 'The server does not answer. Check the network and try again'],
  fresh: ['这台服务器还没有账号。请用启动时打印的设置链接建立所有者账号。', 'This server has no account yet. Make the owner’s by the set-up link that it printed when it started.'],
  language: ['English', '中文'],
  required: ['请填写', 'Fill this in'],
})

/** Where people sign in with e-mail address and password. */
export function SignIn() {
  const t = useText(said)
  const lang = useLang()
  const go = useNavigate()
  const cache = useQueryClient()
  const { to } = getRouteApi('/sign-in').useSearch()
  const signIn = api.useMutation('post', '/session', {
    onSuccess: () => {
      cache.clear()
      void go({ href: to?.startsWith('/') && !to.startsWith('//') ? to : '/console/', replace: true })
    },
  })
  const setup = api.useQuery('get', '/setup', {}, { retry: false })
  const problem = signIn.error && problemOf(signIn.error)
  const why = problem && (problem.status === 429 ? t.slow : problem.code === 'offline' ? t.offline : t.wrong)
  return (
    <main className="y-door">
      <div className="y-door-card">
        <img src="/console/mark.svg" width={44} height={44} alt="" />
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
        {setup.data?.needed && <Alert type="info" showIcon title={t.fresh} style={{ marginBottom: 16, textAlign: 'start' }} />}
        <Form layout="vertical" requiredMark={false} onFinish={(body: { email: string; password: string }) => signIn.mutate({ body })}>
          <Form.Item name="email" label={t.email} rules={[{ required: true, message: t.required }]}><Input type="email" autoComplete="username" autoFocus size="large" /></Form.Item>
          <Form.Item name="password" label={t.password} rules={[{ required: true, message: t.required }]}><Input.Password autoComplete="current-password" size="large" /></Form.Item>
          {why && <Form.Item><Alert type="error" showIcon title={why} /></Form.Item>}
          <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>{t.go}</Button>
        </Form>
        <Button type="text" lang={lang === 'zh-CN' ? 'en' : 'zh-CN'} onClick={() => setLang(lang === 'zh-CN' ? 'en-US' : 'zh-CN')}>{t.language}</Button>
      </div>
    </main>
  )
}
