import type { Schema } from '@shared/api/client'
import type { Bubble } from '../PhonePreview'

/** What a message carries beside its text. */
export type Attachment = Schema<'ContentAttachment'>

/** The kinds of attachment, in the order in which they are offered. */
export const attachmentKinds = ['image', 'link', 'miniprogram', 'video', 'file'] as const satisfies readonly Attachment['kind'][]

/** One of them. */
export type AttachmentKind = Attachment['kind']

/** The kinds that are a file and nothing else. */
export const fileKinds = ['image', 'video', 'file'] as const satisfies readonly AttachmentKind[]

/** One of those. */
export type FileKind = (typeof fileKinds)[number]

/** Whether an attachment of a kind is a file and nothing else. */
export const isFile = (kind: AttachmentKind): kind is FileKind => (fileKinds as readonly string[]).includes(kind)

/** A text with attachments. */
export interface Message {
  text?: string
  attachments?: Attachment[]
}

/** Where the bytes of a file are shown from. */
export const assetURL = (id: string) => `/api/v1/assets/${id}/content`

/** What the server keeps as a message; an empty one for anything else. */
export function messageOf(body: unknown): Message {
  return body && typeof body === 'object' && ('text' in body || 'attachments' in body) ? (body as Message) : {}
}

/** A message without empty parts, as the server takes it. */
export function tidy<M extends Message>(message: M | undefined): M {
  const { text, attachments, ...more } = message ?? ({} as M)
  const list = (attachments ?? []).map((a) => Object.fromEntries(Object.entries(a).filter(([, v]) => v !== '' && v !== undefined)) as Attachment)
  return { ...more, ...(text?.trim() && { text }), ...(list.length > 0 && { attachments: list }) } as M
}

/** Whether nothing was begun in a message. */
export const isBare = (message: Message | undefined) => Object.keys(tidy(message)).length === 0

/** Whether nothing is in a message. An attachment of which only the kind is known is nothing yet. */
export const isEmpty = (message: Message | undefined) => !message?.text?.trim() && (tidy(message).attachments ?? []).every((a) => Object.keys(a).length < 2)

const shows = (kind: AttachmentKind) => kind === 'image' || kind === 'link' || kind === 'miniprogram'

/** The picture of a message, for cards. */
export function cover(message: Message): string | undefined {
  return message.attachments?.find((a) => a.asset && shows(a.kind))?.asset
}

/** What a message looks like on the phone. `fill` puts values into the text. */
export function bubbles(message: Message | undefined, fill: (text: string) => string = (x) => x): Bubble[] {
  const out: Bubble[] = message?.text?.trim() ? [{ kind: 'text', text: fill(message.text) }] : []
  for (const a of message?.attachments ?? []) {
    const detail = a.kind === 'link' ? a.description || a.url : a.kind === 'miniprogram' ? a.page : undefined
    out.push({ kind: a.kind, title: a.title, detail, ...(a.asset && (shows(a.kind) ? { image: assetURL(a.asset) } : { asset: a.asset })) })
  }
  return out
}
