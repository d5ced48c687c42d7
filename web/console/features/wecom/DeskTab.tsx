import { api, byCursor, problemOf, type Problem, type Schema } from '@shared/api/client'
import { ago, num, pct, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, InputNumber, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, useOops } from '../../ui/forms'
import { Card, State, Stat } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { Names, useStaffName, Who } from '../../ui/Who'
import { common } from './words'

type Account = Schema<'DeskAccount'>
type Figure = Schema<'DeskFigure'>

const said = texts({
  accounts: ['客服账号', 'Accounts'],
  refresh: ['立即更新', 'Look now'],
  pulled: [(at: string) => `账号${at}更新`, (at: string) => `looked ${at}`],
  account: ['账号', 'Account'],
  servicers: ['接待人员', 'Served by'],
  greeting: ['进入时的欢迎语', 'Greeting'],
  noGreeting: ['未设置', 'None'],
  ok: ['正常', 'OK'],
  revoked: ['已从应用移除', 'Taken from the app'],
  gone: ['已删除', 'Gone'],
  failing: ['拉取失败', 'Pull failed'],
  edit: ['编辑欢迎语', 'Edit greeting'],
  editOf: [(n: string) => `${n} 的欢迎语`, (n: string) => `Greeting of ${n}`],
  text: ['客户进入会话时收到的文字（最多 2048 字节，空为不发送）', 'What who enters reads (2048 bytes at most, empty greets nobody)'],
  figures: ['接待情况', 'Figures'],
  days7: ['近 7 天', 'Last 7 days'],
  days30: ['近 30 天', 'Last 30 days'],
  days90: ['近 90 天', 'Last 90 days'],
  span: ['时间范围', 'Span'],
  entered: ['进入会话', 'Entered'],
  received: ['客户消息', 'Messages in'],
  replied: ['回复', 'Replies'],
  sessions: ['接待会话', 'Sessions'],
  transferred: ['转接', 'Transferred'],
  answered: ['已回答', 'Answered'],
  unanswered: ['未答结束', 'Ended unanswered'],
  open: ['等待中', 'Waiting'],
  openHint: ['客户的问题还没有人回答', 'Questions of customers that wait'],
  median: ['首次回复中位数', 'Median first answer'],
  seconds: [(n: string) => `${n} 秒`, (n: string) => `${n} s`],
  minutes: [(n: string) => `${n} 分钟`, (n: string) => `${n} min`],
  whole: ['账号合计', 'The account'],
  rate: ['回答率', 'Answered'],
  greetings: ['欢迎语发送记录', 'What became of greetings'],
  waiting: ['待发送', 'Waiting'],
  calling: ['发送中', 'Sending'],
  sent: ['已发送', 'Sent'],
  late: ['已过期', 'Late'],
  refused: ['被拒绝', 'Refused'],
  failed: ['失败', 'Failed'],
  unknown: ['结果不明', 'Unknown'],
  keep: ['聊天内容保留', 'How long messages are kept'],
  keepDays: [(n: string) => `保留 ${n} 天`, (n: string) => `kept ${n} days`],
  keepGood: ['长期保留', 'kept for good'],
  keepLabel: ['保留天数（7 到 3650，0 为长期）', 'Days (7 to 3650, 0 for good)'],
  none: ['还没有客服账号', 'No accounts yet'],
  noneText: ['在管理后台“微信客服”创建账号，并允许应用通过 API 管理，然后点“立即更新”。', 'Make an account under WeChat customer service, let the app manage it by API, then look again.'],
  noGreetings: ['还没有人进入会话', 'Nobody entered yet'],
})

