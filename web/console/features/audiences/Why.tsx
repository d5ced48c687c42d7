import { api, type Schema } from '@shared/api/client'
import { exactly, num, when } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { MomentPicker } from '../../ui/MomentPicker'
import { Card, Columns, State } from '../../ui/PageShell'
import { CustomerPicker } from '../../ui/pickers'
import { ruleSentence, stageLabel, useWords } from '../../ui/rule'
import { Asked, Empty } from '../../ui/states'
import { at as partAt } from './pointer'
import { causes } from './words'

const said = texts({
  customer: ['客户', 'Customer'], at: ['时间点', 'Moment'], now: ['现在', 'Now'], choose: ['选一位客户，看他为什么在或不在', 'Choose a customer to see why they are in or out'], chooseText: ['逐条列出每个条件是否满足、实际的数值和起作用的行为；也可以回看过去任一时刻。', 'Each condition is shown with its result, what was observed and the events that decided; past moments too.'],
  in: ['在人群中', 'In the audience'], out: ['不在人群中', 'Not in the audience'], conditions: ['逐条检查', 'Condition by condition'], history: ['进出记录', 'Entries and exits'], none: ['没有进出过', 'Never entered or left'], entered: ['进入', 'Entered'], left: ['离开', 'Left'], version: [(v: number) => `规则 v${v}`, (v: number) => `rule v${v}`],
  next: [(at: string) => `如果什么都不发生，最早会在 ${at} 变化`, (at: string) => `If nothing happens it changes at ${at} at the earliest`], observed: [(v: string) => `实际：${v}`, (v: string) => `observed: ${v}`], events: [(n: string) => `起作用的行为：${n}`, (n: string) => `events that count: ${n}`], missed: [(at: string) => `最近一次在 ${at}，已超出时间范围`, (at: string) => `the latest was at ${at}, too long ago`],
  all: ['满足全部', 'All of these'], any: ['满足任一', 'Any of these'], not: ['不满足下面的条件', 'None of this'], yes: ['满足', 'True'], no: ['不满足', 'False'], nothing: ['没有值', 'no value'],
})

/** Why a customer is in an audience or not, now or at a past moment. */
export function Why({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const { customer, at } = useSearch({ from: '/shell/audiences/$id' })
  const go = useNavigate({ from: '/audiences/$id' })
  const set = (next: { customer?: string; at?: string }) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  return (
    <>
      <div className="y-rowline">
        <label>{t.customer} <CustomerPicker style={{ width: 280 }} value={customer} onChange={(id) => set({ customer: id })} /></label>
        <label>{t.at} <MomentPicker placeholder={t.now} aria-label={t.at} value={at} only="past" onChange={(moment) => set({ at: moment })} style={{ width: 200 }} /></label>
      </div>
      {customer ? <Answer audience={a} customer={customer} at={at} /> : <Card><Empty title={t.choose}>{t.chooseText}</Empty></Card>}
    </>
  )
}

function Answer({ audience: a, customer, at }: { audience: Schema<'Audience'>; customer: string; at?: string }) {
  const t = useText(said)
  const c = useText(causes)
  const asked = api.useQuery('get', '/audiences/{id}/explain', { params: { path: { id: a.id }, query: { customer, at } } }, { retry: false })
  return (
    <Asked query={asked}>
      {(e) => (
        <Columns min={340}>
          <Card title={t.conditions} extra={<><Link to={`/customers/${customer}` as string}>{customer}</Link><State tone={e.member ? 'good' : 'bad'}>{e.member ? t.in : t.out}</State><span className="y-faint">{when(e.at)}</span></>}>
            <ul className="y-audience-why"><Part why={e.why} rule={e.version === a.version ? a.rule : undefined} /></ul>
            {e.next_change && <p className="y-faint" style={{ margin: '10px 0 0' }}>{t.next(exactly(e.next_change))}</p>}
          </Card>
          <Card title={t.history}>
            {e.transitions.length === 0 ? <p className="y-faint" style={{ margin: 0 }}>{t.none}</p> : (
              <ul className="y-people" style={{ margin: 0 }}>
                {e.transitions.map((x) => <li key={x.at + String(x.entered)}><span><State tone={x.entered ? 'good' : 'quiet'}>{x.entered ? t.entered : t.left}</State> {exactly(x.at)}</span><span className="y-faint">{named(c, x.cause)} · {t.version(x.version)}</span></li>)}
              </ul>
            )}
          </Card>
        </Columns>
      )}
    </Asked>
  )
}

function Part({ why, rule }: { why: Schema<'RuleExplanation'>; rule: unknown }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const group = why.kind === 'all' || why.kind === 'any' || why.kind === 'not'
  const own = partAt(rule, why.pointer)
  const text = group ? named(t, why.kind) : own ? ruleSentence(own, lang, words) : lang === 'zh-CN' ? why.text.zh : why.text.en
  return (
    <li>
      <div>
        <span className={`y-audience-mark y-audience-mark-${why.result ? 'yes' : 'no'}`} role="img" aria-label={why.result ? t.yes : t.no}>{why.result ? '✓' : '✗'}</span>
        <span>
          {text}
          {why.observed !== undefined && !group && <small>{t.observed(shown(why, lang, t.nothing))}</small>}
          {why.events && why.events.length > 0 && <small>{t.events(why.events.map((e) => when(e.at)).join('、'))}</small>}
          {why.missed && <small>{t.missed(when(why.missed.at))}</small>}
        </span>
      </div>
      {why.children && <ul className="y-audience-why">{why.children.map((kid, i) => <Part key={kid.pointer + String(i)} why={kid} rule={rule} />)}</ul>}
    </li>
  )
}

function shown(why: Schema<'RuleExplanation'>, lang: 'zh-CN' | 'en-US', nothing: string): string {
  const v = why.observed
  if (v === null || v === undefined) return nothing
  if (typeof v === 'number') return num(v, 2)
  return typeof v === 'string' ? (why.kind === 'stage' ? stageLabel(v, lang) : v) : JSON.stringify(v)
}
