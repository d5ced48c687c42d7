import { api } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { getRouteApi } from '@tanstack/react-router'
import { Button, InputNumber, Select } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Hint, Number, PageShell } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { lasting } from './lasting'
import { byOf, whole, type Pick } from './model'
import { reportPeople } from './people'
import { ByPicker, EventPicker, PickEditor } from './Picks'
import { Plot } from './Plot'
import { sayFunnel } from './readings'
import { usePatch } from './search'
import { useSpan } from './useSpan'
import { eventName, valueName } from './words'

const route = getRouteApi('/shell/reports/funnel')

const said = texts({
  title: ['漏斗', 'Funnel'],
  lead: ['客户一步步走到哪里，在哪一步走掉，各步之间要多久。点任何人数看是谁。', 'How far customers come, where they leave, and how long each step takes. Every number leads to the people.'],
  hint: ['到达第 k 步的客户，每人只算一次。窗口从第一步开始计时，含边界。用时是从上一步算起，只看走完的客户。', 'Customers who reached at least step k, each once. The window runs from the first step, its end included. Times are from the step before, of those who made it.'],
  step: [(n: number) => `第 ${n} 步`, (n: number) => `Step ${n}`],
  add: ['添加步骤', 'Add a step'], remove: ['删除步骤', 'Remove step'], up: ['上移', 'Move up'],
  window: ['完成时限', 'Within'], days: ['天', 'days'], mode: ['顺序', 'Order'],
  ordered: ['按顺序，中间可有其他行为', 'In order, others may come between'], strict: ['按顺序，中间不能有其他行为', 'In order, nothing between'], unordered: ['任意顺序', 'Any order'], window_funnel: ['windowFunnel（与 ClickHouse 一致）', 'windowFunnel, as in ClickHouse'],
  modes: ['windowFunnel 选项', 'windowFunnel modes'],
  attribution: ['取值时机', 'Value taken at'], first: ['第一个事件', 'First event'], last: ['最后一个事件', 'Last event'], atStep: ['第一步', 'First step'], all_events: ['全部步骤一致', 'The same at all steps'],
  exclude: ['排除', 'Exclude'], addExclude: ['排除某行为', 'Exclude an event'], between: [(a: number, b: number) => `第 ${a} 步与第 ${b} 步之间`, (a: number, b: number) => `between step ${a} and ${b}`],
  conversion: ['各步转化', 'Conversion by step'], unit: ['人数', 'customers'],
  name: ['步骤', 'Step'], count: ['到达', 'Came'], ofFirst: ['占第一步', 'Of the first'], ofBefore: ['占上一步', 'Of the one before'], lost: ['没再往前', 'Went no further'], median: ['中位用时', 'Median time'], average: ['平均用时', 'Average time'],
  lostHere: [(n: string, share: string) => `↓ 流失 ${n}（${share}）`, (n: string, share: string) => `↓ ${n} left (${share})`],
  reached: [(s: string, n: number) => `到达第 ${n} 步：${s}`, (s: string, n: number) => `Reached step ${n}: ${s}`],
  dropped: [(s: string, n: number) => `停在第 ${n} 步：${s}`, (s: string, n: number) => `Stopped at step ${n}: ${s}`],
  by: ['按拆分值', 'By value'], value: ['值', 'Value'], total: ['总转化', 'Whole way'],
  none: ['这段时间没有客户走到第一步', 'Nobody took the first step in this span'], noneLead: ['换一段时间，或换一个更常见的第一步。', 'Choose another span, or a more common first step.'], all: ['看全部历史', 'Show all time'],
})

const start: Pick[] = [{ event: 'Product Viewed' }, { event: 'Product Added' }, { event: 'Checkout Started' }, { event: 'Order Completed' }]
const windowModes = ['strict_deduplication', 'strict_order', 'strict_increase', 'strict_once', 'allow_reentry']

interface Exclusion extends Pick {
  from_step?: number
  to_step?: number
}

