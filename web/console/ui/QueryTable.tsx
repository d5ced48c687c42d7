import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button, Checkbox, Dropdown, Table, Tooltip, type TableColumnType } from 'antd'
import { useEffect, useMemo, useRef, useState, type Key, type ReactNode } from 'react'
import { Empty, Failure, Loading } from './states'

/** A column. `key` names it in the viewer's settings; `num` puts numbers at the right; hidden ones start switched off. */
export interface Column<Row> extends Omit<TableColumnType<Row>, 'title' | 'width'> {
  key: string
  title: ReactNode
  width: number
  num?: boolean
  hidden?: boolean
  always?: boolean
}

/** What an infinite query gives; api.useInfiniteQuery with byCursor does. */
interface Pages<Row> {
  data: { pages: { items: Row[] | null }[] } | undefined
  error: unknown
  isPending: boolean
  isFetching: boolean
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
  refetch: () => unknown
}

const said = texts({
  columns: ['列设置', 'Columns'],
  density: ['紧凑', 'Dense'],
  roomy: ['宽松', 'Roomy'],
  shown: [(n: string) => `已加载 ${n} 条`, (n: string) => `${n} loaded`],
  total: [(n: string) => `共 ${n} 条`, (n: string) => `${n} in all`],
  selected: [(n: string) => `已选 ${n} 条`, (n: string) => `${n} selected`],
  all: [(n: string) => `选择全部 ${n} 条`, (n: string) => `Select all ${n}`],
  allSelected: [(n: string) => `已选择符合条件的全部 ${n} 条`, (n: string) => `All ${n} that match are selected`],
  clear: ['取消选择', 'Clear'],
  none: ['暂无数据', 'Nothing here yet'],
  loading: ['加载中…', 'Loading…'],
})

/** Rows chosen by hand, or everything that the filter matches. */
export interface Selection<Row> {
  rows: Row[]
  all: boolean
  count: number
  clear: () => void
}

/**
 * A list that scrolls virtually and loads as it is scrolled. Columns and density are kept in
 * the browser under `id`. With `bulk` rows can be chosen; "select all" hands on the filter,
 * not the rows.
 */
export function QueryTable<Row extends object>({ id, label, query, columns, rowKey, total, empty, onOpen, bulk, toolbar, height }: {
  id: string
  label: string
  query: Pages<Row>
  columns: Column<Row>[]
  rowKey: keyof Row & string
  total?: number
  empty?: ReactNode
  onOpen?: (row: Row) => void
  bulk?: (selection: Selection<Row>) => ReactNode
  toolbar?: ReactNode
  /** Pixels; the rest of the window if absent. */
  height?: number
}) {
  const t = useText(said)
  const box = useRef<HTMLDivElement>(null)
  const size = useSize(box)
  useReachable(box)
  const [kept, keep] = useKept(`yutang.table.${id}`)
  const [chosen, setChosen] = useState<Key[]>([])
  const [all, setAll] = useState(false)
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items ?? []) ?? [], [query.data])
  const shown = columns.filter((c) => c.always || (kept.columns?.[c.key] ?? !c.hidden))
  const width = shown.reduce((sum, c) => sum + c.width, bulk ? 48 : 0)
  const clear = () => { setChosen([]); setAll(false) }
  const selection: Selection<Row> = {
    rows: rows.filter((r) => chosen.includes(r[rowKey] as Key)), all, count: all ? (total ?? rows.length) : chosen.length, clear,
  }
  const more = () => { if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage() }
  const scrolled = (e: React.UIEvent<HTMLElement>) => {
    const on = e.currentTarget
    if (on.scrollHeight - on.scrollTop - on.clientHeight < 600) more()
  }
  // A tall window may show a whole page without anything to scroll.
  useEffect(() => { if (rows.length > 0 && rows.length * 40 < size.height) more() }, [rows.length, size.height])
  if (query.error && rows.length === 0) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  const tall = Math.max(200, (height ?? size.height) - 88) // without the bar and the head
  return (
    <div ref={box} className={height ? undefined : 'y-table-room'}>
      <div className="y-table">
        <div className="y-table-bar">
          {selection.count > 0 && bulk ? (
            <>
              <b>{all ? t.allSelected(num(selection.count)) : t.selected(num(selection.count))}</b>
              {!all && total !== undefined && total > selection.count && <Button size="small" type="link" onClick={() => setAll(true)}>{t.all(num(total))}</Button>}
              {bulk(selection)}
              <Button size="small" type="text" onClick={clear}>{t.clear}</Button>
            </>
          ) : (
            <>
              <span className="y-faint" aria-live="polite">
                {query.isPending ? t.loading : total !== undefined ? t.total(num(total)) : query.hasNextPage ? t.shown(num(rows.length)) : t.total(num(rows.length))}
              </span>
              {toolbar}
              <span className="y-grow" />
              <Button size="small" type="text" onClick={() => keep({ ...kept, dense: !kept.dense })}>{kept.dense ? t.roomy : t.density}</Button>
              <Dropdown
                trigger={['click']} popupRender={() => (
                  <div className="y-menu">
                    {columns.filter((c) => !c.always).map((c) => (
                      <Checkbox
                        key={c.key} checked={kept.columns?.[c.key] ?? !c.hidden}
                        onChange={(e) => keep({ ...kept, columns: { ...kept.columns, [c.key]: e.target.checked } })}
                      >{c.title}</Checkbox>
                    ))}
                  </div>
                )}
              >
                <Button size="small" type="text">{t.columns}</Button>
              </Dropdown>
            </>
          )}
        </div>
        <div className="y-table-box">
          {query.isPending ? <Loading rows={8} /> : rows.length === 0 ? (empty ?? <Empty title={t.none} />) : (
            <Table<Row>
              virtual={rows.length > 60} aria-label={label} size={kept.dense ? 'small' : 'middle'} pagination={false} rowKey={rowKey} dataSource={rows}
              scroll={{ x: Math.max(width, 1), y: tall }} onScroll={scrolled} tableLayout="fixed"
              columns={shown.map(({ num: right, hidden: _hidden, always: _always, ...c }) => ({
                ellipsis: true, align: right ? 'right' as const : undefined, ...c, title: <Tooltip title={typeof c.title === 'string' ? undefined : c.title}>{c.title}</Tooltip>,
              }))}
              rowSelection={bulk && {
                columnWidth: 44, selectedRowKeys: all ? rows.map((r) => r[rowKey] as Key) : chosen, preserveSelectedRowKeys: true,
                onChange: (keys) => { setAll(false); setChosen(keys) },
                getTitleCheckboxProps: () => ({ 'aria-label': label }) as object,
              }}
              onRow={onOpen && ((row) => ({
                tabIndex: 0, className: 'y-row-open',
                onClick: (e) => { if (opens(e, 'a,button,input,label,.ant-checkbox-wrapper,.ant-dropdown-trigger')) onOpen(row) },
                onKeyDown: (e) => { if (e.key === 'Enter' && e.target === e.currentTarget) onOpen(row) },
              }))}
            />
          )}
        </div>
      </div>
    </div>
  )
}

