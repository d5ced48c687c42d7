import { api, type Schema } from '@shared/api/client'
import { exactly, num, when } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { State } from '../../ui/PageShell'
import { AudiencePicker } from '../../ui/pickers'
import { stageLabel } from '../../ui/rule/labels'
import { ruleSentence } from '../../ui/rule/sentence'
import { useWords } from '../../ui/rule/words'
import { Asked } from '../../ui/states'
import { partAt } from './filter'

const said = texts({
  none: ['现在不在任何人群里', 'In no audience now'], why: ['为什么', 'Why'], less: ['收起', 'Close'], people: [(n: string) => `${n} 人`, (n: string) => `${n} people`], ask: ['为什么不在某个人群里？', 'Why not in another audience?'], choose: ['选择人群', 'Choose an audience'],
  in: ['在人群中', 'In it'], out: ['不在人群中', 'Not in it'], since: [(at: string) => `${at} 进入`, (at: string) => `since ${at}`], next: [(at: string) => `什么都不发生的话，最早 ${at} 会变化`, (at: string) => `changes at ${at} at the earliest if nothing happens`], observed: [(v: string) => `实际：${v}`, (v: string) => `observed: ${v}`], events: [(v: string) => `起作用的行为：${v}`, (v: string) => `events that count: ${v}`], missed: [(v: string) => `最近一次在 ${v}，已超出时间范围`, (v: string) => `the latest was at ${v}, too long ago`],
  all: ['满足全部', 'All of these'], any: ['满足任一', 'Any of these'], not: ['不满足下面的条件', 'None of this'], yes: ['满足', 'True'], no: ['不满足', 'False'], nothing: ['没有值', 'no value'],
})

/** The audiences that a customer is in, and why they are in or out of any. */
export function AudiencesTab({ id }: { id: string }) {
  const t = useText(said)
  const asked = api.useQuery('get', '/customers/{id}/audiences', { params: { path: { id } } })
  const [open, setOpen] = useState<string>()
  const [other, setOther] = useState<string>()
  return (
    <div className="y-stack">
      <Asked query={asked} rows={4}>
        {(p) => (
          <ul className="y-customers-list">
            {p.items.length === 0 && <li className="y-faint">{t.none}</li>}
            {p.items.map((a) => (
              <li key={a.id} style={{ flexWrap: open === a.id ? 'wrap' : undefined }}>
                <span><Link to={`/audiences/${a.id}` as string}>{a.name}</Link><small>{[t.people(num(a.count)), a.description].filter(Boolean).join(' · ')}</small></span>
                <Button size="small" aria-expanded={open === a.id} aria-label={`${t.why} ${a.name}`} onClick={() => setOpen(open === a.id ? undefined : a.id)}>{open === a.id ? t.less : t.why}</Button>
                {open === a.id && <div style={{ flexBasis: '100%' }}><Explained audience={a.id} customer={id} /></div>}
              </li>
            ))}
          </ul>
        )}
      </Asked>
      <section>
        <h3 className="y-h3">{t.ask}</h3>
        <AudiencePicker value={other} onChange={setOther} placeholder={t.choose} style={{ width: 280 }} />
        {other && <Explained audience={other} customer={id} />}
      </section>
    </div>
  )
}

function Explained({ audience, customer }: { audience: string; customer: string }) {
  const t = useText(said)
  const own = api.useQuery('get', '/audiences/{id}', { params: { path: { id: audience } } }, { retry: false })
  const asked = api.useQuery('get', '/audiences/{id}/explain', { params: { path: { id: audience }, query: { customer } } }, { retry: false })
  return (
    <Asked query={asked} rows={3}>
      {(e) => (
        <div className="y-quote" style={{ marginTop: 8 }}>
          <div className="y-rowline">
            <State tone={e.member ? 'good' : 'bad'}>{e.member ? t.in : t.out}</State>
            {e.member && e.transitions[0]?.entered && <span className="y-faint">{t.since(exactly(e.transitions[0].at))}</span>}
          </div>
          <ul className="y-customers-why"><Part why={e.why} rule={own.data?.version === e.version ? own.data.rule : undefined} /></ul>
          {e.next_change && <small className="y-faint">{t.next(exactly(e.next_change))}</small>}
        </div>
      )}
    </Asked>
  )
}

function Part({ why, rule }: { why: Schema<'RuleExplanation'>; rule: unknown }) {
  const t = useText(said)
  const lang = useLang()
  const group = why.kind === 'all' || why.kind === 'any' || why.kind === 'not'
  const words = useWords()
  const part = partAt(rule, why.pointer)
  const text = group ? t[why.kind as 'all'] : part !== undefined ? ruleSentence(part, lang, words) : lang === 'zh-CN' ? why.text.zh : why.text.en
  return (
    <li>
      <div>
        <span className={why.result ? 'y-customers-yes' : 'y-customers-no'} role="img" aria-label={why.result ? t.yes : t.no}>{why.result ? '✓' : '✗'}</span>
        <span>
          {text}
          {why.observed !== undefined && !group && <small>{t.observed(shown(why, lang, t.nothing))}</small>}
          {why.events && why.events.length > 0 && <small>{t.events(why.events.map((e) => when(e.at)).join('、'))}</small>}
          {why.missed && <small>{t.missed(when(why.missed.at))}</small>}
        </span>
      </div>
      {why.children && <ul>{why.children.map((kid, i) => <Part key={kid.pointer + String(i)} why={kid} rule={rule} />)}</ul>}
    </li>
  )
}

function shown(why: Schema<'RuleExplanation'>, lang: 'zh-CN' | 'en-US', nothing: string): string {
  const v = why.observed
  if (v === null || v === undefined) return nothing
  if (typeof v === 'number') return num(v, 2)
  return typeof v === 'string' ? (why.kind === 'stage' ? stageLabel(v, lang) : v) : JSON.stringify(v)
}
