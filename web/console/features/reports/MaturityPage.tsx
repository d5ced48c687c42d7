import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, num, pct, when } from '@shared/format'
import { lang, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { App, Button, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { placeOf } from '../../app/nav'
import { Card, Columns, Hint, PageShell, State } from '../../ui/PageShell'
import { Asked, Empty } from '../../ui/states'
import { MaturityForm } from './MaturityForm'
import { whereTo } from './maturityLinks'
import { Plot } from './Plot'
import './reports.css'
import { usePatch } from './search'
import { cap } from './words'

const route = getRouteApi('/shell/reports/maturity')

const said = texts({
  title: ['成熟度自评', 'Maturity'], lead: ['八个维度 33 题，涉及数字的题先用你自己近 90 天的数据作答；得到分数、短板和接下来该做的事。', '33 questions in eight areas. Those about numbers are answered from your own last 90 days; you get a score, the weak spots and what to do next.'],
  hint: ['每题 0–4 分；维度得分是各题平均（满分 100），总分是各维度平均。档位边界是本产品自己的经验值，不是行业基准。', 'Each answer is 0 to 4; an area is the mean as percent, the whole the mean of areas. The edges are this product’s own, no benchmark.'],
  begin: ['开始自评', 'Begin'], again: ['重新自评', 'Assess again'], none: ['还没有做过自评', 'Not assessed yet'], noneLead: ['大约 10 分钟。涉及数字的题系统已经替你答好，你可以改。', 'About ten minutes. Questions about numbers are answered already; you may say otherwise.'],
  reading: ['结论', 'What this says'], say: [(score: string, level: string, weak: string, weakScore: string) => `总分 ${score}，处于“${level}”。最弱的是“${weak}”（${weakScore} 分），先做下面的前几步。`, (score: string, level: string, weak: string, weakScore: string) => `${score} points, “${level}”. The weakest area is “${weak}” (${weakScore}): begin with the first steps below.`],
  score: ['总分', 'Score'], level: [(n: number, name: string) => `第 ${n} 级 · ${name}`, (n: number, name: string) => `Level ${n} · ${name}`], areas: ['各维度得分', 'Score by area'], plan: ['下一步', 'Next steps'], effect: [(s: string) => `预期：${s}`, (s: string) => `Effect: ${s}`], go: [(s: string) => `去「${s}」`, (s: string) => `Go to ${s}`],
  history: ['历次结果', 'History'], at: ['时间', 'When'], now: ['当前显示', 'shown'], evidence: [(v: string, days: number) => `近 ${days} 天实际 ${v}`, (v: string, days: number) => `${v} in the last ${days} days`], saved: ['已生成评估与计划', 'Assessed'], show: ['查看', 'Show'], answered: [(n: string) => `已答 ${n} 题`, (n: string) => `${n} answered`],
})

const pickLang = (zh: string, en: string) => (lang() === 'zh-CN' ? zh : cap(en))

/** The self-assessment: the newest result with its plan, earlier ones, and the questionnaire. */
export function MaturityPage() {
  const t = useText(said)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const list = api.useInfiniteQuery('get', '/insight/maturity', {}, byCursor)
  const done = (a: Schema<'MaturityAssessment'>) => { void client.invalidateQueries({ queryKey: ['get', '/insight/maturity'] }); message.success(t.saved); patch({ edit: undefined, id: a.id }) }
  const begin = may('insight.write') && <Button type="primary" onClick={() => patch({ edit: true })}>{list.data?.pages[0]?.items.length ? t.again : t.begin}</Button>
  const items = list.data?.pages.flatMap((p) => p.items) ?? []
  const shown = items.find((x) => x.id === search.id) ?? items[0]
  return (
    <PageShell title={t.title} lead={t.lead} extra={<Hint>{t.hint}</Hint>} actions={!search.edit && begin}>
      {search.edit ? <MaturityForm before={shown?.answers} onDone={done} onCancel={() => patch({ edit: undefined })} /> : (
        <Asked query={list}>{() => (shown ? <Result a={shown} all={items} onShow={(id) => patch({ id })} /> : <Card><Empty title={t.none} action={begin}>{t.noneLead}</Empty></Card>)}</Asked>
      )}
    </PageShell>
  )
}

function Result({ a, all, onShow }: { a: Schema<'MaturityAssessment'>; all: Schema<'MaturityAssessment'>[]; onShow: (id: string) => void }) {
  const t = useText(said)
  const weak = [...a.scores].filter((s) => s.answered > 0).sort((x, y) => x.score - y.score)[0]
  const byTime = [...all].reverse()
  return (
    <div className="y-reports-content">
      {weak && <p className="y-reports-reading"><b>{t.reading}</b><span>{t.say(num(a.score), pickLang(a.level_zh, a.level_en), pickLang(weak.zh, weak.en), num(weak.score))}</span></p>}
      <Columns min={420}>
        <Card title={t.score}>
          <div style={{ fontSize: 40, fontWeight: 600, lineHeight: 1.2 }}>{num(a.score)}<span className="y-faint" style={{ fontSize: 16 }}> / 100</span></div>
          <State tone={a.level >= 4 ? 'good' : a.level >= 3 ? 'live' : 'warn'}>{t.level(a.level, pickLang(a.level_zh, a.level_en))}</State>
          <p className="y-faint"><Tooltip title={when(a.created_at)}><span>{ago(a.created_at)}</span></Tooltip> · {t.answered(num(Object.keys(a.answers).length))}</p>
        </Card>
        <Card title={t.areas}>
          <div className="y-reports-bars">
            {a.scores.map((s) => <div key={s.dimension}><span>{pickLang(s.zh, s.en)}</span><span className="y-reports-track" role="img" aria-label={`${pickLang(s.zh, s.en)} ${num(s.score)}`}><span style={{ width: `${s.score}%`, background: s.score < 40 ? 'var(--y-bad)' : s.score < 60 ? 'var(--y-warn)' : 'var(--y-primary)' }} /></span><b>{num(s.score)}</b></div>)}
          </div>
        </Card>
      </Columns>
      <Card title={t.plan}>
        <ol className="y-reports-plan">
          {a.plan.map((s, i) => (
            <li key={s.question}>
              <i>{i + 1}</i>
              <div><b>{pickLang(s.do_zh, s.do_en)}</b><small>{pickLang(s.why_zh, s.why_en)}{s.evidence && ` · ${t.evidence(value(s.evidence), s.evidence.days)}`}</small><small>{t.effect(pickLang(s.effect_zh, s.effect_en))}</small></div>
              <div className="y-rowline">{whereTo(s).map((x) => { const place = placeOf(x.to)?.place; return place && <Link key={x.to + JSON.stringify(x.search)} to={x.to as string} search={(x.search ?? {}) as never}><Button size="small">{t.go(pickLang(place.zh, place.en))}</Button></Link> })}</div>
            </li>
          ))}
        </ol>
      </Card>
      <Card>
        {byTime.length > 1 && <Plot title={t.history} unit={t.score} first={t.at} x={byTime.map((x) => when(x.created_at))} series={[{ name: t.score, values: byTime.map((x) => x.score) }]} format={(n) => num(n)} height={200} onPick={(_, i) => { const x = byTime[i]; if (x) onShow(x.id) }} />}
        {byTime.length === 1 && <b>{t.history}</b>}
        <div className="y-rowline" style={{ marginTop: 8 }}>{all.map((x) => <Button key={x.id} size="small" type={x.id === a.id ? 'primary' : 'default'} onClick={() => onShow(x.id)}>{when(x.created_at)} · {num(x.score)}</Button>)}</div>
      </Card>
    </div>
  )
}

/** What a number of the brand says. Shares are below one and have a denominator. */
export function value(e: Schema<'MaturityEvidence'>): string {
  return e.denominator != null && e.value <= 1 ? `${pct(e.value)} (${num(e.numerator)} ÷ ${num(e.denominator)})` : num(e.value, 2)
}
