import { api, byCursor, type Schema } from '@shared/api/client'
import { exactly, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Stat, State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { appWords, common } from './words'

type Callback = Schema<'InboxWireCallback'>

const said = texts({
  title: ['回调记录', 'Callbacks'],
  pending: ['待处理', 'Pending'],
  done: ['已处理', 'Done'],
  ignored: ['已忽略', 'Ignored'],
  dead: ['处理失败', 'Given up'],
  pending_note: ['排队中', 'In the queue'],
  done_note: ['已生效', 'In effect'],
  ignored_note: ['真实但用不到', 'Authentic, not needed'],
  dead_note: ['可以重试', 'Can be retried'],
  event: ['事件', 'Event'],
  app: ['应用', 'App'],
  attempts: ['次数', 'Tries'],
  reason: ['原因', 'Reason'],
  retry: ['重试', 'Try again'],
  retried: ['已重新处理', 'Processed once more'],
  none: ['还没有收到回调', 'No callbacks yet'],
  noneText: ['在管理后台“接收消息”里填好回调地址并保存，客户一有动静就会出现在这里。', 'Enter the callback address under Receive Messages; events appear here at once.'],
  add_external_contact: ['添加客户', 'Contact added'],
  add_half_external_contact: ['客户添加（待确认）', 'Contact half added'],
  edit_external_contact: ['修改客户', 'Contact edited'],
  del_external_contact: ['员工删除客户', 'Member deleted a customer'],
  del_follow_user: ['客户删除员工', 'Customer left'],
  transfer_fail: ['接替失败', 'Transfer failed'],
  create: ['创建', 'created'],
  update: ['变更', 'changed'],
  dismiss: ['解散', 'dismissed'],
  delete: ['删除', 'deleted'],
  change_external_chat: ['客户群', 'Group'],
  change_external_tag: ['企业标签', 'Corp tag'],
  change_contact: ['通讯录', 'Directory'],
  kf_msg_or_event: ['客服消息', 'Customer service message'],
})

/** What WeCom told, newest first, with what was given up. */
export function CallbacksTab({ corp, state, set }: { corp: string; state?: Callback['state']; set: (next: { state?: Callback['state'] }) => void }) {
  const t = useText(said)
  const c = useText(common)
  const w = useText(appWords)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const counts = api.useQuery('get', '/wecom/callbacks/counts', {}, { refetchInterval: 10_000 })
  const by = (counts.data ?? {}) as Record<string, number>
  const list = api.useInfiniteQuery('get', '/wecom/callbacks', { params: { query: { corp, state } } }, byCursor)
  const retry = api.useMutation('post', '/wecom/callbacks/{id}/retry', { onSuccess: () => { message.success(t.retried); void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/wecom/callbacks') }) }, onError: useOops() })
  const event = (e: string) => e.split('/').map((part, i, all) => (i === 0 && all.length > 1 && part === 'change_external_contact' ? '' : named(t, part))).filter(Boolean).join(' · ')
  const columns: Column<Callback>[] = [
    { key: 'at', title: c.at, width: 170, always: true, render: (_, x) => <Tooltip title={exactly(x.received_at)}>{when(x.received_at)}</Tooltip> },
    { key: 'event', title: t.event, width: 260, render: (_, x) => <Tooltip title={x.event}>{event(x.event)}</Tooltip> },
    { key: 'app', title: t.app, width: 150, render: (_, x) => named(w, x.app) },
    { key: 'state', title: c.state, width: 120, render: (_, x) => <State tone={x.state === 'done' ? 'good' : x.state === 'dead' ? 'bad' : x.state === 'pending' ? 'live' : 'quiet'}>{t[x.state]}</State> },
    { key: 'attempts', title: t.attempts, width: 80, num: true, render: (_, x) => num(x.attempts) },
    { key: 'reason', title: t.reason, width: 240, dataIndex: 'reason' },
    { key: 'act', title: '', width: 90, always: true, render: (_, x) => x.state === 'dead' && may('wecom.write') && <Button size="small" onClick={() => retry.mutate({ params: { path: { id: x.id } } })}>{t.retry}</Button> },
  ]
  return (
    <>
      <div className="y-stats">
        {(['done', 'pending', 'ignored', 'dead'] as const).map((k) => <Stat key={k} label={t[k]} value={num(by[k] ?? 0)} note={t[`${k}_note`]} onOpen={() => set({ state: state === k ? undefined : k })} />)}
      </div>
      <QueryTable id="callbacks" label={t.title} query={list} columns={columns} rowKey="id" toolbar={state && <Button size="small" onClick={() => set({ state: undefined })}>{t[state]} ×</Button>} empty={state ? <NoMatch onClear={() => set({ state: undefined })} /> : <Empty title={t.none}>{t.noneText}</Empty>} />
    </>
  )
}
