/** One cell of a heat map. `level` from 0 to 1 colours it; `open` marks what is not over yet. */
export interface HeatCell {
  text: string
  small?: string
  level?: number
  open?: boolean
  onOpen?: () => void
}

/** A table whose cells are darker where more is. Numbers stand in the cells, so colour is never alone. */
export function Heat({ first, head, rows }: { first: string; head: string[]; rows: { name: string; cells: HeatCell[] }[] }) {
  return (
    <div className="y-reports-heat" tabIndex={0} role="region" aria-label={first}>
      <table>
        <thead><tr><th scope="col">{first}</th>{head.map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.name}>
              <th scope="row">{r.name}</th>
              {r.cells.map((c, i) => <td key={i} className={c.open ? 'y-reports-open' : undefined} style={shade(c.level)}>{c.onOpen ? <button type="button" onClick={c.onOpen}><Inside cell={c} /></button> : <Inside cell={c} />}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Inside({ cell }: { cell: HeatCell }) {
  return <>{cell.text}{cell.small !== undefined && <small>{cell.small}</small>}</>
}

function shade(level: number | undefined) {
  if (level === undefined) return undefined
  const strong = Math.min(1, Math.max(0, level))
  // Text stays readable: from half on the fill is dark enough for white, below light enough for the page's own text.
  return strong >= 0.55 ? { backgroundColor: 'var(--y-primary)', color: '#fff' } : { backgroundColor: `color-mix(in srgb, var(--y-primary) ${Math.round(Math.sqrt(strong) * 46)}%, var(--y-card))`, color: 'var(--y-text)' }
}
