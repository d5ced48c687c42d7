import type { Hit } from '../types'
import type { Message } from '../wecom/message'

interface Attachment { kind?: string; asset?: string; title?: string; description?: string; url?: string; app_id?: string; page?: string }

/** The messages that a material or script is, in the order to send them. */
export function messagesOf(hit: Pick<Hit, 'text' | 'body'>): Message[] {
  const body = (hit.body ?? {}) as { text?: string; attachments?: Attachment[] | null }
  const text = hit.text || body.text
  const out: Message[] = text ? [{ type: 'text', text }] : []
  for (const a of body.attachments ?? []) {
    if (a.kind === 'link' && a.url) out.push({ type: 'link', url: a.url, title: a.title || a.url, description: a.description })
    else if (a.kind === 'miniprogram' && a.app_id) out.push({ type: 'miniprogram', appId: a.app_id, page: a.page ?? '', title: a.title ?? '' })
    else if (a.asset && (a.kind === 'image' || a.kind === 'video' || a.kind === 'file')) out.push({ type: a.kind, asset: a.asset, name: a.title })
  }
  return out
}

/** A script for nobody in particular: the member's name is filled in, other values say what stands in for them. */
export function forAnybody(text: string, staff: string): string {
  return text.replace(/\{\{\s*([\w.]+)\s*(?:\|\s*default\s*:\s*"([^"]*)")?[^}]*\}\}/g, (whole, name: string, instead: string | undefined) => (name === 'staff.name' ? staff : (instead ?? whole)))
}

/** Where the bytes of an asset are. */
export const assetUrl = (id: string) => `/api/v1/panel/assets/${encodeURIComponent(id)}/content`

/** Where the member's own poster is drawn. */
export const posterUrl = (id: string, customer?: string) => `/api/v1/panel/posters/${encodeURIComponent(id)}${customer ? `?customer=${encodeURIComponent(customer)}` : ''}`

/** Folders of one parent, in their order. */
export function below<F extends { parent: string; position: number }>(folders: readonly F[], parent: string): F[] {
  return folders.filter((f) => f.parent === parent).sort((a, b) => a.position - b.position)
}
