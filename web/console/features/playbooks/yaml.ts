/** A fault of a file: the line it stands in, where that is in the text, and the step it is about. */
export interface LineFault {
  pointer: string
  detail: string
  line: number
  from: number
  to: number
  step?: string
}

/** The server's faults of a file with their lines. Those that name no line stand in the first. */
export function linesOf(text: string, faults: readonly { pointer: string; detail: string }[]): LineFault[] {
  const lines = text.split('\n')
  return faults.map(({ pointer, detail }) => {
    const told = /^(?:line |第 ?)(\d+)(?: ?行)?[:：]\s*/.exec(detail)
    const line = Math.min(Math.max(Number(told?.[1] ?? 1), 1), lines.length)
    const from = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0)
    return {
      pointer, detail: told ? detail.slice(told[0].length) : detail, line, from, to: from + (lines[line - 1]?.length ?? 0),
      step: pointer.startsWith('/steps/') ? stepAt(lines, line - 1) : undefined,
    }
  })
}

/** The id of the step around a line: of the nearest item of a list that has one and that the line is part of. */
function stepAt(lines: readonly string[], at: number): string | undefined {
  const indent = (i: number) => /^[ ]*(?:- +)?/.exec(lines[i] ?? '')?.[0].length ?? 0
  let depth = Infinity
  for (let i = at; i >= 0; i--) {
    const line = lines[i] ?? ''
    if (!line.trim()) continue
    const own = indent(i)
    if (i !== at && own > depth) continue
    depth = Math.min(depth, own)
    const id = /^[ ]*(?:- +)?id:\s*["']?([a-z0-9_-]+)/.exec(line)?.[1]
    if (id) return id
    if (/^[ ]*- /.test(line)) {
      for (let k = i + 1; k < lines.length && (indent(k) >= own || !lines[k]?.trim()); k++) {
        const later = indent(k) === own ? /^[ ]*id:\s*["']?([a-z0-9_-]+)/.exec(lines[k] ?? '')?.[1] : undefined
        if (later) return later
        if (/^[ ]*- /.test(lines[k] ?? '') && indent(k) === own) break
      }
    }
  }
  return undefined
}
