import { api, call, must, type Schema } from '@shared/api/client'
import { isoDay, num, when } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useNavigate, useSearch } from '@tanstack/react-router'
import dayjs from 'dayjs'
import { Button, Checkbox } from 'antd'
import { useCallback, useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { Chart, type Colours } from '../../charts/Chart'
import { DaySpan } from '../../ui/DaySpan'
import { useDrill } from '../../ui/Drill'
import { brandMoment } from '../../ui/MomentPicker'
import { Card } from '../../ui/PageShell'
import { stageLabel } from '../../ui/rule'
import { Asked, Empty } from '../../ui/states'
import { links, type Link } from './flowLinks'

const said = texts({
  title: ['流转', 'Moves between levels'], unit: ['次变化', 'changes'], span: ['时间范围', 'Span'], none: ['这段时间没有变化', 'Nothing changed in this time'], noneText: ['换一段更长的时间看看。', 'Try a longer time.'], from: ['变化前', 'From'], to: ['变化后', 'To'], count: ['次数', 'Changes'], outside: ['（无）', '(none)'], first: ['含首次归入', 'With first placements'],
  changes: [(n: string) => `${n} 次变化；同一位客户可能不止一次。`, (n: string) => `${n} changes; one customer may have more than one.`],
  up: [(n: string) => `上升 ${n} 次`, (n: string) => `${n} up`], down: [(n: string) => `下降 ${n} 次`, (n: string) => `${n} down`],
})

type Kind = 'aipl' | 'aarrr' | 'tier'

interface Span {
  since: string
  until: string
}

/** Who moved between the levels of a kind in a span of days: a picture and a table. */
export function Flows({ kind }: { kind: Kind }) {
  const t = useText(said)
  const { from = isoDay(dayjs().subtract(29, 'day').valueOf()), to = isoDay(Date.now()) } = useSearch({ from: '/shell/lifecycle' })
  const go = useNavigate({ from: '/lifecycle' })
  const span = { since: brandMoment(dayjs(from)), until: brandMoment(dayjs(to).add(1, 'day')) }
  const asked = api.useQuery('get', '/lifecycle/flows', { params: { query: { kind, from: span.since, to: span.until } } }, { placeholderData: (old) => old })
  return (
    <Card title={t.title} extra={<DaySpan value={{ from, to }} onChange={(days) => void go({ search: (old) => ({ ...old, ...days }), replace: true })} />}>
      <Asked query={asked}>{(list) => (list.items.length === 0 ? <Empty title={t.none}>{t.noneText}</Empty> : <Picture kind={kind} flows={list.items} span={span} />)}</Asked>
    </Card>
  )
}

function Picture({ kind, flows, span }: { kind: Kind; flows: Schema<'CustomerFlow'>[]; span: Span }) {
  const t = useText(said)
  const lang = useLang()
  const drill = useDrill()
  const may = useMay()('customers.read')
  const [first, withFirst] = useState(false)
  const list = useMemo(() => { const all = links(kind, flows); const moved = all.filter((l) => l.from !== ''); return first || moved.length === 0 ? all : moved }, [kind, flows, first])
  const name = (level: string) => (level ? stageLabel(level, lang) : t.outside)
  const option = useCallback((look: Colours) => {
    const title = (level: string) => (level ? stageLabel(level, lang) : t.outside)
    const ends = [...new Set(list.map((l) => `a${l.from}`)), ...new Set(list.map((l) => `b${l.to}`))]
    return {
      ...look.base, legend: undefined, xAxis: undefined, yAxis: undefined, grid: undefined, tooltip: { ...(look.base.tooltip as object), trigger: 'item', formatter: (p: { data: { from?: string; to?: string; value?: number }; value: number; name: string }) => (p.data.from !== undefined ? `${title(p.data.from)} → ${title(p.data.to ?? '')}: ${num(p.data.value)}` : `${title(p.name.slice(1))}: ${num(p.value)}`) },
      series: [{
        type: 'sankey', left: 8, right: 120, top: 8, bottom: 8, nodeGap: 14, nodeWidth: 14, draggable: false, emphasis: { focus: 'adjacency' }, lineStyle: { color: 'source', opacity: 0.28 },
        label: { color: look.text, formatter: (p: { name: string }) => title(p.name.slice(1)) },
        data: ends.map((e, i) => ({ name: e, itemStyle: { color: look.series[i % look.series.length] } })),
        links: list.map((l) => ({ source: `a${l.from}`, target: `b${l.to}`, value: l.count, from: l.from, to: l.to })),
      }],
    }
  }, [list, lang, t])
  const people = (l: Link) => drill({
    key: ['flow', kind, l.from, l.to, span.since, span.until], title: `${name(l.from)} → ${name(l.to)}`, note: t.changes(num(l.count)),
    list: async (cursor, signal) => {
      const page = await must(call.GET('/lifecycle/flows/people', { params: { query: { kind, from: l.from || 'none', to: l.to || 'none', ...span, cursor, limit: 100 } }, signal }))
      const seen = new Map(page.items.toReversed().map((m) => [m.customer, m.at]))
      return { items: [...seen].toReversed().map(([id, at]) => ({ id, detail: when(at) })), next: page.next }
    },
  })
  const up = list.filter((l) => l.up).reduce((sum, l) => sum + l.count, 0)
  const down = list.filter((l) => !l.up).reduce((sum, l) => sum + l.count, 0)
  return (
    <Chart
      title={`${t.up(num(up))} · ${t.down(num(down))}`} unit={t.unit} height={300} option={option} extra={<Checkbox checked={first} onChange={(e) => withFirst(e.target.checked)}>{t.first}</Checkbox>}
      sheet={{ columns: [t.from, t.to, t.count], rows: list.map((l) => [name(l.from), name(l.to), may ? <Button type="link" size="small" onClick={() => people(l)}>{num(l.count)}</Button> : num(l.count)]) }}
      onPick={may ? (item) => { const at = item.data as Partial<Link> | undefined; const l = list.find((x) => x.from === at?.from && x.to === at.to); if (l) people(l) } : undefined}
    />
  )
}
