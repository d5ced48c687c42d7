import { api } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { AutoComplete, Button, Checkbox, InputNumber, Segmented, Select } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Hint, Number, PageShell } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { whole } from './model'
import { reportPeople } from './people'
import { PickEditor } from './Picks'
import { Sankey } from './Plot'
import { sayPaths } from './readings'
import { usePatch } from './search'
import { useSpan } from './useSpan'
import { useVocabulary } from './vocabulary'
import { valueName } from './words'

const route = getRouteApi('/shell/reports/paths')

const said = texts({
  title: ['路径', 'Paths'],
  lead: ['客户在某个行为之后去了哪里，或之前从哪里来。点任何一段看是谁。', 'Where customers go after something, or where they come from before it. Every link leads to the people.'],
  hint: ['停顿超过会话间隔就算另一条路径。一条路径在每一层只经过一个节点；流失是路径在此结束。', 'A pause longer than the gap begins another way. A way passes one node at each depth; dropped means it ended there.'],
  after: ['在它之后', 'After it'], before: ['在它之前', 'Before it'], all: ['所有路径', 'All ways'], side: ['方向', 'Direction'], at: ['以哪个行为为准', 'Around which event'],
  depth: ['步数', 'Steps'], top: ['每层显示', 'Shown per step'], gap: ['会话间隔', 'Pause that ends a way'], repeats: ['合并重复', 'Merge repeats'], prop: ['按属性值作节点（可选）', 'Nodes by a property (optional)'],
  m30: ['30 分钟', '30 minutes'], h6: ['6 小时', '6 hours'], d1: ['1 天', '1 day'], d7: ['7 天', '7 days'], d30: ['30 天', '30 days'],
  flow: ['路径流向', 'Flow'], ways: ['路径数', 'ways'], from: ['从', 'From'], to: ['到', 'To'], step: ['第几步', 'Step'], customers: ['客户', 'Customers'], share: ['占该节点', 'Of the node'], stopped: ['到此结束', 'Ended here'], node: ['节点', 'Node'], count: ['路径', 'Ways'],
  links: ['每一段', 'Links'], nodes: ['每个节点', 'Nodes'],
  link: [(a: string, b: string, n: number) => `第 ${n} 步：${a} → ${b}`, (a: string, b: string, n: number) => `Step ${n}: ${a} → ${b}`], passed: [(a: string, n: number) => `第 ${n} 步经过“${a}”`, (a: string, n: number) => `Passed “${a}” at step ${n}`], ended: [(a: string, n: number) => `停在第 ${n} 步“${a}”`, (a: string, n: number) => `Ended at “${a}”, step ${n}`],
  none: ['这段时间没有路径', 'No ways in this span'], lead0: ['换一个行为，或看全部历史。', 'Choose another event, or all time.'], allTime: ['看全部历史', 'Show all time'],
})

