import { api } from '@shared/api/client'
import { ago, num } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { Button } from 'antd'
import { Card, State } from '../../ui/PageShell'
import { Asked } from '../../ui/states'

const said = texts({
  title: ['在线检查', 'Live checks'],
  lead: ['现在向企业微信逐项核实：凭证、可信 IP、回调、权限、可见范围、时钟和额度。不会改动任何东西。', 'Asks WeCom now about credentials, trusted IP, callback, rights, visible range, clock and quotas. Changes nothing.'],
  again: ['再查一次', 'Check again'],
  ok: ['正常', 'OK'],
  warn: ['注意', 'Look at it'],
  fail: ['失败', 'Failed'],
  good: ['全部正常', 'All is well'],
  bad: [(n: string) => `${n} 项失败`, (n: string) => `${n} failed`],
  remedy: ['处理办法：', 'Remedy: '],
  at: [(at: string) => `${at}检查`, (at: string) => `checked ${at}`],
  credentials: ['应用凭证', 'Credentials'],
  trusted_ip: ['企业可信 IP', 'Trusted IP'],
  clock: ['时钟', 'Clock'],
  secret_kind: ['Secret 类型', 'Kind of secret'],
  visible: ['可见范围', 'Visible range'],
  managers: ['通知的管理员', 'Managers'],
  contact_permission: ['客户联系权限', 'Customer contact'],
  directory: ['通讯录', 'Directory'],
  members: ['员工权限', 'Members'],
  tag_quota: ['企业标签额度', 'Corp tags'],
  callback_echo: ['回调地址应答', 'Callback answers'],
  callback_seen: ['收到回调', 'Callbacks arrive'],
  limits: ['接口频率', 'Rate limits'],
  way_quota: ['联系方式额度', 'Contact ways'],
  last_sync: ['最近同步', 'Last sync'],
  archive: ['会话存档', 'Archive'],
})

/** What keeps a corp's connection from working, asked live, with remedies. */
export function ChecksTab({ corp }: { corp: string }) {
  const t = useText(said)
  const zh = useLang() === 'zh-CN'
  const check = api.useQuery('get', '/wecom/corps/{corp}/check', { params: { path: { corp } } }, { staleTime: 60_000, retry: false })
  return (
    <Card
      title={t.title}
      extra={<>{check.data && <><State tone={check.data.failed > 0 ? 'bad' : 'good'}>{check.data.failed > 0 ? t.bad(num(check.data.failed)) : t.good}</State><span className="y-faint">{t.at(ago(check.dataUpdatedAt))}</span></>}<Button loading={check.isFetching} onClick={() => void check.refetch()}>{t.again}</Button></>}
    >
      <p className="y-faint">{t.lead}</p>
      <Asked query={check}>
        {(v) => (
          <ul className="y-wecom-checks" aria-live="polite">
            {[...(v.items ?? [])].sort((a, b) => rank[a.state] - rank[b.state]).map((x) => (
              <li key={x.check}>
                <span><State tone={x.state === 'ok' ? 'good' : x.state === 'warn' ? 'warn' : 'bad'}>{t[x.state]}</State></span>
                <b>{named(t, x.check)}</b>
                <div>{zh ? x.found.zh : x.found.en}{x.remedy && <p>{t.remedy}{zh ? x.remedy.zh : x.remedy.en}</p>}</div>
              </li>
            ))}
          </ul>
        )}
      </Asked>
    </Card>
  )
}

const rank = { fail: 0, warn: 1, ok: 2 }
