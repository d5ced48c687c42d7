import { problemOf } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Tooltip } from 'antd'
import { useState } from 'react'
import { useDrill } from '../../ui/Drill'
import { Card } from '../../ui/PageShell'
import { ruleSentence, useWords, type Rule } from '../../ui/rule'
import { Failure } from '../../ui/states'
import { peopleOf, personOf } from '../../ui/customers'
import { countOf } from './people'
import { useEverybody, type Reach, type usePreview } from './usePreview'
import { channelWords } from '../../ui/words/touch'

const said = texts({
  now: ['现在符合', 'Match now'], people: ['人', 'people'], share: [(p: string) => `占全部客户 ${p}`, (p: string) => `${p} of all customers`], took: [(ms: string) => `精确 · 用时 ${ms} 毫秒`, (ms: string) => `Exact · took ${ms} ms`],
  refused: ['规则有问题，请看条件下的提示。', 'The rule has a fault: see below its conditions.'], counting: ['正在计数…', 'Counting…'], unfinished: ['填完条件后显示人数', 'The count shows when the conditions are finished'], everyone: ['没有条件时包含所有客户', 'Without conditions this is every customer'],
  sample: ['其中一些人', 'Some of them'], all: ['查看全部', 'See all'], nobody: ['没有人符合。试着放宽时间范围或数字。', 'Nobody matches. Try a longer time or a smaller number.'],
  reach: ['其中可触达', 'Can be written to'], reachable: ['至少一个渠道', 'By some channel'], held: ['对照组', 'Held out'], none: ['没有任何渠道', 'No channel'], why: [(held: string, consent: string, full: string) => `对照组 ${held} · 未同意 ${consent} · 额度用完 ${full}`, (held: string, consent: string, full: string) => `held out ${held} · no consent ${consent} · quota used up ${full}`],
  stairs: ['逐条看人数', 'Count step by step'], open: ['展开', 'Show'], stairsHint: ['从第一条开始逐条加上去，看每个条件留下多少人', 'Conditions are added one by one: how many each leaves'],
})

/** Who matches a rule now: how many, which share, who can be reached, some of them, and what each condition leaves. */
export function PreviewPanel({ rule, preview }: { rule: Rule; preview: ReturnType<typeof usePreview> }) {
  const t = useText(said)
  const drill = useDrill()
  const everybody = useEverybody()
  const { whole, count, sample, reach, stale } = preview
  const n = count.data?.count
  const people = sample.data?.items ?? []
  return (
    <aside className="y-audience-side y-stack" aria-label={t.now}>
      <Card>
        <div className="y-audience-count" aria-live="polite">
          <span className="y-faint">{t.now}</span>
          <div className={stale ? 'y-audience-stale' : undefined}>
            <button type="button" className="y-stat-value" disabled={!whole || n === undefined} onClick={() => drill(peopleOf({ rule }, t.now, n))}>{num(n)}</button> <span>{t.people}</span>
          </div>
          {whole && n !== undefined && everybody ? <div className="y-audience-bar" role="img" aria-label={t.share(pct(n / everybody))}><i style={{ width: `${Math.max(n > 0 ? 1 : 0, (n / everybody) * 100)}%` }} /></div> : null}
          <small className="y-faint">
            {!whole ? t.unfinished : count.error ? '' : stale || n === undefined ? t.counting : (
              <>{everybody ? t.share(pct(n / everybody, n / everybody < 0.01 ? 2 : 1)) : ''}<br />{JSON.stringify(rule) === '{"all":[]}' ? t.everyone : t.took(num(count.data?.took_ms, 1))}</>
            )}
          </small>
        </div>
        {whole && count.error && problemOf(count.error).status === 422 ? <p className="y-tone-warn y-audience-note">{t.refused}</p> : whole && count.error ? <Failure compact error={count.error} onRetry={() => void count.refetch()} /> : null}
      </Card>
      {whole && reach.data && <ReachCard reach={reach.data} count={n ?? 0} />}
      {whole && <Stairs rule={rule} />}
      {whole && sample.data && (
        <Card title={t.sample} extra={people.length > 0 && <Button size="small" type="link" onClick={() => drill(peopleOf({ rule }, t.now, n))}>{t.all}</Button>}>
          {people.length === 0 ? <p className="y-faint">{t.nobody}</p> : (
            <ul className="y-people">
              {people.map((c) => {
                const p = personOf(c)
                return <li key={c.id}><Link to={`/customers/${c.id}` as string} target="_blank"><b>{p.name ?? c.id}</b></Link><span className="y-faint">{p.detail}</span></li>
              })}
            </ul>
          )}
        </Card>
      )}
    </aside>
  )
}

function ReachCard({ reach, count }: { reach: Reach; count: number }) {
  const t = useText(said)
  const c = useText(channelWords)
  return (
    <Card title={t.reach}>
      <div className="y-audience-reach"><span>{t.reachable}</span><b>{num(reach.reachable)}</b><small className="y-faint">{count > 0 ? pct(reach.reachable / count) : ''}</small></div>
      {reach.channels.map((x) => (
        <Tooltip key={x.channel} title={t.why(num(x.held_out), num(x.no_consent), num(x.full))}>
          <div className="y-audience-reach" tabIndex={0}><span>{named(c, x.channel)}</span><b>{num(x.reachable)}</b><small className="y-faint">{count > 0 ? pct(x.reachable / count) : ''}</small></div>
        </Tooltip>
      ))}
      <div className="y-audience-reach"><span>{t.none}</span><b>{num(reach.unreachable)}</b><small className="y-faint">{count > 0 ? pct(reach.unreachable / count) : ''}</small></div>
    </Card>
  )
}

/** How many are left as the conditions of a rule are added one by one. */
function Stairs({ rule }: { rule: Rule }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const [shown, show] = useState(false)
  const parts = Array.isArray(rule.all) ? (rule.all as Rule[]) : []
  const steps = shown ? parts.slice(0, 10).map((_, i) => ({ all: parts.slice(0, i + 1) })) : []
  const counts = useQueries({ queries: steps.map((step) => ({ queryKey: ['audience-preview', JSON.stringify(step)], queryFn: ({ signal }: { signal: AbortSignal }) => countOf(step, signal), staleTime: 15_000, retry: false })) })
  if (parts.length < 2) return null
  const most = Math.max(1, ...counts.map((c) => c.data?.count ?? 0))
  return (
    <Card title={t.stairs} extra={!shown && <Button size="small" onClick={() => show(true)}>{t.open}</Button>}>
      {!shown ? <p className="y-faint y-audience-note">{t.stairsHint}</p> : (
        <ol className="y-audience-stairs">
          {steps.map((_, i) => (
            <li key={i}>
              <span>{ruleSentence(parts[i], lang, words)}</span><b>{num(counts[i]?.data?.count)}</b>
              <div className="y-audience-bar"><i style={{ width: `${((counts[i]?.data?.count ?? 0) / most) * 100}%` }} /></div>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
