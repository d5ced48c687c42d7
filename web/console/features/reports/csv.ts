/** A table as text, for a file. */
export interface Grid {
  name: string
  columns: string[]
  rows: (string | number | null | undefined)[][]
}

/** A grid as CSV with a byte order mark. Texts that a spreadsheet would take for a formula are quoted off. */
export function csvOf(grid: Grid): string {
  const field = (v: string | number | null | undefined) => {
    let text = v == null ? '' : String(v)
    if (typeof v === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `\uFEFF${[grid.columns, ...grid.rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`
}