/** WeChat customer service: accounts, greetings, figures, and how long messages are kept. */
export function DeskTab({ corp }: { corp: string }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const name = useStaffName(corp)
  const [editing, setEditing] = useState<Account>()
  const [keeping, keep] = useState(false)
  const [days, setDays] = useState(30)
  const read = may('contacts.read')
  const state = api.useQuery('get', '/wecom/corps/{corp}/desk', { params: { path: { corp } } })
  const accounts = api.useQuery('get', '/wecom/corps/{corp}/desk/accounts', { params: { path: { corp }, query: { limit: 200 } } }, { enabled: read })
  const figures = api.useQuery('get', '/wecom/corps/{corp}/desk/figures', { params: { path: { corp }, query: { days } } }, { enabled: read, placeholderData: (old) => old })
  const welcomes = api.useInfiniteQuery('get', '/wecom/corps/{corp}/desk/welcomes', { params: { path: { corp } } }, { ...byCursor, enabled: read })
  const greeted = useMemo(() => welcomes.data?.pages.flatMap((p) => p.items ?? []) ?? [], [welcomes.data])
  const refresh = api.useMutation('post', '/wecom/corps/{corp}/desk/refresh', { onSuccess: () => { message.success(c.started); void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/wecom/corps/{corp}/desk') }) }, onError: useOops() })
  const account = (id: string) => accounts.data?.items?.find((a) => a.id === id)?.name ?? id
  const time = (s: number | null) => (s === null ? '–' : s < 120 ? t.seconds(num(s)) : t.minutes(num(s / 60, 1)))
  const columns: Column<Account>[] = [
    { key: 'name', title: t.account, width: 150, render: (_, x) => <b>{x.name}</b> },
    { key: 'servicers', title: t.servicers, width: 190, render: (_, x) => <Names of={x.servicers?.flatMap((s) => (s.user ? [s.user] : []))} corp={corp} /> },
    { key: 'greeting', title: t.greeting, width: 300, ellipsis: true, render: (_, x) => x.welcome || <span className="y-faint">{t.noGreeting}</span> },
    { key: 'state', title: c.state, width: 130, render: (_, x) => <State tone={x.gone_at ? 'quiet' : x.revoked || x.problem ? 'bad' : 'good'}>{x.gone_at ? t.gone : x.revoked ? t.revoked : x.problem ? t.failing : t.ok}</State> },
    { key: 'act', title: '', width: 120, render: (_, x) => may('content.write') && !x.gone_at && <Button size="small" onClick={() => setEditing(x)}>{t.edit}</Button> },
  ]
  const count = (key: 'entered' | 'received' | 'replied' | 'sessions' | 'transferred' | 'answered' | 'unanswered' | 'open', width = 90): Column<Figure> => ({ key, title: t[key], width, num: true, render: (_, x) => num(x[key]) })
  const byWho: Column<Figure>[] = [
    { key: 'who', title: t.servicers, width: 170, render: (_, x) => (x.servicer ? name(x.servicer) : <b>{account(x.account)} · {t.whole}</b>) },
    count('entered'), count('received'), count('replied'), count('sessions'), count('transferred'), count('answered'), count('unanswered', 100), count('open'),
    { key: 'median', title: t.median, width: 130, num: true, render: (_, x) => time(x.median_seconds) },
  ]
  const sum = (figures.data?.items ?? []).filter((x) => !x.servicer).reduce((a, x) => ({ entered: a.entered + x.entered, answered: a.answered + x.answered, open: a.open + x.open, unanswered: a.unanswered + x.unanswered }), { entered: 0, answered: 0, open: 0, unanswered: 0 })
  const asked = sum.answered + sum.open + sum.unanswered
  return (
    <div className="y-stack">
      {state.data?.problem && <Alert type="error" showIcon title={state.data.problem} />}
      <Card
        title={t.accounts} flush
        extra={<>{state.data && <Button size="small" type="text" disabled={!may('wecom.write')} onClick={() => keep(true)}>{state.data.keep_days ? t.keepDays(num(state.data.keep_days)) : t.keepGood}</Button>}{state.data?.pulled_at && <span className="y-faint">{t.pulled(ago(state.data.pulled_at))}</span>}{may('wecom.write') && <Button loading={refresh.isPending} onClick={() => refresh.mutate({ params: { path: { corp } } })}>{t.refresh}</Button>}</>}
      >
        <Asked query={accounts}>{(v) => <PlainTable label={t.accounts} rows={v.items ?? []} columns={columns} rowKey="id" empty={<Empty title={t.none}>{t.noneText}</Empty>} />}</Asked>
      </Card>
      <Card title={t.figures} extra={<Select size="small" aria-label={t.span} value={days} onChange={setDays} options={[{ value: 7, label: t.days7 }, { value: 30, label: t.days30 }, { value: 90, label: t.days90 }]} />}>
        <Asked query={figures}>
          {(v) => (
            <div className="y-stack">
              <div className="y-stats">
                <Stat label={t.entered} value={num(sum.entered)} />
                <Stat label={t.rate} value={pct(asked ? sum.answered / asked : null)} />
                <Stat label={t.open} hint={t.openHint} value={num(sum.open)} />
                <Stat label={t.unanswered} value={num(sum.unanswered)} />
              </div>
              <PlainTable label={t.figures} rows={v.items ?? []} columns={byWho} rowKey={(x) => `${x.account} ${x.servicer ?? ''}`} />
            </div>
          )}
        </Asked>
      </Card>
      <Card title={t.greetings} flush>
        <Asked query={welcomes}>
          {() => (
            <PlainTable label={t.greetings} rows={greeted} rowKey="id" height={300} empty={<p className="y-faint" style={{ padding: '0 16px' }}>{t.noGreetings}</p>} columns={[
              { key: 'at', title: c.at, width: 160, render: (_, x) => when(x.entered_at) }, { key: 'account', title: t.account, width: 150, render: (_, x) => account(x.account) },
              { key: 'customer', title: c.customer, width: 150, render: (_, x) => <Who corp={corp} external={x.external_userid} /> },
              { key: 'state', title: c.state, width: 120, render: (_, x) => <State tone={x.state === 'sent' ? 'good' : x.state === 'waiting' || x.state === 'calling' ? 'live' : 'bad'}>{named(t, x.state)}</State> },
              { key: 'reason', title: '', width: 200, dataIndex: 'reason' },
            ]} />
          )}
        </Asked>
        {welcomes.hasNextPage && <Button type="text" block loading={welcomes.isFetchingNextPage} onClick={() => void welcomes.fetchNextPage()}>{c.more}</Button>}
      </Card>
      {editing && <GreetingForm corp={corp} account={editing} onClose={() => setEditing(undefined)} />}
      {keeping && state.data && <KeepForm corp={corp} days={state.data.keep_days} onClose={() => keep(false)} />}
    </div>
  )
}

function GreetingForm({ corp, account, onClose }: { corp: string; account: Account; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const client = useQueryClient()
  const { message } = App.useApp()
  const [text, setText] = useState(account.welcome ?? '')
  const [problem, setProblem] = useState<Problem>()
  const save = api.useMutation('put', '/wecom/corps/{corp}/desk/accounts/{account}/welcome', {
    onSuccess: () => { void client.invalidateQueries({ queryKey: ['get', '/wecom/corps/{corp}/desk/accounts'] }); message.success(c.saved); onClose() }, onError: (thrown: unknown) => setProblem(problemOf(thrown)),
  })
  return (
    <DrawerForm open title={t.editOf(account.name)} size={420} onClose={onClose} onSave={() => save.mutate({ params: { path: { corp, account: account.id } }, body: { text } })} saving={save.isPending} problem={problem}>
      <div className="y-wecom-field" style={{ marginBottom: 16 }}><label htmlFor="desk-text">{t.text}</label><Input.TextArea id="desk-text" autoFocus autoSize={{ minRows: 4 }} value={text} onChange={(e) => setText(e.target.value)} /></div>
      <PhonePreview from={account.name} bubbles={text.trim() ? [{ kind: 'text', text }] : []} />
    </DrawerForm>
  )
}

function KeepForm({ corp, days, onClose }: { corp: string; days: number; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const client = useQueryClient()
  const { message } = App.useApp()
  const [problem, setProblem] = useState<Problem>()
  const [form] = Form.useForm<{ keep_days: number }>()
  const save = api.useMutation('put', '/wecom/corps/{corp}/desk', { onSuccess: () => { void client.invalidateQueries({ queryKey: ['get', '/wecom/corps/{corp}/desk'] }); message.success(c.saved); onClose() }, onError: (thrown: unknown) => setProblem(problemOf(thrown)) })
  return (
    <DrawerForm open title={t.keep} size={420} onClose={onClose} onSave={() => form.submit()} saving={save.isPending} problem={problem}>
      <Form form={form} layout="vertical" initialValues={{ keep_days: days }} onFinish={(body) => save.mutate({ params: { path: { corp } }, body })}>
        <Form.Item name="keep_days" label={t.keepLabel} rules={[{ required: true, message: c.required }]}><InputNumber min={0} max={3650} style={{ width: 160 }} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
