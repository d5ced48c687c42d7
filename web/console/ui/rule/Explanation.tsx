import type { Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { texts, useLang, useText, type Lang } from '@shared/i18n'
import { stageLabel } from './labels'
import { partAt } from './pointer'
import { ruleSentence } from './sentence'
import { useWords } from './words'
import './explanation.css'

const said = texts({
  all: ['满足全部', 'All of these'], any: ['满足任一', 'Any of these'], not: ['不满足下面的条件', 'None of this'], yes: ['满足', 'True'], no: ['不满足', 'False'], nothing: ['没有值', 'no value'],
  observed: [(v: string) => `实际：${v}`, (v: string) => `observed: ${v}`], events: [(v: string) => `起作用的行为：${v}`, (v: string) => `events that count: ${v}`], missed: [(at: string) => `最近一次在 ${at}，已超出时间范围`, (at: string) => `the latest was at ${at}, too long ago`],
})

/** Why a customer matches or not, condition by condition. `rule` is the one that was asked; without it the server's words stand. */
export function Explanation({ why, rule }: { why: Schema<'RuleExplanation'>; rule: unknown }) {
  return <ul className="y-why"><Part why={why} rule={rule} /></ul>
}

function Part({ why, rule }: { why: Schema<'RuleExplanation'>; rule: unknown }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const group = why.kind === 'all' || why.kind === 'any' || why.kind === 'not' ? why.kind : undefined
  const own = partAt(rule, why.pointer)
  return (
    <li>
      <div>
        <span className={why.result ? 'y-why-mark is-true' : 'y-why-mark'} role="img" aria-label={why.result ? t.yes : t.no}>{why.result ? '✓' : '✗'}</span>
        <span>
          {group ? t[group] : own ? ruleSentence(own, lang, words) : lang === 'zh-CN' ? why.text.zh : why.text.en}
          {why.observed !== undefined && !group && <small>{t.observed(shown(why, lang, t.nothing))}</small>}
          {why.events && why.events.length > 0 && <small>{t.events(why.events.map((e) => when(e.at)).join('、'))}</small>}
          {why.missed && <small>{t.missed(when(why.missed.at))}</small>}
        </span>
      </div>
      {why.children && <ul className="y-why">{why.children.map((kid, i) => <Part key={kid.pointer + String(i)} why={kid} rule={rule} />)}</ul>}
    </li>
  )
}

function shown(why: Schema<'RuleExplanation'>, lang: Lang, nothing: string): string {
  const v = why.observed
  if (v === null || v === undefined) return nothing
  if (typeof v === 'number') return num(v, 2)
  return typeof v === 'string' ? (why.kind === 'stage' ? stageLabel(v, lang) : v) : JSON.stringify(v)
}