/** Which ways customers take. */
export function PathsPage() {
  const t = useText(said)
  const drill = useDrill()
  const vocabulary = useVocabulary()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const side = search.side ?? 'after'
  const at = search.at ?? { event: 'Product Viewed' }
  const spanned = useSpan(search, side === 'all' ? '*' : at.event)
  const query = {
    from: spanned.span.from, to: spanned.span.to, audience: search.audience, start: side === 'after' ? whole(at) : undefined, end: side === 'before' ? whole(at) : undefined,
    max_depth: search.depth ?? 5, top: search.top ?? 6, session_gap_seconds: search.gap ?? 1800, merge_repeats: search.repeats ?? true,
    nodes: search.prop ? [{ event: '*', prop: search.prop }] : undefined,
  }
  const asked = api.useQuery('post', '/insight/paths', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const openNode = (depth: number, node: string, dropped = false, count?: number) => drill(reportPeople('paths', query, { depth, node, dropped: dropped || undefined }, (dropped ? t.ended : t.passed)(valueName(node), depth + 1), count))
  const openLink = (depth: number, node: string, to: string, count?: number) => drill(reportPeople('paths', query, { depth, node, to }, t.link(valueName(node), valueName(to), depth + 1), count))
  return (
    <PageShell title={t.title} lead={t.lead} extra={<Hint>{t.hint}</Hint>}>
      <Body
        asked={asked} spanned={spanned} reading={(a) => sayPaths(a, side === 'before')}
        grid={(a) => ({ name: 'paths', columns: [t.step, t.from, t.to, t.count, t.customers], rows: (a.links ?? []).map((l) => [l.depth + 1, l.from, l.to, l.paths, l.customers]) })}
        filters={(
          <>
            <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch} />
            <div className="y-rowline">
              <Segmented aria-label={t.side} value={side} onChange={(v) => patch({ side: v as typeof side })} options={(['after', 'before', 'all'] as const).map((value) => ({ value, label: t[value] }))} />
              {side !== 'all' && <PickEditor label={t.at} value={at} onChange={(next) => patch({ at: next })} />}
            </div>
            <div className="y-rowline">
              <span className="y-reports-field">{t.depth}<InputNumber aria-label={t.depth} style={{ width: 70 }} min={2} max={10} value={query.max_depth} onChange={(n) => patch({ depth: n ?? undefined })} /></span>
              <span className="y-reports-field">{t.top}<InputNumber aria-label={t.top} style={{ width: 70 }} min={2} max={30} value={query.top} onChange={(n) => patch({ top: n ?? undefined })} /></span>
              <span className="y-reports-field">{t.gap}<Select aria-label={t.gap} value={query.session_gap_seconds} style={{ width: 110 }} onChange={(gap: number) => patch({ gap })} options={[{ value: 1800, label: t.m30 }, { value: 21_600, label: t.h6 }, { value: 86_400, label: t.d1 }, { value: 604_800, label: t.d7 }, { value: 2_592_000, label: t.d30 }]} /></span>
              <AutoComplete aria-label={t.prop} placeholder={t.prop} style={{ width: 200 }} allowClear defaultValue={search.prop} options={vocabulary.props.map((value) => ({ value }))} onBlur={(e) => patch({ prop: (e.target as HTMLInputElement).value.trim() || undefined })} onSelect={(prop: string) => patch({ prop })} onClear={() => patch({ prop: undefined })} />
              <Checkbox checked={query.merge_repeats} onChange={(e) => patch({ repeats: e.target.checked })}>{t.repeats}</Checkbox>
            </div>
          </>
        )}
      >
        {(a) => {
          const nodes = a.nodes ?? []
          const links = a.links ?? []
          if (nodes.length === 0) return <Card><Empty title={t.none} action={<Button onClick={() => patch({ span: 'all', from: undefined, to: undefined })}>{t.allTime}</Button>}>{t.lead0}</Empty></Card>
          const id = (depth: number, node: string) => `${depth}\u0000${node}`
          // Read backward, the chart still runs from left to right.
          const place = (depth: number) => (side === 'before' ? query.max_depth - 1 - depth : depth)
          const parse = (s: string): [number, string] => { const i = s.indexOf('\u0000'); return [globalThis.Number(s.slice(0, i)), s.slice(i + 1)] }
          const passed = new Map(nodes.map((n) => [id(n.depth, n.node), n]))
          const deepest = Math.max(...nodes.map((n) => n.depth))
          const flow = links.map((l) => (side === 'before' ? { from: id(l.depth + 1, l.to), to: id(l.depth, l.from), value: l.paths } : { from: id(l.depth, l.from), to: id(l.depth + 1, l.to), value: l.paths }))
          return (
            <>
              {links.length > 0 && (
                <Card>
                  <Sankey
                    title={t.flow} unit={t.ways} height={Math.max(340, Math.min(620, nodes.length * 26))}
                    nodes={nodes.map((n) => ({ id: id(n.depth, n.node), label: `${valueName(n.node)} ${num(n.paths)}`, depth: side === 'before' ? deepest - n.depth : place(n.depth) }))} links={flow}
                    sheet={{ columns: [t.step, t.from, t.to, t.count], rows: links.map((l) => [l.depth + 1, valueName(l.from), valueName(l.to), <Number key="n" onOpen={() => openLink(l.depth, l.from, l.to, l.customers)}>{num(l.paths)}</Number>]) }}
                    onNode={(s) => { const [d, n] = parse(s); openNode(d, n, false, passed.get(s)?.customers) }}
                    onLink={(from, to) => { const [[d, n], [, m]] = side === 'before' ? [parse(to), parse(from)] : [parse(from), parse(to)]; openLink(d, n, m) }}
                  />
                </Card>
              )}
              <Card flush title={t.links}>
                <PlainTable
                  label={t.links} rows={links.map((l, i) => ({ ...l, i }))} rowKey="i" height={380}
                  columns={[
                    { key: 'step', title: t.step, width: 90, render: (_, l) => l.depth + 1 }, { key: 'from', title: t.from, width: 180, render: (_, l) => valueName(l.from) }, { key: 'to', title: t.to, width: 180, render: (_, l) => valueName(l.to) },
                    { key: 'ways', title: t.count, width: 90, num: true, render: (_, l) => num(l.paths) },
                    { key: 'customers', title: t.customers, width: 100, num: true, render: (_, l) => <Number onOpen={() => openLink(l.depth, l.from, l.to, l.customers)}>{num(l.customers)}</Number> },
                    { key: 'share', title: t.share, width: 120, num: true, render: (_, l) => pct(l.paths / (passed.get(id(l.depth, l.from))?.paths ?? l.paths)) },
                  ]}
                />
              </Card>
              <Card flush title={t.nodes}>
                <PlainTable
                  label={t.nodes} rows={nodes.map((n, i) => ({ ...n, i }))} rowKey="i" height={380}
                  columns={[
                    { key: 'step', title: t.step, width: 90, render: (_, n) => n.depth + 1 }, { key: 'node', title: t.node, width: 220, render: (_, n) => valueName(n.node) },
                    { key: 'ways', title: t.count, width: 90, num: true, render: (_, n) => num(n.paths) },
                    { key: 'customers', title: t.customers, width: 100, num: true, render: (_, n) => <Number onOpen={() => openNode(n.depth, n.node, false, n.customers)}>{num(n.customers)}</Number> },
                    { key: 'dropped', title: t.stopped, width: 130, num: true, render: (_, n) => <Number onOpen={n.dropped ? () => openNode(n.depth, n.node, true) : undefined}>{`${num(n.dropped)} (${pct(n.dropped / n.paths)})`}</Number> },
                  ]}
                />
              </Card>
            </>
          )
        }}
      </Body>
    </PageShell>
  )
}
