import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Button, Select, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { FilterBar } from '../../ui/FilterBar'
import { PageShell, State } from '../../ui/PageShell'
import { CorpPicker } from '../../ui/pickers'
import { QueryTable } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { Bar } from './kit'
import { useVisible } from './moment'
import { useMomentStaff } from './momentStaff'
import { momentWords, sendTone } from './words'

const said = texts({
  title: ['朋友圈', 'Moments'], lead: ['写好内容，员工在手机上确认后发到自己的朋友圈；点赞和评论会跟踪 14 天。', 'Staff publish what you write in their Moments; likes and comments are followed for 14 days.'], add: ['新建朋友圈', 'New moment'], state: ['状态', 'State'], name: ['名称', 'Name'], text: ['内容', 'Content'],
  to: ['谁能看到', 'Who sees it'], published: ['员工发表', 'Published'], likes: ['点赞', 'Likes'], comments: ['评论', 'Comments'], when: ['时间', 'When'], not: ['未发表', 'Not published'], done: ['已发表', 'Published'], empty: ['还没有朋友圈', 'No moments yet'],
  about: ['一条内容，多名员工一起发到各自的朋友圈，按员工、部门或标签控制谁能看到。', 'One content that many members publish; choose who sees it by staff, department or tag.'], pictures: [(n: string) => `${n} 个附件`, (n: string) => `${n} attachments`], draft: ['未安排', 'Not scheduled'],
})

const route = getRouteApi('/shell/moments')

/** All moments with how many of the staff have published them. */
export function MomentsPage() {
  const t = useText(said)
  const states = useText(momentWords)
  const may = useMay()
  const search = route.useSearch()
  const go = route.useNavigate()
  const list = api.useInfiniteQuery('get', '/moments', { params: { query: { state: search.state as Schema<'Moment'>['state'] | undefined, corp: search.corp, limit: 50 } } }, { ...byCursor, refetchInterval: 15_000 })
  const filtered = Boolean(search.state || search.corp)
  const clear = () => void go({ search: {}, replace: true })
  const add = may('outreach.write') && <Link to="/moments/new"><Button type="primary" icon={<PlusOutlined />}>{t.add}</Button></Link>
  return (
    <PageShell title={t.title} lead={t.lead} fill actions={add}>
      <FilterBar active={filtered} onReset={clear}>
        <Select
          allowClear placeholder={t.state} aria-label={t.state} style={{ width: 150 }} value={search.state} onChange={(state?: string) => void go({ search: (s) => ({ ...s, state }), replace: true })}
          options={Object.keys(momentWords).map((s) => ({ value: s, label: named(states, s) }))}
        />
        <CorpPicker value={search.corp} allowClear onChange={(corp) => void go({ search: (s) => ({ ...s, corp }), replace: true })} />
      </FilterBar>
      <QueryTable
        id="moments" label={t.title} query={list} rowKey="id" onOpen={(row) => void go({ to: '/moments/$id', params: { id: row.id } } as never)}
        empty={filtered ? <NoMatch onClear={clear} /> : <Empty title={t.empty} action={add}>{t.about}</Empty>}
        columns={[
          { key: 'name', title: t.name, width: 180, always: true, render: (_, m) => <Link to={`/moments/${m.id}` as string}>{m.name}</Link> },
          { key: 'state', title: t.state, width: 130, render: (_, m) => <State tone={sendTone(m.state)}>{named(states, m.state)}</State> },
          { key: 'text', title: t.text, width: 260, render: (_, m) => <span title={m.content.text}>{m.content.text}{m.content.attachments?.length ? <span className="y-faint"> · {t.pictures(num(m.content.attachments.length))}</span> : null}</span> },
          { key: 'to', title: t.to, width: 200, render: (_, m) => <Visible moment={m} /> },
          { key: 'bar', title: t.published, width: 160, render: (_, m) => <Published moment={m} /> },
          { key: 'likes', title: t.likes, width: 80, num: true, render: (_, m) => <Sum moment={m} of="likes" /> },
          { key: 'comments', title: t.comments, width: 90, num: true, render: (_, m) => <Sum moment={m} of="comments" /> },
          { key: 'when', title: t.when, width: 130, render: (_, m) => (m.state === 'draft' ? <span className="y-faint">{t.draft}</span> : <Tooltip title={exactly(m.published_at ?? m.scheduled_at)}>{ago(m.published_at ?? m.scheduled_at ?? m.created_at)}</Tooltip>) },
        ]}
      />
    </PageShell>
  )
}

function Visible({ moment: m }: { moment: Schema<'Moment'> }) {
  return <>{useVisible(m.corp)(m.visible)}</>
}

function Published({ moment: m }: { moment: Schema<'Moment'> }) {
  const t = useText(said)
  const p = useMomentStaff(m)
  if (!p.data?.asked) return <span className="y-faint">–</span>
  return <span className="y-outreach-progress"><Bar parts={[{ tone: 'good', name: t.done, count: p.data.published }, { tone: 'live', name: t.not, count: p.data.asked - p.data.published }]} /><small>{num(p.data.published)} / {num(p.data.asked)}</small></span>
}

function Sum({ moment: m, of }: { moment: Schema<'Moment'>; of: 'likes' | 'comments' }) {
  const n = useMomentStaff(m).data?.[of]
  return n ? <>{num(n)}</> : <span className="y-faint">–</span>
}
