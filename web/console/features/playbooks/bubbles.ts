import { bubbles, messageOf } from '../../ui/message/message'
import type { Bubble } from '../../ui/PhonePreview'

/** A message as it looks on a phone, whatever its channel. */
export function bubblesOf(content: unknown): Bubble[] {
  if (!content || typeof content !== 'object') return []
  const c = content as Record<string, unknown>
  const out: Bubble[] = []
  if (typeof c.subject === 'string') out.push({ kind: 'link', title: c.subject })
  out.push(...bubbles(messageOf(c)))
  if (out.length === 0 && Object.keys(c).length > 0) out.push({ kind: 'text', text: typeof c.template === 'string' ? `${c.template}\n${JSON.stringify(c.params ?? {})}` : JSON.stringify(c, null, 2) })
  return out
}