/** How many customers take step after step. */
export function FunnelPage() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const steps = search.steps ?? start
  const exclude = (search.exclude ?? []) as Exclusion[]
  const spanned = useSpan(search, steps[0]?.event)
  const { from, to } = spanned.span
  const mode = search.mode ?? 'ordered'
  const by = byOf(search.by)
  const query = {
    steps: steps.map(whole), window_seconds: search.window ?? 7 * 86_400, mode, from, to, audience: search.audience,
    modes: mode === 'window_funnel' ? search.modes : undefined, exclude: mode !== 'window_funnel' && exclude.length > 0 ? exclude : undefined,
    breakdown: by && { ...by, attribution: search.touch, top: 12 },
  }
  const asked = api.useQuery('post', '/insight/funnel', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const put = (next: Pick[]) => patch({ steps: next, exclude: undefined })
  const open = (step: number, dropped: boolean, count: number, value?: string) => drill(reportPeople('funnel', query, { step, dropped: dropped || undefined, value }, (dropped ? t.dropped : t.reached)(eventName(steps[step]?.event ?? ''), step + 1), count))
  const name = (i: number) => `${i + 1} ${eventName(steps[i]?.event ?? '')}`
  const grid = (rows: NonNullable<typeof asked.data>['steps']) => ({
    name: 'funnel', columns: [t.name, t.count, t.ofFirst, t.ofBefore, t.median, t.average],
    rows: rows.map((s, i) => [name(i), s.count, s.conversion, s.from_previous, s.median_seconds, s.average_seconds]),
  })
  return (
    <PageShell title={t.title} lead={t.lead} extra={<Hint>{t.hint}</Hint>}>
      <Body
        asked={asked} spanned={spanned} reading={(a) => sayFunnel(steps.map((s) => eventName(s.event)), a.steps)} grid={(a) => grid(a.steps)}
        filters={(
          <>
            <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch}>
              <ByPicker value={search.by} onChange={(v) => patch({ by: v })} />
              {by?.prop && <Select aria-label={t.attribution} value={search.touch ?? 'first'} onChange={(touch) => patch({ touch })} options={[{ value: 'first', label: t.first }, { value: 'last', label: t.last }, { value: 'step', label: t.atStep }, { value: 'all_events', label: t.all_events }]} />}
            </Common>
            <div className="y-reports-steps">
              {steps.map((s, i) => (
                <div className="y-reports-step" key={i}>
                  <i>{i + 1}</i>
                  <PickEditor any label={t.step(i + 1)} value={s} onChange={(next) => put(steps.map((x, j) => (j === i ? next : x)))} />
                  {i > 0 && <Button type="text" aria-label={`${t.up} ${i + 1}`} onClick={() => put(steps.map((x, j) => (j === i - 1 ? s : j === i ? (steps[i - 1] as Pick) : x)))}>↑</Button>}
                  {steps.length > 1 && <Button type="text" aria-label={`${t.remove} ${i + 1}`} icon={<DeleteOutlined />} onClick={() => put(steps.filter((_, j) => j !== i))} />}
                </div>
              ))}
            </div>
            <div className="y-rowline">
              <Button size="small" icon={<PlusOutlined />} disabled={steps.length >= 20} onClick={() => put([...steps, { event: 'Order Completed' }])}>{t.add}</Button>
              <span className="y-reports-field">{t.window}<InputNumber aria-label={t.window} style={{ width: 110 }} suffix={t.days} min={1} max={3650} value={Math.round((search.window ?? 604_800) / 86_400)} onChange={(n) => n && patch({ window: n * 86_400 })} /></span>
              <Select aria-label={t.mode} value={mode} popupMatchSelectWidth={false} onChange={(v) => patch({ mode: v })} options={(['ordered', 'strict', 'unordered', 'window_funnel'] as const).map((value) => ({ value, label: t[value] }))} />
              {mode === 'window_funnel' && <Select mode="multiple" aria-label={t.modes} placeholder={t.modes} style={{ minWidth: 220 }} value={search.modes ?? []} options={windowModes.map((value) => ({ value, label: value }))} onChange={(modes: string[]) => patch({ modes })} />}
              {mode !== 'window_funnel' && steps.length > 1 && <Button size="small" type="text" onClick={() => patch({ exclude: [...exclude, { event: 'Order Refunded', from_step: 0, to_step: steps.length - 1 }] })}>{t.addExclude}</Button>}
            </div>
            {mode !== 'window_funnel' && exclude.map((x, i) => (
              <div className="y-rowline" key={i}>
                <span>{t.exclude}</span>
                <EventPicker label={t.exclude} value={x.event} onChange={(event) => event && patch({ exclude: exclude.map((y, j) => (j === i ? { ...y, event } : y)) })} />
                <Select
                  aria-label={t.exclude} value={`${x.from_step ?? 0}-${x.to_step ?? steps.length - 1}`} popupMatchSelectWidth={false}
                  options={pairs(steps.length, mode === 'unordered').map(([a, b]) => ({ value: `${a}-${b}`, label: t.between(a + 1, b + 1) }))}
                  onChange={(v: string) => { const [a, b] = v.split('-').map(globalThis.Number); patch({ exclude: exclude.map((y, j) => (j === i ? { ...y, from_step: a, to_step: b } : y)) }) }}
                />
                <Button type="text" aria-label={t.remove} icon={<DeleteOutlined />} onClick={() => patch({ exclude: exclude.filter((_, j) => j !== i) })} />
              </div>
            ))}
          </>
        )}
      >
        {(a) => {
          const top = a.steps[0]?.count ?? 0
          if (top === 0) return <Card><Empty title={t.none} action={<Button onClick={() => patch({ span: 'all', from: undefined, to: undefined })}>{t.all}</Button>}>{t.noneLead}</Empty></Card>
          return (
            <>
              <Card title={t.conversion}>
                <div className="y-reports-funnel">
                  {a.steps.map((s, i) => {
                    const next = a.steps[i + 1]
                    const gone = next ? s.count - next.count : 0
                    return [
                      <div key={i}>
                        <span>{name(i)}</span>
                        <button type="button" className="y-reports-bar" aria-label={`${name(i)} ${num(s.count)}`} onClick={() => open(i, false, s.count)}><span style={{ width: `${s.conversion * 100}%` }} /></button>
                        <span><Number onOpen={() => open(i, false, s.count)}>{num(s.count)}</Number> <span className="y-faint">{pct(s.conversion)}</span></span>
                      </div>,
                      next && <div key={`${i}-gap`}><span /><span className="y-reports-gap"><Number onOpen={gone > 0 ? () => open(i, true, gone) : undefined}>{t.lostHere(num(gone), pct(s.count ? gone / s.count : 0))}</Number> · {t.median} {lasting(next.median_seconds)}</span><span /></div>,
                    ]
                  })}
                </div>
              </Card>
              <Card flush>
                <PlainTable
                  label={t.conversion} rows={a.steps.map((s, i) => ({ ...s, i }))} rowKey="i"
                  columns={[
                    { key: 'name', title: t.name, width: 220, render: (_, s) => name(s.i) },
                    { key: 'count', title: t.count, width: 110, num: true, render: (_, s) => <Number onOpen={() => open(s.i, false, s.count)}>{num(s.count)}</Number> },
                    { key: 'first', title: t.ofFirst, width: 110, num: true, render: (_, s) => pct(s.conversion) },
                    { key: 'before', title: t.ofBefore, width: 130, num: true, render: (_, s) => (s.i ? pct(s.from_previous) : '–') },
                    { key: 'lost', title: t.lost, width: 130, num: true, render: (_, s) => { const n = s.count - (a.steps[s.i + 1]?.count ?? s.count); return s.i + 1 < a.steps.length ? <Number onOpen={n ? () => open(s.i, true, n) : undefined}>{num(n)}</Number> : '–' } },
                    { key: 'median', title: t.median, width: 120, num: true, render: (_, s) => lasting(s.median_seconds) },
                    { key: 'average', title: t.average, width: 120, num: true, render: (_, s) => lasting(s.average_seconds) },
                  ]}
                />
              </Card>
              {a.by_breakdown && a.by_breakdown.length > 0 && (
                <>
                  <Card><Plot title={t.by} unit={t.unit} first={t.name} kind="bar" x={a.steps.map((_, i) => name(i))} series={a.by_breakdown.map((v) => ({ name: valueName(v.value), values: v.steps.map((s) => s.count) }))} onPick={(k, i) => { const v = a.by_breakdown?.[k]; if (v) open(i, false, v.steps[i]?.count ?? 0, v.value) }} /></Card>
                  <Card flush>
                    <PlainTable
                      label={t.by} rows={a.by_breakdown} rowKey="value"
                      columns={[
                        { key: 'value', title: t.value, width: 180, render: (_, v) => valueName(v.value) },
                        ...a.steps.map((_, i) => ({ key: `s${i}`, title: name(i), width: 150, num: true, render: (_x: unknown, v: NonNullable<typeof a.by_breakdown>[number]) => { const s = v.steps[i]; return <><Number onOpen={s?.count ? () => open(i, false, s.count, v.value) : undefined}>{num(s?.count)}</Number> <span className="y-faint">{i ? pct(s?.from_previous) : ''}</span></> } })),
                        { key: 'total', title: t.total, width: 100, num: true, render: (_, v) => pct(v.steps.at(-1)?.conversion) },
                      ]}
                    />
                  </Card>
                </>
              )}
            </>
          )
        }}
      </Body>
    </PageShell>
  )
}

function pairs(n: number, wholeOnly: boolean): [number, number][] {
  if (wholeOnly) return [[0, n - 1]]
  const out: [number, number][] = []
  for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) out.push([a, b])
  return out
}
