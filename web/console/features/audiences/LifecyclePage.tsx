import { api, problemOf, type Schema } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Tabs } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { DrawerForm, useSure } from '../../ui/forms'
import { Card, Number, PageShell } from '../../ui/PageShell'
import { RuleBuilder, ruleFaults, ruleSentence, stageLabel, useWords, type Rule } from '../../ui/rule'
import { Asked } from '../../ui/states'
import { peopleOf } from '../../ui/customers'
import { Flows } from './Flows'
import { usePreview, useEverybody } from './usePreview'
import './audiences.css'

type Kind = 'aipl' | 'aarrr' | 'tier'
type Levels = Schema<'CustomerLevels'>

const said = texts({
  title: ['生命周期与等级', 'Stages and tiers'], lead: ['每位客户处在“规则满足的最高一级”，随行为和时间实时变化。规则可按品牌改，改后所有人重新归位。', 'Everybody is at the highest level whose rule matches, as things happen and time passes. Change a rule and everybody is placed anew.'],
  aipl: ['AIPL 阶段', 'AIPL stages'], aarrr: ['AARRR 阶段', 'AARRR stages'], tier: ['价值等级', 'Value tiers'], rules: ['各级规则与人数', 'Levels, rules and people'], edit: ['改规则', 'Change rule'], people: [(n: string) => `${n} 人`, (n: string) => `${n} people`], nobody: ['未归入任何一级', 'At no level'],
  editTitle: [(name: string) => `规则：${name}`, (name: string) => `Rule: ${name}`], match: [(n: string) => `符合规则 ${n} 人（还会取最高一级）`, (n: string) => `${n} match the rule; the highest level counts`], saved: ['已保存，正在重新归位', 'Saved; everybody is being placed anew'], note: ['不能引用阶段、等级或人群。', 'It cannot name stages, tiers or audiences.'],
  sure: ['保存并重新归位所有客户？', 'Save and place everybody anew?'], sureText: [(n: string) => `共 ${n} 位客户会按新规则重新判断，用到这些阶段的人群和 SOP 也会随之变化。`, (n: string) => `${n} customers are judged anew. Audiences and playbooks that use these levels follow.`], save: ['保存', 'Save'],
})

/** The stages and tiers: their rules, how many are at each, and who moved between them. */
export function LifecyclePage() {
  const t = useText(said)
  const { kind = 'aipl' } = useSearch({ from: '/shell/lifecycle' })
  const go = useNavigate({ from: '/lifecycle' })
  const asked = api.useQuery('get', '/lifecycle', {}, { refetchInterval: 10_000 })
  return (
    <PageShell title={t.title} lead={t.lead}>
      <Tabs activeKey={kind} onChange={(key) => void go({ search: (old) => ({ ...old, kind: key as Kind }), replace: true })} items={(['aipl', 'aarrr', 'tier'] as const).map((k) => ({ key: k, label: t[k] }))} />
      <Asked query={asked}>{(levels) => <Ladder key={kind} kind={kind} levels={levels} />}</Asked>
      <Flows kind={kind} />
    </PageShell>
  )
}

function Ladder({ kind, levels }: { kind: Kind; levels: Levels }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const may = useMay()
  const drill = useDrill()
  const everybody = useEverybody()
  const [at, setAt] = useState<number>()
  const list = levels[kind] ?? []
  const total = everybody ?? list.reduce((sum, l) => sum + (l.count ?? 0), 0)
  const rest = Math.max(0, total - list.reduce((sum, l) => sum + (l.count ?? 0), 0))
  const open = (name: string, count: number) => drill(peopleOf(kind === 'tier' ? { tier: name } : { [kind]: name }, stageLabel(name, lang), count))
  return (
    <Card title={t.rules}>
      <div>
        {list.toReversed().map((l) => (
          <div className="y-audience-level" key={l.name}>
            <div>
              <h3>{stageLabel(l.name, lang)}</h3>
              <Number label={`${stageLabel(l.name, lang)}: ${num(l.count)}`} onOpen={() => open(l.name, l.count ?? 0)}>{t.people(num(l.count ?? 0))}</Number> <small className="y-faint">{total > 0 ? pct((l.count ?? 0) / total) : ''}</small>
              <div className="y-audience-bar"><i style={{ width: `${total > 0 ? ((l.count ?? 0) / total) * 100 : 0}%` }} /></div>
            </div>
            <p style={{ margin: 0 }}>{ruleSentence(l.rule, lang, words)}</p>
            {may('audiences.write') && <Button size="small" aria-label={`${t.edit}: ${stageLabel(l.name, lang)}`} onClick={() => setAt(list.indexOf(l))}>{t.edit}</Button>}
          </div>
        ))}
        {rest > 0 && <div className="y-audience-level"><div><h3 className="y-faint">{t.nobody}</h3><Number label={`${t.nobody}: ${num(rest)}`} onOpen={() => drill(peopleOf({ rule: nowhere(kind, list.map((l) => l.name)) }, t.nobody, rest))}>{t.people(num(rest))}</Number> <small className="y-faint">{pct(rest / total)}</small></div></div>}
      </div>
      {at !== undefined && <LevelDrawer key={at} kind={kind} levels={list} at={at} everybody={total} onClose={() => setAt(undefined)} />}
    </Card>
  )
}

/** Who is at no level of a kind. */
const nowhere = (kind: Kind, names: string[]): Rule => ({ not: { any: names.map((name) => (kind === 'tier' ? { tier: name } : { stage: { [kind]: name } })) } })

function LevelDrawer({ kind, levels, at, everybody, onClose }: { kind: Kind; levels: Schema<'CustomerLevel'>[]; at: number; everybody: number; onClose: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  const level = levels[at] as Schema<'CustomerLevel'>
  const [rule, setRule] = useState(level.rule as Rule)
  const preview = usePreview(rule)
  const put = api.useMutation('put', '/lifecycle', {
    onSuccess: () => { void message.success(t.saved); void client.invalidateQueries({ queryKey: ['get', '/lifecycle'] }); onClose() },
  })
  const body = () => ({ [kind]: levels.map((l, i) => ({ name: l.name, rule: i === at ? rule : l.rule })) }) as Levels
  const save = () => sure({ title: t.sure, content: t.sureText(num(everybody)), ok: t.save, go: () => put.mutateAsync({ body: body() }).catch(() => undefined) })
  const place = `/${kind}/${at}/rule`
  const faults = put.error ? (problemOf(put.error).errors ?? []).map((f) => ({ ...f, pointer: f.pointer.replace(/^\/body/, '').replace(place, '') })) : undefined
  return (
    <DrawerForm open title={t.editTitle(stageLabel(level.name, lang))} size={720} onClose={onClose} onSave={save} saving={put.isPending} problem={put.error} disabled={ruleFaults(rule).length > 0 || JSON.stringify(rule) === JSON.stringify(level.rule)}>
      <RuleBuilder compact without={['tier', 'aipl', 'aarrr', 'audience']} value={rule} onChange={setRule} faults={faults} />
      <p className="y-audience-sentence" aria-live="polite">{ruleSentence(rule, lang, words)}</p>
      <p className={preview.stale ? 'y-faint y-audience-stale' : 'y-faint'}>{preview.whole && preview.count.data ? t.match(num(preview.count.data.count)) : ''} {t.note}</p>
    </DrawerForm>
  )
}
