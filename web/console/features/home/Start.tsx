import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Button, Progress, Typography } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { Card } from '../../ui/PageShell'

const said = texts({
  title: ['开始使用', 'First steps'], lead: ['一步步来，每一步都能马上看到结果。', 'One step after the other, each with a result at once.'], hide: ['收起', 'Hide'],
  demo: ['想先看看用起来是什么样？在终端运行下面的命令，打开一个装满真实订单、带模拟手机的演示品牌；它在自己的目录里，和这里互不影响。', 'Want to see it in use first? This opens a demo brand with real orders and simulated phones. It has a directory of its own and touches nothing here.'],
  corp: ['接入企业微信', 'Connect WeCom'], corpLead: ['填企业 ID 与 Secret，实时检查每一项', 'Corp id and secrets, each checked live'],
  data: ['导入历史订单', 'Import the order history'], dataLead: ['CSV 或 XLSX，客户与 LTV 立刻有数', 'CSV or XLSX: customers and LTV at once'],
  code: ['建第一个渠道活码', 'The first live code'], codeLead: ['扫码加好友，来源一直跟到成交', 'Scanned codes carry their channel to the order'],
  welcome: ['写第一条欢迎语', 'The first welcome'], welcomeLead: ['加上好友的 20 秒内送出', 'Sent within the 20 seconds that WeCom gives'],
  audience: ['建第一个人群', 'The first audience'], audienceLead: ['边写规则边看人数', 'Counted while you write the rule'],
  playbook: ['发布第一个 SOP', 'The first playbook'], playbookLead: ['从模板库选一个，先在历史上回放', 'From the library; replay it on history first'], done: ['已完成', 'Done'],
})

const key = 'yutang.start.hidden'

/** The checklist of a new brand; gone when everything is done or it is hidden. */
export function Start() {
  const t = useText(said)
  const may = useMay()
  const [hidden, setHidden] = useState(localStorage.getItem(key) === '1')
  const ask = { staleTime: 30_000, retry: false, enabled: !hidden && may('playbooks.write') }
  const one = { params: { query: { limit: 1 } } }
  const corps = api.useQuery('get', '/wecom/corps', {}, ask)
  const imports = api.useQuery('get', '/imports', one, ask)
  const customers = api.useQuery('get', '/customers', one, ask)
  const codes = api.useQuery('get', '/codes', one, ask)
  const rules = api.useQuery('get', '/welcome/rules', {}, ask)
  const audiences = api.useQuery('get', '/audiences', one, ask)
  const playbooks = api.useQuery('get', '/playbooks', { params: { query: { limit: 50 } } }, ask)
  const all = [corps, imports, customers, codes, rules, audiences, playbooks]
  if (hidden || !may('playbooks.write') || all.some((q) => q.isPending)) return null
  const has = (q: { data?: { items?: unknown[] | null } }) => Boolean(q.data?.items?.length)
  const steps: [string, string, string, boolean][] = [
    [t.corp, t.corpLead, '/settings/wecom', has(corps)], [t.data, t.dataLead, '/settings/imports/new', has(imports) || has(customers)], [t.code, t.codeLead, '/codes/new', has(codes)],
    [t.welcome, t.welcomeLead, '/welcome', has(rules)], [t.audience, t.audienceLead, '/audiences/new', has(audiences)],
    [t.playbook, t.playbookLead, '/sop', Boolean(playbooks.data?.items?.some((p) => p.state !== 'draft'))],
  ]
  const done = steps.filter(([, , , yes]) => yes).length
  if (done === steps.length) return null
  return (
    <Card title={t.title} extra={<Button type="text" size="small" onClick={() => { localStorage.setItem(key, '1'); setHidden(true) }}>{t.hide}</Button>}>
      <p className="y-faint y-home-p">{t.lead}</p>
      <Progress percent={Math.round((done / steps.length) * 100)} size="small" format={() => `${done} / ${steps.length}`} aria-label={t.title} />
      <ol className="y-home-steps">
        {steps.map(([name, lead, to, yes], i) => (
          <li key={to} className={yes ? 'y-home-done' : undefined}>
            <Link to={to as string}><i aria-hidden="true">{yes ? '✓' : i + 1}</i><span><b>{name}</b><small>{yes ? t.done : lead}</small></span></Link>
          </li>
        ))}
      </ol>
      <p className="y-faint y-home-p y-home-try">{t.demo}</p>
      <Typography.Text code copyable>yutang demo --listen 127.0.0.1:8088</Typography.Text>
    </Card>
  )
}
