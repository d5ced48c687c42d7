/** What a chat can be sent. */
export type Message =
  | { type: 'text'; text: string }
  | { type: 'image' | 'video' | 'file'; asset: string; name?: string }
  | { type: 'poster'; poster: string; customer?: string }
  | { type: 'link'; url: string; title: string; description?: string }
  | { type: 'miniprogram'; appId: string; page: string; title: string }

/** The shape that sendChatMessage takes. Files need the platform's id of them. */
export function chatMessage(m: Message, mediaId = ''): Record<string, unknown> {
  switch (m.type) {
    case 'text': return { msgtype: 'text', text: { content: m.text } }
    case 'link': return { msgtype: 'news', news: { link: m.url, title: m.title, desc: m.description ?? '' } }
    case 'miniprogram': return { msgtype: 'miniprogram', miniprogram: { appid: m.appId, page: m.page, title: m.title } }
    case 'poster': return { msgtype: 'image', image: { mediaid: mediaId } }
    default: return { msgtype: m.type, [m.type]: { mediaid: mediaId } }
  }
}

/** What of a message can be pasted: nothing of files. */
export function plain(m: Message): string | undefined {
  if (m.type === 'text') return m.text
  return m.type === 'link' ? [m.title, m.url].filter(Boolean).join('\n') : undefined
}
