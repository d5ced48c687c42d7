import { attachmentKinds, type Attachment, type AttachmentKind, type Message } from './message'

/** How long a text may be. The platform counts bytes of UTF-8, in some places letters too. */
export interface Limit {
  bytes: number
  letters?: number
}

/** What a message may be where it is sent. */
export interface Place {
  text: Limit
  attachments: number
  kinds: readonly AttachmentKind[]
  /** Bytes of the title of a link. */
  linkTitle: number
  /** A link needs a cover. */
  needsCover?: boolean
  /** Nothing but images may stand beside one another. */
  imagesOnly?: boolean
}

const message: Place = { text: { bytes: 4000 }, attachments: 9, kinds: attachmentKinds, linkTitle: 128 }

/** The places to which messages go, as the server checks them. */
export const places = {
  /** To one customer or a group, and what new contacts are greeted with. */
  message,
  groupWelcome: { ...message, text: { bytes: 3000 }, attachments: 1 },
  moment: { text: { bytes: 4000, letters: 2000 }, attachments: 9, kinds: ['image', 'video', 'link'], linkTitle: 64, needsCover: true, imagesOnly: true },
} as const satisfies Record<string, Place>

/** The texts of an attachment. */
export type Part = 'title' | 'url' | 'description' | 'app_id' | 'page'

/** The texts that an attachment has in a place, with the bytes that each may take. */
export function partsOf(kind: AttachmentKind, place: Place): readonly [Part, number][] {
  if (kind === 'link') return [['url', 2048], ['title', place.linkTitle], ['description', 512]]
  return kind === 'miniprogram' ? [['title', 64], ['app_id', 64], ['page', 1024]] : []
}

/** How many bytes a text has in UTF-8, as the platform counts. */
export const size = (text: string | undefined) => new TextEncoder().encode(text ?? '').length

/** How long a text is, and by how many bytes or letters it is too long. */
export function measure(text: string, limit: Limit): { bytes: number; letters: number; bytesOver: number; lettersOver: number } {
  const [bytes, letters] = [size(text), [...text].length]
  return { bytes, letters, bytesOver: Math.max(0, bytes - limit.bytes), lettersOver: Math.max(0, letters - (limit.letters ?? Infinity)) }
}

/** The kinds that may still be added to what is attached, and how many of each. */
export function room(place: Place, attached: readonly Attachment[]): { kinds: readonly AttachmentKind[]; left: number } {
  const left = place.attachments - attached.length
  if (left <= 0) return { kinds: [], left: 0 }
  if (!place.imagesOnly || attached.length === 0) return { kinds: place.kinds, left }
  return attached.every((a) => a.kind === 'image') ? { kinds: ['image'], left } : { kinds: [], left: 0 }
}

/** One message after another: texts in paragraphs, attachments in order. Attachments for which there is no room are left out and counted. */
export function joined(place: Place, a: Message, b: Message): { message: Message; left: number } {
  const attachments = [...(a.attachments ?? [])]
  let left = 0
  for (const next of b.attachments ?? []) {
    if (room(place, attachments).kinds.includes(next.kind)) attachments.push(next)
    else left++
  }
  const text = [a.text, b.text].filter((x) => x?.trim()).join('\n\n')
  return { message: { ...a, text, attachments }, left }
}
