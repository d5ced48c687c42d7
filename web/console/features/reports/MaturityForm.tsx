import { api, problemOf, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { lang, texts, useText } from '@shared/i18n'
import { Button, Radio } from 'antd'
import { useState } from 'react'
import { Faults } from '../../ui/forms'
import { Card, State } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { value } from './MaturityPage'
import { cap } from './words'

const said = texts({
  from: [(v: string, days: number) => `近 ${days} 天数据：${v}`, (v: string, days: number) => `Your last ${days} days: ${v}`], data: ['按数据作答', 'From your data'], changed: ['你改了数据的答案', 'You say otherwise'],
  progress: [(a: string, b: string) => `已答 ${a} / ${b} 题`, (a: string, b: string) => `${a} of ${b} answered`], save: ['生成评估与计划', 'Assess'], cancel: ['取消', 'Cancel'], left: [(n: string) => `还有 ${n} 题未答；没答的不计入得分。`, (n: string) => `${n} are open; they do not count.`],
})

/** The questionnaire, answered from data and from the last time where that is possible. */
export function MaturityForm({ before, onDone, onCancel }: { before?: Record<string, number>; onDone: (a: Schema<'MaturityAssessment'>) => void; onCancel: () => void }) {
  const t = useText(said)
  const [own, setOwn] = useState<Record<string, number>>({})
  const asked = api.useQuery('get', '/insight/maturity/questions', {})
  const save = api.useMutation('post', '/insight/maturity', { onSuccess: onDone })
  const zh = lang() === 'zh-CN'
  const answerOf = (q: Schema<'MaturityAsked'>) => own[q.id] ?? q.evidence?.answer ?? before?.[q.id]
  return (
    <Asked query={asked} rows={12}>
      {(d) => {
        const given = d.items.filter((q) => answerOf(q) !== undefined)
        const go = () => save.mutate({ body: { answers: Object.fromEntries(given.filter((q) => own[q.id] !== undefined || !q.evidence).map((q) => [q.id, answerOf(q) as number])) } })
        const foot = <div className="y-rowline"><b>{t.progress(num(given.length), num(d.items.length))}</b>{given.length < d.items.length && <span className="y-faint">{t.left(num(d.items.length - given.length))}</span>}<span className="y-grow" /><Button onClick={onCancel}>{t.cancel}</Button><Button type="primary" loading={save.isPending} disabled={given.length === 0} onClick={go}>{t.save}</Button></div>
        return (
          <>
            {foot}
            {d.dimensions.map((area) => (
              <Card key={area.id} title={zh ? area.zh : cap(area.en)}>
                {d.items.filter((q) => q.dimension === area.id).map((q) => {
                  const e = q.evidence
                  return (
                    <div className="y-reports-question" key={q.id} role="group" aria-label={zh ? q.zh : cap(q.en)}>
                      <div className="y-rowline"><b>{zh ? q.zh : cap(q.en)}</b>{e && <State tone={own[q.id] !== undefined && own[q.id] !== e.answer ? 'warn' : 'live'}>{own[q.id] !== undefined && own[q.id] !== e.answer ? t.changed : t.data}</State>}{e && <span className="y-faint">{t.from(value(e), e.days)}</span>}</div>
                      <Radio.Group aria-label={zh ? q.zh : cap(q.en)} value={answerOf(q)} onChange={(x) => setOwn({ ...own, [q.id]: Number(x.target.value) })} options={(zh ? q.answers_zh : q.answers_en).map((label, i) => ({ value: i, label }))} />
                    </div>
                  )
                })}
              </Card>
            ))}
            {save.error && <Faults problem={problemOf(save.error)} />}
            {foot}
          </>
        )
      }}
    </Asked>
  )
}
