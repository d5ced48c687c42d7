import { api, call, must, type Schema } from '@shared/api/client'
import { num, pct, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Alert, App, Button } from 'antd'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { bubbles } from '../../ui/message/message'
import { Card, Facts, PageShell, Stat, State } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { Bar } from './kit'
import { useVisible } from './moment'
import { useMomentStaff } from './momentStaff'
import { momentWords, reasonOf, reasonWords, sendTone } from './words'

const said = texts({
  asked: ['被请求的员工', 'Staff asked'], published: ['已发表', 'Published'], not: ['未发表', 'Not published'], likes: ['点赞', 'Likes'], comments: ['评论', 'Comments'], ofCustomers: ['只算客户', 'customers only'], staff: ['员工', 'Staff'], state: ['状态', 'State'], by: ['按员工', 'By member of staff'],
  to: ['谁能看到', 'Who sees it'], starts: ['派发', 'Handed out'], made: ['平台创建', 'Made at the platform'], until: ['跟踪到', 'Followed until'], reason: ['说明', 'Note'], created: ['创建', 'Created'], edit: ['编辑', 'Edit'], clone: ['复制一份', 'Copy'], send: ['派发给员工', 'Hand to staff'], stop: ['停止', 'Stop'], remove: ['删除草稿', 'Delete draft'],
  stopSure: ['停止这条朋友圈？', 'Stop this moment?'], stopNote: [(n: string) => `${n} 名还没发表的员工不再需要发表。已发表的不会删除。`, (n: string) => `${n} members who have not published it are asked no more. What is published stays.`], removeSure: ['删除这个草稿？', 'Delete this draft?'], sure: ['派发给员工？', 'Hand it to staff?'],
  sureNote: [(who: string) => `可见范围：${who}。`, (who: string) => `Seen by: ${who}.`], stopped: ['已停止', 'Stopped'], gone: ['草稿已删除', 'Draft deleted'], sent: ['已派发', 'Handed out'], invalid: [(n: string) => `企业微信去掉了 ${n} 个无效的员工、部门或标签`, (n: string) => `WeCom left out ${n} staff, departments or tags`],
  none: ['还没有员工被请求', 'Nobody is asked yet'], after: ['派发并由平台创建后，这里显示每名员工是否发表。', 'Once it is made at the platform, each member’s state shows here.'],
})

const route = getRouteApi('/shell/moments/$id')

/** One moment: who was asked, who published it, what customers did. */
export function MomentPage() {
  const { id } = route.useParams()
  const moment = api.useQuery('get', '/moments/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (['scheduled', 'attempting', 'unknown', 'making', 'publishing'].includes(q.state.data?.state ?? '') ? 8000 : false) })
  return <Asked query={moment}>{(m) => <One moment={m} />}</Asked>
}

function One({ moment: m }: { moment: Schema<'Moment'> }) {
  const t = useText(said)
  const states = useText(momentWords)
  const reasons = useText(reasonWords)
  const staff = useMomentStaff(m)
  const name = useStaffName(m.corp)
  const visible = useVisible(m.corp)
  const p = staff.data
  const invalid = (m.invalid.staff?.length ?? 0) + (m.invalid.departments?.length ?? 0) + (m.invalid.tags?.length ?? 0)
  return (
    <PageShell title={m.name} back="/moments" extra={<State tone={sendTone(m.state)}>{named(states, m.state)}</State>} actions={<Actions moment={m} open={(p?.asked ?? 0) - (p?.published ?? 0)} />}>
      {invalid > 0 && <Alert type="warning" showIcon title={t.invalid(num(invalid))} />}
      {p && (
        <div className="y-stats">
          <Stat label={t.asked} value={num(p.asked)} /><Stat label={t.published} value={num(p.published)} note={p.asked > 0 && pct(p.published / p.asked, 0)} />
          <Stat label={t.likes} value={num(p.likes)} note={t.ofCustomers} /><Stat label={t.comments} value={num(p.comments)} note={t.ofCustomers} />
        </div>
      )}
      <div className="y-outreach-edit">
        <div className="y-outreach-part">
          <Card title={t.by}>
            {!p?.asked ? <Empty title={t.none}>{t.after}</Empty> : (
              <>
                <Bar parts={[{ tone: 'good', name: t.published, count: p.published }, { tone: 'live', name: t.not, count: p.asked - p.published }]} />
                <PlainTable
                  label={t.by} rows={p.staff} rowKey="staff" height={420}
                  columns={[
                    { key: 'staff', title: t.staff, width: 140, render: (_, s) => name(s.staff) }, { key: 'state', title: t.state, width: 120, render: (_, s) => <State tone={s.published ? 'good' : 'warn'}>{s.published ? t.published : t.not}</State> },
                    { key: 'likes', title: t.likes, width: 80, num: true, sorter: (a, b) => a.likes - b.likes, render: (_, s) => num(s.likes) }, { key: 'comments', title: t.comments, width: 90, num: true, sorter: (a, b) => a.comments - b.comments, render: (_, s) => num(s.comments) },
                  ]}
                />
              </>
            )}
          </Card>
          <Card>
            <Facts items={[[t.to, visible(m.visible)], [t.starts, when(m.scheduled_at)], [t.made, when(m.published_at)], [t.until, when(m.watch_until)], [t.created, when(m.created_at)], Boolean(m.reason) && [t.reason, reasonOf(reasons, m.reason)]]} />
          </Card>
        </div>
        <aside className="y-outreach-side"><PhonePreview moment bubbles={bubbles(m.content)} /></aside>
      </div>
    </PageShell>
  )
}

function Actions({ moment: m, open }: { moment: Schema<'Moment'>; open: number }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const go = route.useNavigate()
  const visible = useVisible(m.corp)
  const { message } = App.useApp()
  if (!may('outreach.write')) return null
  const params = { path: { id: m.id } }
  const after = async (answer: Promise<unknown>, words: string) => { await answer; await client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/moments') }); message.success(words) }
  return (
    <>
      <Link to={'/moments/new' as string} search={{ from: m.id } as never}><Button>{t.clone}</Button></Link>
      {m.state === 'draft' && (
        <>
          <Button danger onClick={() => sure({ title: t.removeSure, danger: true, ok: t.remove, go: async () => { await after(must(call.DELETE('/moments/{id}', { params })), t.gone); void go({ to: '/moments' } as never) } })}>{t.remove}</Button>
          <Link to={'/moments/new' as string} search={{ edit: m.id } as never}><Button>{t.edit}</Button></Link>
          <Button type="primary" onClick={() => sure({ title: t.sure, content: t.sureNote(visible(m.visible)), ok: t.send, go: () => after(must(call.POST('/moments/{id}/schedule', { params })), t.sent) })}>{t.send}</Button>
        </>
      )}
      {['scheduled', 'publishing'].includes(m.state) && <Button danger onClick={() => sure({ title: t.stopSure, content: t.stopNote(num(open)), danger: true, ok: t.stop, go: () => after(must(call.POST('/moments/{id}/stop', { params })), t.stopped) })}>{t.stop}</Button>}
    </>
  )
}
