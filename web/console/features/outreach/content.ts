import type { Schema } from '@shared/api/client'
import type { Bubble } from '../../ui/PhonePreview'

/** What a message carries beside its text. */
export type Attachment = Schema<'ContentAttachment'>

/** A text with attachments. */
export interface Message {
  text?: string
  attachments?: Attachment[]
}

/** Where the bytes of a file are shown from. */
export const assetURL = (id: string) => `/api/v1/assets/${id}/content`

/** What a message looks like on the phone. */
export function bubbles(message: Message | undefined): Bubble[] {
  const out: Bubble[] = message?.text?.trim() ? [{ kind: 'text', text: message.text }] : []
  for (const a of message?.attachments ?? []) {
    const image = a.asset && (a.kind === 'image' || a.kind === 'link' || a.kind === 'miniprogram') ? assetURL(a.asset) : undefined
    out.push({ kind: a.kind, title: a.title, detail: a.kind === 'link' ? (a.description || a.url) : a.kind === 'miniprogram' ? a.page : undefined, image })
  }
  return out
}

/** How many bytes a text has in UTF-8, as the platform counts. */
export const size = (text: string | undefined) => new TextEncoder().encode(text ?? '').length

/** A message without empty parts. */
export function tidy(message: Message | undefined): Message {
  const attachments = message?.attachments?.length ? message.attachments : undefined
  return { ...(message?.text?.trim() && { text: message.text }), ...(attachments && { attachments }) }
}

/** Whether nothing is in a message. */
export const isEmpty = (message: Message | undefined) => Object.keys(tidy(message)).length === 0

const carried = ['image', 'video', 'file', 'link', 'miniprogram'] as const

const said = (raw: unknown, key: string) => {
  const value = raw && typeof raw === 'object' ? (raw as Record<string, unknown>)[key] : undefined
  return typeof value === 'string' && value ? value : undefined
}

/** The message that a material of the library stands for. */
export function fromMaterial(kind: string, body: unknown): Message {
  const kept = carried.find((k) => k === kind)
  if (kept) {
    const a = { kind: kept, asset: said(body, 'asset'), title: said(body, 'title'), url: said(body, 'url'), description: said(body, 'description'), app_id: said(body, 'app_id'), page: said(body, 'page') }
    return { attachments: [Object.fromEntries(Object.entries(a).filter(([, v]) => v !== undefined)) as Attachment] }
  }
  const list = body && typeof body === 'object' ? (body as { attachments?: unknown }).attachments : undefined
  return tidy({ text: said(body, 'text'), attachments: Array.isArray(list) ? (list as Attachment[]) : undefined })
}

/** One message after another: texts in paragraphs, attachments in order. */
export function joined(a: Message, b: Message): Message {
  return tidy({ text: [a.text?.trim() ? a.text : undefined, b.text].filter(Boolean).join('\n\n'), attachments: [...(a.attachments ?? []), ...(b.attachments ?? [])] })
}
