import type { Bubble } from '../../ui/PhonePreview'

/** A message as it looks on a phone, whatever its channel. */
export function bubblesOf(content: unknown): Bubble[] {
  if (!content || typeof content !== 'object') return []
  const c = content as Record<string, unknown>
  const out: Bubble[] = []
  if (typeof c.subject === 'string') out.push({ kind: 'link', title: c.subject })
  if (typeof c.text === 'string' && c.text) out.push({ kind: 'text', text: c.text })
  for (const a of Array.isArray(c.attachments) ? (c.attachments as Record<string, string>[]) : []) {
    const image = a.asset ? `/api/v1/assets/${a.asset}/content` : undefined
    if (['image', 'video', 'file', 'link', 'miniprogram'].includes(a.kind ?? '')) out.push({ kind: a.kind as 'link', title: a.title, detail: a.description ?? a.url ?? a.page, image: a.kind === 'file' || a.kind === 'video' ? undefined : image })
  }
  if (out.length === 0 && Object.keys(c).length > 0) out.push({ kind: 'text', text: typeof c.template === 'string' ? `${c.template}\n${JSON.stringify(c.params ?? {})}` : JSON.stringify(c, null, 2) })
  return out
}