/** Rows that are all there already, in the same look. */
export function PlainTable<Row extends object>({ label, rows, columns, rowKey, onOpen, height, empty, loading }: {
  label: string
  rows: readonly Row[] | null | undefined
  columns: Column<Row>[]
  rowKey: (keyof Row & string) | ((row: Row) => Key)
  onOpen?: (row: Row) => void
  height?: number
  empty?: ReactNode
  loading?: boolean
}) {
  const t = useText(said)
  const box = useRef<HTMLDivElement>(null)
  useReachable(box)
  if (rows?.length === 0 && !loading) return <>{empty ?? <Empty title={t.none} />}</>
  return (
    <div ref={box}><Table<Row>
      aria-label={label} size="small" pagination={false} rowKey={rowKey} dataSource={rows ?? []} loading={loading} tableLayout="fixed"
      scroll={{ x: columns.reduce((sum, c) => sum + c.width, 0), y: height }}
      columns={columns.map(({ num: right, hidden: _hidden, always: _always, ...c }) => ({ ...c, align: right ? 'right' as const : c.align }))}
      onRow={onOpen && ((row) => ({
        tabIndex: 0, className: 'y-row-open',
        onClick: (e) => { if (opens(e, 'a,button,input,label')) onOpen(row) },
        onKeyDown: (e) => { if (e.key === 'Enter' && e.target === e.currentTarget) onOpen(row) },
      }))}
    /></div>
  )
}

/** Whether a click on a row means the row: not a control in it, nor a menu or drawer of it that lies elsewhere on the page. */
function opens(e: React.MouseEvent<HTMLElement>, controls: string) {
  const on = e.target as HTMLElement
  return e.currentTarget.contains(on) && !on.closest(controls)
}

/** Lets the keyboard reach a table that scrolls sideways or down, however wide the window becomes. */
function useReachable(box: React.RefObject<HTMLElement | null>) {
  useEffect(() => {
    const mark = () => {
      for (const on of box.current?.querySelectorAll<HTMLElement>('.ant-table-content, .ant-table-body') ?? []) {
        if (on.scrollWidth > on.clientWidth || on.scrollHeight > on.clientHeight) on.tabIndex = 0
        else on.removeAttribute('tabindex')
      }
    }
    mark()
    if (!box.current) return
    const watch = new ResizeObserver(mark)
    watch.observe(box.current)
    return () => watch.disconnect()
  })
}

interface Kept {
  columns?: Record<string, boolean>
  dense?: boolean
}

function useKept(key: string): [Kept, (next: Kept) => void] {
  const [value, set] = useState<Kept>(() => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? '{}') as Kept
    } catch {
      return {}
    }
  })
  return [value, (next) => { localStorage.setItem(key, JSON.stringify(next)); set(next) }]
}

function useSize(ref: React.RefObject<HTMLElement | null>) {
  const [size, set] = useState({ height: 480 })
  useEffect(() => {
    const on = ref.current
    if (!on) return
    const watch = new ResizeObserver(() => set({ height: on.clientHeight }))
    watch.observe(on)
    return () => watch.disconnect()
  }, [ref])
  return size
}
