import { api } from '@shared/api/client'
import { ago, isoDay, money, num, pct, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import CopyOutlined from '@ant-design/icons/CopyOutlined'
import DownloadOutlined from '@ant-design/icons/DownloadOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Alert, App, Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DaySpan } from '../../ui/DaySpan'
import { useOops, useSure } from '../../ui/forms'
import { Card, Facts, PageShell, State } from '../../ui/PageShell'
import { bubbles, type Message } from '../../ui/message/message'
import { filled } from '../../ui/message/variables'
import { PhonePreview } from '../../ui/PhonePreview'
import { Asked } from '../../ui/states'
import { Names, useStaffName } from '../../ui/Who'
import { useCodeDrill } from './codeDrill'
import { CodeFigures } from './CodeFigures'
import { codeKinds, codeStates, toneOf, type Code } from './codeWords'
import { PrintDrawer } from './PrintDrawer'
import { rosters } from './schedule'
import { WeekWords } from './ScheduleEditor'
import { common } from './words'
import './acquire.css'

const said = texts({
  shown: ['企业微信当前展示', 'Shown at WeCom now'],
  resting: ['暂时让位（已领先份额）', 'Resting, ahead of their share'],
  next: ['下次变化', 'Changes next'],
  applied: ['上次更新', 'Updated'],
  backup: ['备用员工', 'Backup staff'],
  backupNow: ['备用员工正在顶班', 'Backup staff stand in'],
  nobody: ['无人接待', 'Nobody'],
  verify: ['自动通过', 'Added without confirmation'],
  yes: ['是', 'Yes'],
  no: ['否', 'No'],
  place: ['门店 / 位置', 'Place'],
  remark: ['好友备注', 'Remark'],
  kind: ['类型', 'Kind'],
  expires: ['有效期至', 'Ends'],
  hours: ['接待时间', 'Hours'],
  always: ['全天', 'All day, every day'],
  everybody: ['全部成员', 'All members'],
  weights: ['成员与权重', 'Staff and weights'],
  cap: [(n: string) => `上限 ${n}/天`, (n: string) => `${n} a day`],
  settings: ['设置', 'Settings'],
  platform: ['在企业微信', 'At WeCom'],
  address: ['复制二维码地址', 'Copy address'],
  print: ['印刷版式', 'Print sheets'],
  png: ['原图 PNG', 'PNG'],
  making: ['二维码生成中，几秒后出现', 'The QR code is being made'],
  again: ['再试一次', 'Try again'],
  like: ['复制为新活码', 'Make one like it'],
  more: ['更多', 'More'],
  remade: [(at: string) => `企业微信丢失了原来的联系方式，${at} 重新生成了二维码：之前印刷的已失效，请重新印刷。`, (at: string) => `WeCom had lost the contact way. A new QR code was made ${at}: printed ones are dead, print again.`],
  sureDelete: [(n: string) => `删除活码“${n}”？`, (n: string) => `Delete ${n}?`],
  sureText: [(n: string) => `印出的二维码立即失效，企业微信上的联系方式一并删除。已添加的 ${n} 位客户及其来源记录保留。`, (n: string) => `Printed codes stop working at once, and the contact way at WeCom is deleted. The ${n} customers and where they came from stay.`],
  welcome: ['专属欢迎语', 'Its own welcome'],
  customer: ['小鱼', 'Lily'],
  loading: ['已提交，正在向企业微信更新', 'On its way to WeCom'],
  auto: ['会自动重试', 'Tried again by itself'],
})

/** One live code: its QR image, what the platform shows, and what came of it. */
export function CodePage() {
  const { id } = useParams({ from: '/shell/codes/$id' })
  const code = api.useQuery('get', '/codes/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data && (q.state.data.remote.state === 'pending' || !q.state.data.remote.image) && !q.state.data.remote.problem ? 1500 : false) })
  return <Asked query={code}>{(c) => <Shown code={c} />}</Asked>
}

function Shown({ code }: { code: Code }) {
  const t = useText(said)
  const c = useText(common)
  const s = useText(codeStates)
  const k = useText(codeKinds)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  const go = useNavigate({ from: '/codes/$id' })
  const { from = isoDay(Date.now() - 29 * 86_400_000), to = isoDay(Date.now()) } = useSearch({ from: '/shell/codes/$id' })
  const [printing, print] = useState(false)
  const stats = api.useQuery('get', '/codes/{id}/stats', { params: { path: { id: code.id }, query: { from, to } } }, { placeholderData: (old) => old })
  const drill = useCodeDrill(code.id, code.name)
  const name = useStaffName(code.corp)
  const r = code.remote
  const retry = api.useMutation('post', '/codes/{id}/retry', {
    onSuccess: (x) => { client.setQueryData(['get', '/codes/{id}', { params: { path: { id: x.id } } }], x); message.success(t.loading) }, onError: useOops(),
  })
  const remove = api.useMutation('delete', '/codes/{id}')
  const askDelete = () => sure({
    title: t.sureDelete(code.name), content: t.sureText(num(stats.data?.customers ?? 0)), danger: true, ok: c.delete,
    go: async () => { await remove.mutateAsync({ params: { path: { id: code.id } } }); void client.invalidateQueries({ queryKey: ['get', '/codes'] }); message.success(c.deleted); void go({ to: '/codes' }) },
  })
  const welcome = code.welcome as Message | undefined
  const v = stats.data
  return (
    <PageShell
      title={code.name} back="/codes" extra={<State tone={toneOf(code)}>{named(s, r.state)}</State>}
      actions={may('codes.write') && (
        <>
          <Dropdown trigger={['click']} menu={{ items: [{ key: 'like', label: t.like }, { key: 'retry', label: t.again }, { type: 'divider' }, { key: 'delete', label: c.delete, danger: true }], onClick: ({ key }) => {
            if (key === 'like') void go({ to: '/codes/new' as string, search: { from: code.id } as never })
            if (key === 'retry') retry.mutate({ params: { path: { id: code.id } } })
            if (key === 'delete') askDelete()
          } }}><Button>{t.more}</Button></Dropdown>
          <Link to={`/codes/${code.id}/edit` as string}><Button type="primary">{c.edit}</Button></Link>
        </>
      )}
    >
      {r.problem && (
        <Alert
          type={r.problem.retries ? 'warning' : 'error'} showIcon title={r.problem.detail} description={`${when(r.problem.at)}${r.problem.retries ? ` · ${t.auto}` : ''}`}
          action={may('codes.write') && <Button size="small" loading={retry.isPending} onClick={() => retry.mutate({ params: { path: { id: code.id } } })}>{t.again}</Button>}
        />
      )}
      {r.remade_at && <Alert type="warning" showIcon title={t.remade(when(r.remade_at))} />}
      <div className="y-acquire-side">
        <div className="y-stack">
          <Card>
            <div className="y-acquire-qr">
              {r.image ? <img src={`/api/v1/codes/${code.id}/image`} alt={code.name} /> : <div className="y-acquire-qr-none">{t.making}</div>}
              <div className="y-rowline">
                {r.image && <Button icon={<DownloadOutlined />} href={`/api/v1/codes/${code.id}/image`} download={`${code.name}.png`}>{t.png}</Button>}
                {r.image && <Button type="primary" onClick={() => print(true)}>{t.print}</Button>}
              </div>
            </div>
          </Card>
          <Card title={t.platform} extra={r.qr_url && <Button size="small" type="text" icon={<CopyOutlined />} onClick={() => { void navigator.clipboard.writeText(r.qr_url ?? ''); message.success(c.copied) }}>{t.address}</Button>}>
            <Facts items={[
              [t.shown, r.shown?.length ? <span className="y-rowline">{r.shown.map((u) => <State key={u} tone={r.backup ? 'warn' : 'good'}>{name(u)}</State>)}</span> : <State tone="bad">{t.nobody}</State>],
              r.backup && ['', <span key="b" className="y-tone-warn">{t.backupNow}</span>],
              Boolean(r.resting?.length) && [t.resting, <Names key="r" of={r.resting} corp={code.corp} most={9} />],
              Boolean(r.next_at) && [t.next, when(r.next_at)],
              [t.applied, r.applied_at ? ago(r.applied_at) : '–'],
            ]} />
          </Card>
          <Card title={t.settings}>
            <Facts items={[
              [c.channel, code.channel || '–'], Boolean(code.place) && [t.place, code.place], [t.kind, named(k, code.kind)],
              Boolean(code.expires_at) && [t.expires, when(code.expires_at)],
              [t.weights, <div key="m">{code.members?.map((m) => <div key={m.staff}>{name(m.staff)} <span className="y-faint">{pct((m.weight || 1) / code.members.reduce((n, x) => n + (x.weight || 1), 0), 0)}{m.daily_cap ? ` · ${t.cap(num(m.daily_cap))}` : ''}</span></div>)}</div>],
              [t.hours, code.schedule ? <div key="h">{rosters(code.schedule.shifts).map((x, i) => <div key={i}>{x.staff && <Names of={x.staff} corp={code.corp} />}<WeekWords week={x.week} /></div>)}{code.schedule.exceptions?.map((e) => <div key={e.date} className="y-faint">{e.date} {e.name} {e.spans?.map((p) => `${p.from}–${p.to}`).join(' ')}</div>)}</div> : t.always],
              Boolean(code.backup?.length) && [t.backup, <Names key="b" of={code.backup} corp={code.corp} most={9} />],
              [c.tags, code.tags?.length ? code.tags.join('、') : '–'], [t.remark, code.remark || '–'], [t.verify, code.skip_verify ? t.yes : t.no],
            ]} />
          </Card>
          {welcome && <Card title={t.welcome}><PhonePreview from={name(code.members?.[0]?.staff)} bubbles={bubbles(welcome, (x) => filled(x, name(code.members?.[0]?.staff), t.customer))} /></Card>}
        </div>
        <CodeFigures stats={stats} drill={drill} span={{ from, to }} corp={code.corp} extra={<DaySpan value={{ from, to }} onChange={(span) => void go({ search: span, replace: true })} />} revenue={v ? money(v.net_revenue, v.currency) : '–'} />
      </div>
      {printing && <PrintDrawer what={{ ids: [code.id] }} onClose={() => print(false)} />}
    </PageShell>
  )
}

