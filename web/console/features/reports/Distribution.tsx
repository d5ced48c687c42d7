import { api } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { AutoComplete, Button, Input, Select } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Number, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { byOf, whole } from './model'
import { reportPeople } from './people'
import { ByPicker, PickEditor } from './Picks'
import { Plot } from './Plot'
import { sayDistribution } from './readings'
import { usePatch } from './search'
import { useSpan } from './useSpan'
import { useVocabulary } from './vocabulary'
import { valueName } from './words'

const route = getRouteApi('/shell/reports/trends')

const said = texts({
  of: ['看什么的分布', 'Distribution of'], sum: ['每人金额合计', 'Amount per customer'], count: ['每人次数', 'Times per customer'], prop: ['每次的属性值', 'A property of each event'], trait: ['客户属性', 'A trait of customers'], level: ['阶段或等级', 'A stage or tier'],
  name: ['名称', 'Name'], event: ['事件', 'Event'], bins: ['分箱边界，如 0,100,500（留空自动）', 'Edges, such as 0,100,500 (empty: auto)'],
  aipl: ['AIPL 阶段', 'AIPL stage'], aarrr: ['AARRR 阶段', 'AARRR stage'], tier: ['等级', 'Tier'],
  chart: ['分布', 'Distribution'], customers: ['人数', 'customers'], bin: ['区间', 'Range'], share: ['占有值客户', 'Of those with a value'], events: ['次数', 'Events'], cumulative: ['累计', 'Cumulative'],
  median: ['中位数', 'Median'], mean: ['平均', 'Mean'], p25: ['较低四分位', 'Lower quartile'], p75: ['较高四分位', 'Upper quartile'], p90: ['前 10% 门槛', 'Top tenth from'], total: ['合计', 'Sum'], missing: ['没有值的客户', 'Without a value'],
  below: [(n: string) => `< ${n}`, (n: string) => `< ${n}`], above: [(n: string) => `≥ ${n}`, (n: string) => `≥ ${n}`],
  none: ['没有客户有这个值', 'No customer has this value'], lead: ['检查名称，或换一段时间。', 'Check the name, or choose another span.'], all: ['看全部历史', 'Show all time'],
})

type Kind = 'sum' | 'count' | 'prop' | 'trait' | 'level'

