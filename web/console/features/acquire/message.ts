import type { Schema } from '@shared/api/client'
import type { Bubble } from '../../ui/PhonePreview'

/** What a message carries beside its text. */
export type Attachment = Schema<'ContentAttachment'>

/** A text with attachments. */
export interface Message {
  text?: string
  attachments?: Attachment[]
}

/** A greeting with variants by day and hour. */
export type Greeting = Schema<'WelcomeGreeting'>

/** Where the bytes of a file are shown from. */
export const assetURL = (id: string) => `/api/v1/assets/${id}/content`

/** What a message looks like on the phone. `fill` puts values into the text. */
export function bubbles(message: Message | undefined, fill: (text: string) => string = (x) => x): Bubble[] {
  const out: Bubble[] = message?.text?.trim() ? [{ kind: 'text', text: fill(message.text) }] : []
  for (const a of message?.attachments ?? []) {
    const image = a.asset && (a.kind === 'image' || a.kind === 'link' || a.kind === 'miniprogram') ? assetURL(a.asset) : undefined
    out.push({ kind: a.kind, title: a.title, detail: a.kind === 'link' ? (a.description || a.url) : a.kind === 'miniprogram' ? a.page : undefined, image })
  }
  return out
}

/** How many bytes a text has in UTF-8, as the platform counts. */
export const size = (text: string | undefined) => new TextEncoder().encode(text ?? '').length

/** Puts the names into the placeholders of a greeting. */
export function filled(text: string, staff: string, customer: string): string {
  return text
    .replace(/\{\{\s*staff(?:\s*\|[^}]*)?\}\}/g, staff)
    .replace(/\{\{\s*customer(?:\s*\|[^}]*)?\}\}/g, customer)
}

/** A message without empty parts, or nothing if nothing is left. */
export function tidy<M extends Message>(message: M | undefined): M | undefined {
  if (!message) return undefined
  const attachments = message.attachments?.length ? message.attachments : undefined
  return message.text?.trim() || attachments ? { ...message, text: message.text || undefined, attachments } : undefined
}
