import type { Schema } from '@shared/api/client'
import type { Bubble } from '../../ui/PhonePreview'

/** What a message carries beside its text. */
export type Attachment = Schema<'ContentAttachment'>

/** A text with attachments. */
export interface Message {
  text?: string
  attachments?: Attachment[]
}

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

/** The limits of the platform, in bytes of UTF-8. */
export const limits = { text: 4000, link: 128, miniprogram: 64, description: 512, attachments: 9 } as const

/** Where the bytes of a file are shown from. */
export const assetURL = (id: string) => `/api/v1/assets/${id}/content`

/** What a version says as a message; an empty one for anything else. */
export function messageOf(body: unknown): Message {
  return body && typeof body === 'object' && ('text' in body || 'attachments' in body) ? (body as Message) : {}
}

/** An empty message of a kind. */
export function blank(kind: string): Message {
  const of = attachmentOf[kind]
  return of ? { attachments: [{ kind: of }] } : { text: '' }
}

/** Whether a message says nothing yet. */
export const isBlank = (message: Message) => !message.text?.trim() && (message.attachments ?? []).every((a) => Object.keys(a).length < 2)

/** What a message looks like on the phone. */
export function bubbles(message: Message): Bubble[] {
  const out: Bubble[] = message.text?.trim() ? [{ kind: 'text', text: message.text }] : []
  for (const a of message.attachments ?? []) {
    const image = a.asset && (a.kind === 'image' || a.kind === 'link' || a.kind === 'miniprogram') ? assetURL(a.asset) : undefined
    out.push({ kind: a.kind, title: a.title, detail: a.kind === 'link' ? (a.description || a.url) : a.kind === 'miniprogram' ? a.page : undefined, image })
  }
  return out
}

/** How many bytes a text has in UTF-8, as the platform counts. */
export const size = (text: string | undefined) => new TextEncoder().encode(text ?? '').length

/** A message without empty parts, as the server takes it. */
export function tidy(kind: string, message: Message): Message {
  const attachments = (message.attachments ?? []).map((a) => Object.fromEntries(Object.entries(a).filter(([, v]) => v !== '' && v !== undefined)) as Attachment)
  const single = attachmentOf[kind]
  return { ...(single || !message.text ? {} : { text: message.text }), ...(attachments.length > 0 ? { attachments } : {}) }
}

/** The first line of a message, for lists. */
export function summary(message: Message): string {
  if (message.text?.trim()) return message.text.trim()
  const a = message.attachments?.[0]
  return a?.title || a?.description || a?.url || a?.page || ''
}

/** The picture of a message, for cards. */
export function cover(message: Message): string | undefined {
  return message.attachments?.find((a) => a.asset && (a.kind === 'image' || a.kind === 'link' || a.kind === 'miniprogram'))?.asset
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