/** How a value is spread over customers. */
export function Distribution() {
  const t = useText(said)
  const drill = useDrill()
  const vocabulary = useVocabulary()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const [kind = 'sum', ...rest] = (search.of ?? 'sum:revenue').split(':') as [Kind, ...string[]]
  const name = rest.join(':')
  const event = search.event ?? { event: 'Order Completed' }
  const ofEvents = kind === 'sum' || kind === 'count' || kind === 'prop'
  const spanned = useSpan(search, ofEvents ? event.event : '*', 'rich')
  const edges = search.bins?.split(/[,，]/).map((s) => globalThis.Number(s.trim())).filter((n) => globalThis.Number.isFinite(n))
  const chosen = whole(event)
  const chosenBy = byOf(search.by)
  const by = chosenBy?.prop ? undefined : chosenBy
  const query = {
    of: ofEvents ? { ...chosen, ...(kind === 'count' ? { count: true } : { [kind]: name || 'revenue' }) } : { [kind]: name || (kind === 'level' ? 'aipl' : 'channel') },
    bins: edges && edges.length > 1 ? edges : kind === 'sum' && !search.bins && name === 'revenue' ? [0, 100, 250, 500, 1000, 2000, 5000, 10_000, 50_000] : undefined,
    ...(ofEvents ? { from: spanned.span.from, to: spanned.span.to } : {}), audience: search.audience, ...(by && { breakdown: { ...by, top: 6 } }),
  }
  const asked = api.useQuery('post', '/insight/distribution', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const isMoney = /revenue|amount|price|total/.test(name) && kind !== 'trait'
  const show = (n: number) => (isMoney ? money(n, undefined, 0) : num(n, 2))
  const label = (b: NonNullable<typeof asked.data>['bins'][number]) => (b.value !== undefined ? valueName(b.value) : b.from === undefined ? t.below(show(b.to ?? 0)) : b.to === undefined ? (b.from !== undefined && kind === 'count' ? show(b.from) : t.above(show(b.from))) : b.from === b.to ? show(b.from) : `${show(b.from)} – ${show(b.to)}`)
  return (
    <Body
      asked={asked} spanned={ofEvents ? spanned : undefined} reading={(a) => sayDistribution(a, show)}
      grid={(a) => ({ name: 'distribution', columns: [t.bin, t.customers, t.share, ...(a.by_breakdown ?? []).map((x) => valueName(x.value))], rows: a.bins.map((b, i) => [label(b), b.customers, b.share, ...(a.by_breakdown ?? []).map((x) => x.bins[i] ?? 0)]) })}
      filters={(
        <>
          <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch} noSpan={!ofEvents} />
          <div className="y-rowline">
            <span className="y-reports-field">{t.of}</span>
            <Select aria-label={t.of} value={kind} style={{ minWidth: 150 }} popupMatchSelectWidth={false} onChange={(k: Kind) => patch({ of: { sum: 'sum:revenue', count: 'count:', prop: 'prop:revenue', trait: 'trait:channel', level: 'level:aipl' }[k], bins: undefined })} options={(['sum', 'count', 'prop', 'trait', 'level'] as const).map((value) => ({ value, label: t[value] }))} />
            {kind === 'level' && <Select aria-label={t.name} value={name || 'aipl'} style={{ width: 130 }} onChange={(v: string) => patch({ of: `level:${v}` })} options={(['aipl', 'aarrr', 'tier'] as const).map((value) => ({ value, label: t[value] }))} />}
            {(kind === 'sum' || kind === 'prop' || kind === 'trait') && <AutoComplete key={kind} aria-label={t.name} style={{ width: 140 }} defaultValue={name} options={(kind === 'trait' ? vocabulary.traits : vocabulary.props).map((value) => ({ value }))} onBlur={(e) => { const n = (e.target as HTMLInputElement).value.trim(); if (n && n !== name) patch({ of: `${kind}:${n}`, bins: undefined }) }} onSelect={(n: string) => patch({ of: `${kind}:${n}`, bins: undefined })} />}
            {ofEvents && <PickEditor label={t.event} value={event} onChange={(next) => patch({ event: next })} />}
            <ByPicker noProp value={by && search.by} onChange={(v) => patch({ by: v })} />
            {kind !== 'level' && <Input key={search.of} aria-label={t.bins} placeholder={t.bins} style={{ width: 260 }} allowClear defaultValue={search.bins} onBlur={(e) => patch({ bins: e.target.value.trim() || undefined })} onPressEnter={(e) => patch({ bins: e.currentTarget.value.trim() || undefined })} />}
          </div>
        </>
      )}
    >
      {(a) => {
        if (a.customers === 0) return <Card><Empty title={t.none} action={ofEvents && <Button onClick={() => patch({ span: 'all', from: undefined, to: undefined })}>{t.all}</Button>}>{t.lead}</Empty></Card>
        const open = (i: number, value?: string, count = a.bins[i]?.customers) => { const b = a.bins[i]; if (b && count) drill(reportPeople('distribution', query, { bin: i, value }, value === undefined ? label(b) : `${valueName(value)} · ${label(b)}`, count)) }
        const parts = a.by_breakdown
        const s = a.summary
        let sum = 0
        const rows = a.bins.map((b, i) => { sum += b.share; return { ...b, i, cumulative: sum } })
        return (
          <>
            <div className="y-stats">
              {s && <><Stat label={t.median} value={show(s.median)} /><Stat label={t.mean} value={show(s.mean)} /><Stat label={t.p90} value={show(s.p90)} note={`${t.p25} ${show(s.p25)} · ${t.p75} ${show(s.p75)}`} /><Stat label={t.total} value={show(s.sum)} /></>}
              <Stat label={t.missing} value={num(a.missing)} onOpen={a.missing ? () => drill(reportPeople('distribution', query, { missing: true }, t.missing, a.missing)) : undefined} />
            </div>
            <Card><Plot kind="bar" title={t.chart} unit={t.customers} first={t.bin} x={a.bins.map(label)} series={parts ? parts.map((x) => ({ name: valueName(x.value), values: x.bins, stack: 'all' })) : [{ name: t.customers, values: a.bins.map((b) => b.customers) }]} onPick={(k, i) => open(i, parts?.[k]?.value, parts?.[k]?.bins[i])} /></Card>
            <Card flush>
              <PlainTable
                label={t.chart} rows={rows} rowKey="i" height={rows.length > 14 ? 420 : undefined}
                columns={[
                  { key: 'bin', title: t.bin, width: 200, render: (_, b) => label(b) },
                  { key: 'n', title: t.customers, width: 110, num: true, render: (_, b) => <Number onOpen={b.customers ? () => open(b.i) : undefined}>{num(b.customers)}</Number> },
                  { key: 'share', title: t.share, width: 150, num: true, render: (_, b) => pct(b.share) },
                  { key: 'cumulative', title: t.cumulative, width: 110, num: true, render: (_, b) => (s ? pct(b.cumulative) : '–') },
                  ...(parts ?? []).map((x) => ({
                    key: `by:${x.value}`, title: valueName(x.value), width: 130, num: true, render: (_: unknown, b: { i: number }) => {
                      const n = x.bins[b.i] ?? 0
                      return <><Number onOpen={n ? () => open(b.i, x.value, n) : undefined}>{num(n)}</Number> <small className="y-faint">{pct(x.customers ? n / x.customers : null, 0)}</small></>
                    },
                  })),
                ]}
              />
            </Card>
          </>
        )
      }}
    </Body>
  )
}
