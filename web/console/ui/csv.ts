/** A table for a file. */
export interface Table {
  columns: readonly string[]
  rows: readonly (readonly (string | number | null | undefined)[])[]
}

/** A table as a CSV file that Excel opens in UTF-8. Texts that a spreadsheet would take for a formula are quoted off. */
export function csvOf(table: Table): Blob {
  const field = (v: string | number | null | undefined) => {
    let text = v == null ? '' : String(v)
    if (typeof v === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return new Blob([`\uFEFF${[table.columns, ...table.rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`], { type: 'text/csv;charset=utf-8' })
}
