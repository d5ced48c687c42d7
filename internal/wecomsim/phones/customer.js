// What a customer does on the phone.
import { t, h, icon, act, fill, attempt, avatar, when, button, state } from './lib.js';
import { attachment, words } from './chat.js';
import { codeCards, pasteForm, readCodes } from './codes.js';

export function tabs(phone) {
  const v = phone.view;
  return [
    { name: 'chats', pic: 'chat', text: t('消息', 'Chats'), count: v.chats.reduce((n, c) => n + c.unread, 0) },
    { name: 'moments', pic: 'find', text: t('朋友圈', 'Moments'), count: 0 },
    { name: 'scan', pic: 'scan', text: t('扫一扫', 'Scan'), count: 0 },
    { name: 'me', pic: 'me', text: t('我', 'Me'), count: (v.offers || []).length },
  ];
}

export function draw(phone) {
  switch (phone.tab) {
    case 'moments': return fill(phone.body, h('div.head', {}, h('h3', {}, t('朋友圈', 'Moments'))), h('div.pad', {}, feed(phone)));
    case 'scan': return scanScreen(phone);
    case 'me': return fill(phone.body, h('div.head', {}, h('h3', {}, t('我', 'Me'))), h('div.pad', {}, me(phone)));
  }
  phone.list();
}

async function scanScreen(phone) {
  if (!phone.body.querySelector('.scanner')) {
    fill(phone.body, h('div.head', {}, h('h3', {}, t('扫一扫', 'Scan'))), h('div.pad.scanner', {}, pasteForm(phone), h('div.found')));
  }
  const data = await readCodes();
  const out = phone.body.querySelector('.found');
  if (out) fill(out, codeCards(data, phone));
}

function feed(phone) {
  const list = phone.view.moments || [];
  if (!list.length) return h('p.empty', {}, icon('find'), t('员工发表的朋友圈会出现在这里', 'Moments that members publish appear here'));
  return list.map((m) => h('article.moment', {}, avatar(m.userid, m.name), h('div', {}, h('strong', {}, m.name), h('p', {}, words(phone, m.text)), m.attachments?.length > 0 && h('div.thumbs', {}, m.attachments.map((a) => attachment(phone, a))),
    h('div.row', {}, h('time', {}, when(m.at)), h('span.grow'), button(m.liked ? t('已赞', 'Liked') : t('赞', 'Like'), () => !m.liked && attempt(() => act('like_moment', { moment_id: m.moment_id, userid: m.userid, who: phone.who })), m.liked ? 'small.liked' : 'small', 'heart'),
      button(t('评论', 'Comment'), () => phone.form(t('评论', 'Comment'), [{ text: t('评论', 'Comment') }], t('发表', 'Post'), (text) => attempt(() => act('comment_moment', { moment_id: m.moment_id, userid: m.userid, who: phone.who, text }))), 'small', 'chat')),
    (m.likes > 0 || m.comments.length > 0) && h('div.marks', {}, m.likes > 0 && h('span', {}, icon('heart'), t(`${m.likes} 人觉得很赞`, `${m.likes} likes`)), m.comments.map((c) => h('span', {}, c))))));
}

function me(phone) {
  const v = phone.view;
  const entry = (pic, text, fn, kind) => h('li', {}, h('button' + (kind ? '.' + kind : ''), { type: 'button', key: text, onclick: fn }, icon(pic), text));
  return [
    h('div.profile', {}, avatar(v.id, v.name), h('div', {}, h('strong', {}, v.name), h('small.id', {}, v.id), h('small', {}, t(`${v.contacts} 位员工好友`, `${v.contacts} members added`)))),
    (v.offers || []).map((o) => h('article.task', {}, h('b.kind', {}, t('换人服务', 'Another member takes over')), h('p', {}, t(`${o.handover_userid} 的客户将由 ${o.takeover_userid} 接替，24 小时内可以拒绝。`, `${o.takeover_userid} takes over from ${o.handover_userid}. You may refuse within 24 hours.`)),
      h('div.row.end', {}, button(t('拒绝', 'Refuse'), () => attempt(() => act('refuse_transfer', { external_userid: phone.who }), t('已拒绝', 'Refused')), 'danger')))),
    h('ul.menu', {},
      (v.accounts || []).map((k) => entry('service', t('联系客服：', 'Customer service: ') + k.name, async () => {
        if (await attempt(() => act('kf_enter', { open_kfid: k.id, external_userid: phone.who }))) phone.open(k.id, 'service');
      })),
      entry('plus', t('请左边手机的员工加我', 'Ask the member of the other phone'), () => attempt(() => act('request', { userid: state.staff.who, external_userid: phone.who }), t('已申请', 'Asked'))),
      v.chats.find((c) => c.kind === 'staff') && entry('check', t('同意会话存档', 'Agree to the archive'), () => attempt(() => act('consent', { userid: v.chats.find((c) => c.kind === 'staff').peer, external_userid: phone.who }), t('已同意', 'Agreed')))),
  ];
}

/** memberSheet is what a customer can do with a member. */
export function memberSheet(phone, pair, data) {
  const remove = () => phone.ask(t('删除好友', 'Delete'), t(`把 ${data.title} 删除？对方会成为“已流失”。`, `Delete ${data.title}? The brand loses this contact.`), t('删除', 'Delete'), () => attempt(() => act('delete_staff', pair), t('已删除', 'Deleted')));
  const again = () => attempt(() => act('request', pair), t('已申请', 'Asked'));
  const close = phone.sheet(data.title, h('div.profile', {}, avatar(pair.userid, data.title), h('div', {}, h('strong', {}, data.title), h('small', {}, pair.userid))),
    h('ul.menu', {}, h('li', {}, data.follow ? h('button.warn', { type: 'button', onclick: () => { close(); remove(); } }, icon('close'), t('删除好友', 'Delete this contact')) : h('button', { type: 'button', onclick: () => { close(); again(); } }, icon('plus'), t('重新申请添加', 'Ask to be added again')))));
}
