// What a page on a phone may ask the phone to do: those calls of the platform's JS-SDK that
// a member's pages use. The page asks by messages, since it has another origin.
import { act } from './lib.js';

const done = (name) => ({ errMsg: name + ':ok' });

/** attachmentOf is what a chat holds of a message that a page sends. */
function attachmentOf(m) {
  switch (m.msgtype) {
    case 'news': return { msgtype: 'link', link: { title: m.news.title || m.news.link, desc: m.news.desc, url: m.news.link, picurl: m.news.imgUrl } };
    case 'image': return { msgtype: 'image', image: { media_id: m.image.mediaid } };
    case 'video': return { msgtype: 'video', video: { media_id: m.video.mediaid } };
    case 'file': return { msgtype: 'file', file: { media_id: m.file.mediaid } };
    case 'miniprogram': return { msgtype: 'miniprogram', miniprogram: { title: m.miniprogram.title, appid: m.miniprogram.appid, page: m.miniprogram.page } };
  }
  throw new Error('sendChatMessage:fail invalid msgtype');
}

/** calls are what a page on a phone can do; chat is the one that it was opened beside, if any. */
const calls = {
  hello: (phone) => ({ userid: phone.who }),
  getContext: (phone, chat) => ({ ...done('getContext'), entry: !chat ? 'normal' : chat.kind === 'group' ? 'group_chat_tools' : 'single_chat_tools' }),
  getCurExternalContact: (phone, chat) => {
    if (chat?.kind !== 'customer') throw new Error('getCurExternalContact:fail without context of external contact');
    return { ...done('getCurExternalContact'), userId: chat.peer };
  },
  getCurExternalChat: (phone, chat) => {
    if (chat?.kind !== 'group') throw new Error('getCurExternalChat:fail without context of external contact');
    return { ...done('getCurExternalChat'), chatId: chat.peer };
  },
  sendChatMessage: async (phone, chat, m) => {
    if (!chat) throw new Error('sendChatMessage:without context of external contact');
    const text = m.msgtype === 'text' ? m.text.content : '';
    if (chat.kind === 'group') await act('say_in_group', { chat_id: chat.peer, who: phone.who, text: text || `${m.news?.title || ''} ${m.news?.link || ''}`.trim() });
    else await act('send_text', { from: phone.who, to: chat.peer, text, attachments: text ? [] : [attachmentOf(m)] });
    document.dispatchEvent(new Event('changed'));
    return done('sendChatMessage');
  },
  openEnterpriseChat: async (phone, chat, m) => {
    const peer = [m.externalUserIds].flat()[0]?.split(';')[0];
    if (!peer) throw new Error('openEnterpriseChat:fail invalid externalUserIds');
    phone.closeWeb();
    await phone.open(peer, 'customer');
    return done('openEnterpriseChat');
  },
};

/** answer serves the calls of the page in a frame until the function given is called. */
export function answer(phone, frame, chat) {
  const hear = async (e) => {
    const ask = e.data?.wecomsim;
    if (e.source !== frame.contentWindow || !ask || !Object.hasOwn(calls, ask.call)) return;
    const reply = { id: ask.id };
    try {
      reply.result = await calls[ask.call](phone, chat, ask.args || {});
    } catch (err) {
      reply.error = err.message;
    }
    e.source?.postMessage({ wecomsim: reply }, e.origin);
  };
  addEventListener('message', hear);
  return () => removeEventListener('message', hear);
}
