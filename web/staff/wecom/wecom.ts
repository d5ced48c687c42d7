import { call, must } from '@shared/api/client'
import { chatMessage, plain, type Message } from './message'
import type { Sdk } from './sdk'

/** Where the page stands: beside a chat with a customer or a group, or by itself. */
export interface Place {
  kind: 'single' | 'group' | 'alone'
  external?: string
  chat?: string
}

/** Asks WeCom beside which chat the page stands. Without WeCom it stands alone. */
export async function place(sdk: Sdk | undefined): Promise<Place> {
  if (!sdk) return { kind: 'alone' }
  const { entry } = await sdk.call('getContext')
  if (entry === 'single_chat_tools' || entry === 'contact_profile' || entry === 'single_kf_tools') {
    const { userId } = await sdk.call('getCurExternalContact')
    return { kind: entry === 'contact_profile' ? 'alone' : 'single', external: String(userId) }
  }
  if (entry === 'group_chat_tools') {
    const { chatId } = await sdk.call('getCurExternalChat')
    return { kind: 'group', chat: String(chatId) }
  }
  return { kind: 'alone' }
}

/** What came of sending: it is in the chat; or copied, and the chat open to paste; or copied only. */
export type Sent = 'sent' | 'opened' | 'copied'

/** A file cannot be pasted: it is sent from beside a chat only. */
export class NeedsChat extends Error {}

/** Puts text on the clipboard, also in frames and without HTTPS. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true })
    document.body.append(area)
    area.select()
    const copied = document.execCommand?.('copy')
    area.remove()
    if (!copied) throw new Error('not copied')
  }
}

/** Whether a message to a customer can be put into the chat at hand. */
export const reaches = (at: Place, to: string | undefined) => (at.kind === 'single' && (!to || to === at.external)) || (at.kind === 'group' && !to)

/** Opens the chat with a customer. */
export async function openChat(sdk: Sdk, external: string): Promise<void> {
  await sdk.call('openEnterpriseChat', { externalUserIds: [external], groupName: '' })
}

/** The platform's id of a file or of the member's own poster; other messages need none. */
async function mediaOf(m: Message): Promise<string> {
  if (m.type === 'poster') return (await must(call.POST('/panel/posters/{id}/media', { params: { path: { id: m.poster }, query: { customer: m.customer } } }))).media_id
  return 'asset' in m ? (await must(call.POST('/panel/assets/{id}/media', { params: { path: { id: m.asset } } }))).media_id : ''
}

/** Sends a message in the chat at hand, else copies it and opens the customer's chat. */
export async function send(sdk: Sdk | undefined, at: Place, m: Message, to?: string): Promise<Sent> {
  if (sdk && reaches(at, to)) {
    await sdk.call('sendChatMessage', chatMessage(m, await mediaOf(m)))
    return 'sent'
  }
  const text = plain(m)
  if (text === undefined) throw new NeedsChat('open the chat and send it from beside it')
  await copy(text)
  if (!sdk || !to) return 'copied'
  await openChat(sdk, to)
  return 'opened'
}
