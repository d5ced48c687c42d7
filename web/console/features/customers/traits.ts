/** A trait's value as it stands in a field. */
export function asTyped(v: unknown): string {
  if (v === null || v === undefined) return ''
  if (Array.isArray(v)) return v.map(asTyped).join(', ')
  return typeof v === 'object' ? JSON.stringify(v) : String(v)
}

/** What was typed, as a value of the trait's kind: what it was before decides, then what the vocabulary says. Nothing is null, which removes. */
export function readTyped(typed: string, type: string, before: unknown): unknown {
  const text = typed.trim()
  if (text === '') return null
  if (Array.isArray(before) || type === 'list') return text.split(/[,，、]/).map((x) => x.trim()).filter(Boolean)
  if (typeof before === 'boolean' || type === 'bool') return /^(true|yes|1|是)$/i.test(text)
  if ((typeof before === 'number' || type === 'number') && !Number.isNaN(Number(text))) return Number(text)
  return text
}
