import { num } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { useQueries } from '@tanstack/react-query'
import { Badge, Button, Select } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { AudiencePicker, StaffPicker, TagPicker } from '../../ui/pickers'
import { stageLabel } from '../../ui/rule/labels'
import { countOf } from '../../ui/expecting'
import { Chips } from './Chips'
import { filterOf, further, viewFilter, viewOf, views, type Filter, type Search } from './filter'
import { Further } from './Further'

const RuleDrawer = lazy(() => import('./RuleDrawer').then((m) => ({ default: m.RuleDrawer })))

const said = texts({
  search: ['姓名、手机尾号、会员号、客户编号', 'Name, end of phone, member number, id'], audience: ['人群', 'Audience'], tag: ['有这些标签', 'Has these tags'], tier: ['等级', 'Tier'], stage: ['阶段', 'Stage'], staff: ['员工', 'Staff'],
  more: ['更多筛选', 'More filters'], less: ['收起筛选', 'Fewer filters'], rule: ['按行为规则', 'By behaviour'], above: [(v: string) => `${v} 及以上`, (v: string) => `${v} and up`], no: ['没有等级', 'No tier'], views: ['快捷视图', 'Quick views'],
})

const viewNames = texts({ all: ['全部', 'All'], fresh: ['近 30 天新客', 'New in 30 days'], valuable: ['高价值', 'High value'], asleep: ['沉睡老客', 'Asleep'], gone: ['好友已流失', 'Lost contacts'], stranger: ['买过未加好友', 'Bought, not added'] })

/** What each quick view means. */
const viewNotes = texts({
  all: ['所有客户', 'Everybody'], fresh: ['30 天内第一次出现', 'First seen in the last 30 days'], valuable: ['等级 V4 及以上', 'Tier V4 and up'], asleep: ['买过，但 90 天没有任何行为', 'Has bought, and did nothing for 90 days'], gone: ['曾是好友，现在不是任何员工的好友', 'Was a contact, and is nobody’s any more'], stranger: ['下过单，但从未加过员工好友', 'Has bought, and never was a contact'],
})

const stages = ['aware', 'interest', 'purchase', 'loyal']
const tiers = ['V1', 'V2', 'V3', 'V4', 'V5']

/** Quick views, the row of filters, the panel with the others, and what is set in it. */
export function Filters({ search, set, show, since }: { search: Search; set: (next: Partial<Search>) => void; show: (filter: Filter) => void; since: string }) {
  const t = useText(said)
  const lang = useLang()
  const [wide, setWide] = useState(false)
  const [ruling, setRuling] = useState(false)
  const filter = filterOf(search)
  const extra = further.filter((k) => filter[k] !== undefined).length
  return (
    <>
      <Views filter={filter} show={show} since={since} />
      <FilterBar active={Object.keys(filter).length > 0} onReset={() => show({})}>
        <SearchBox value={search.q ?? ''} onChange={(q) => set({ q: q || undefined })} placeholder={t.search} width={250} />
        <AudiencePicker value={search.audience} onChange={(audience) => set({ audience })} placeholder={t.audience} style={{ width: 140, minWidth: 0 }} />
        <TagPicker value={search.tag} onChange={(tag) => set({ tag: tag.length > 0 ? tag : undefined })} placeholder={t.tag} style={{ minWidth: 160, maxWidth: 320 }} />
        <Select
          allowClear placeholder={t.stage} aria-label={t.stage} style={{ width: 110 }} value={search.aipl} onChange={(aipl?: string) => set({ aipl })}
          options={stages.map((s) => ({ value: s, label: stageLabel(s, lang) }))}
        />
        <Select
          allowClear placeholder={t.tier} aria-label={t.tier} style={{ width: 120 }} value={search.tier} onChange={(tier?: string) => set({ tier })}
          options={[...tiers.slice(1, 4).map((v) => ({ value: `>=${v}`, label: t.above(v) })), ...tiers.map((v) => ({ value: v, label: v }))]}
        />
        <StaffPicker single value={search.staff ? [search.staff] : []} onChange={([staff]) => set({ staff })} placeholder={t.staff} style={{ width: 130, minWidth: 0 }} />
        <Badge count={wide ? 0 : extra} size="small" color="var(--y-primary)"><Button aria-expanded={wide} onClick={() => setWide(!wide)}>{wide ? t.less : t.more}</Button></Badge>
        <Button aria-pressed={Boolean(search.rule)} onClick={() => setRuling(true)}>{t.rule}</Button>
      </FilterBar>
      {wide && <Further search={search} set={set} />}
      {extra > 0 && <Chips filter={filter} set={set} onRule={() => setRuling(true)} />}
      <Suspense>{ruling && <RuleDrawer filter={filter} onClose={() => setRuling(false)} onSave={(rule) => { set({ rule }); setRuling(false) }} />}</Suspense>
    </>
  )
}

function Views({ filter, show, since }: { filter: Filter; show: (filter: Filter) => void; since: string }) {
  const t = useText(said)
  const names = useText(viewNames)
  const notes = useText(viewNotes)
  const at = viewOf(filter, since)
  const counts = useQueries({ queries: views.map((v) => ({ queryKey: ['get', '/customers', 'count', v, since], queryFn: () => countOf(viewFilter(v, since)), staleTime: 60_000, refetchOnWindowFocus: false })) })
  return (
    <div className="y-customers-views" role="group" aria-label={t.views}>
      {views.map((v, i) => (
        <button key={v} type="button" className="y-customers-view" aria-pressed={v === at} title={named(notes, v)} onClick={() => show(viewFilter(v, since))}>
          {named(names, v)}{counts[i]?.data !== undefined && <small>{num(counts[i].data)}</small>}
        </button>
      ))}
    </div>
  )
}
