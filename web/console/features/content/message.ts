import type { Schema } from '@shared/api/client'
import type { Attachment, Message } from '../../ui/message/message'

/** A material or script. */
export type Material = Schema<'LibraryMaterial'>

/** What a material says, or said. */
export type Version = Schema<'LibraryVersion'>

/** The kinds of material that an operator writes here. */
export const kinds = ['text', 'image', 'link', 'miniprogram', 'file', 'video', 'article', 'message'] as const

/** One of them. */
export type Kind = (typeof kinds)[number]

/** The attachment that a kind consists of; none for texts and messages. */
export const attachmentOf: Partial<Record<string, Attachment['kind']>> = {
  image: 'image', link: 'link', article: 'link', miniprogram: 'miniprogram', file: 'file', video: 'video',
}

/** An empty message of a kind. */
export function blank(kind: string): Message {
  const of = attachmentOf[kind]
  return of ? { attachments: [{ kind: of }] } : { text: '' }
}

/** The first line of a message, for lists. */
export function summary(message: Message): string {
  if (message.text?.trim()) return message.text.trim()
  const a = message.attachments?.[0]
  return a?.title || a?.description || a?.url || a?.page || ''
}

/** A message as lines, so that versions can be held against each other. */
export function asLines(message: Message): string[] {
  const out = message.text ? message.text.split('\n') : []
  for (const a of message.attachments ?? []) {
    out.push(`[${a.kind}]`)
    for (const [key, value] of Object.entries(a)) if (key !== 'kind' && value) out.push(`${key}: ${String(value)}`)
  }
  return out
}
