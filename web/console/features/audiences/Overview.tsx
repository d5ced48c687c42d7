import { type Schema } from '@shared/api/client'
import { ago, exactly, num, pct } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Progress, Tooltip } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Columns, Facts, Stat } from '../../ui/PageShell'
import { ruleSentence, useWords, type Rule } from '../../ui/rule'
import { peopleOf } from '../../ui/customers'
import { ReachStats } from './ReachStats'
import { Trend } from './Trend'
import { useEverybody } from './usePreview'
import { useUsers } from './useUsers'

const said = texts({
  count: ['现在人数', 'People now'], share: ['占全部客户', 'Of all customers'], rule: ['谁在里面', 'Who is in it'], used: ['被这些地方使用', 'Used by'], unused: ['还没有被使用。可以拿它群发、触发 SOP，或在其他人群里引用。', 'Nothing uses it yet. Send to it, let it trigger a playbook, or name it in another audience.'],
  about: ['基本信息', 'About'], version: ['规则版本', 'Version of the rule'], live: [(v: string) => `生效中：v${v}`, (v: string) => `in force: v${v}`], changed: ['最近修改', 'Changed'], created: ['创建', 'Created'], id: ['编号', 'Id'], complete: ['数据完整到', 'Exact up to'], building: ['正在构建', 'Being built'], failed: ['构建失败', 'The build failed'],
})

/** The count of an audience with its course, its rule in words, who can be reached, and what uses it. */
export function Overview({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const drill = useDrill()
  const everybody = useEverybody()
  const users = useUsers()(a.id)
  return (
    <>
      {a.state !== 'live' && <Card title={a.build_error ? t.failed : t.building}><Progress percent={Math.round(a.progress * 100)} status={a.build_error ? 'exception' : 'active'} aria-label={t.building} />{a.build_error && <p className="y-tone-bad">{a.build_error}</p>}</Card>}
      <div className="y-stats">
        <Stat label={t.count} value={num(a.count)} onOpen={() => drill(peopleOf({ audience: a.id }, a.name, a.count))} />
        <Stat label={t.share} value={everybody ? pct(a.count / everybody, 2) : '–'} />
        <ReachStats id={a.id} count={a.count} />
      </div>
      <Card title={t.rule}><p className="y-audience-sentence" style={{ margin: 0 }}>{ruleSentence(a.rule, lang, words)}</p></Card>
      <Columns min={380}>
        <Card><Trend rule={a.rule as Rule} now={a.count} /></Card>
        <div className="y-stack">
          <Card title={t.used}>
            {users.length === 0 ? <p className="y-faint" style={{ margin: 0 }}>{t.unused}</p> : <ul className="y-people" style={{ margin: 0 }}>{users.map((u) => <li key={u.to + u.name}><Link to={u.to as string}><b>{u.name}</b></Link><span className="y-faint">{u.kind}</span></li>)}</ul>}
          </Card>
          <Card title={t.about}>
            <Facts items={[
              [t.version, <>v{a.version} {a.live_version > 0 && a.live_version !== a.version && <span className="y-faint">{t.live(String(a.live_version))}</span>}</>],
              [t.complete, exactly(a.complete_to)],
              [t.changed, <Tooltip title={exactly(a.updated_at)}><span>{ago(a.updated_at)}</span></Tooltip>],
              [t.created, exactly(a.created_at)],
              [t.id, <code>{a.id}</code>],
            ]}
            />
          </Card>
        </div>
      </Columns>
    </>
  )
}
