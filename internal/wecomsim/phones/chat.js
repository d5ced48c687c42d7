// A conversation on a phone: between two, in a group, or with a customer-service account.
import { t, h, icon, get, act, fill, attempt, avatar, clock, day, button, state } from './lib.js';
import { other } from './phone.js';
import { customerSheet, groupSheet } from './staff.js';
import { memberSheet } from './customer.js';

const media = (id) => '/sim/media/' + encodeURIComponent(id);

/** words is a text with its links made to open on the phone. */
export function words(phone, text) {
  const out = [];
  const found = /<a\s[^>]*href=["']([^"']+)["'][^>]*>(.*?)<\/a>|(https?:\/\/[^\s<>"'，。；）]+)/g;
  let last = 0;
  for (const m of (text || '').matchAll(found)) {
    out.push(text.slice(last, m.index));
    const url = m[1] || m[3];
    out.push(/^https?:/.test(url) ? h('a', { href: url, onclick: (e) => { e.preventDefault(); phone.web(url, m[2] || url); } }, m[2] || url) : m[2]);
    last = m.index + m[0].length;
  }
  out.push((text || '').slice(last));
  return out;
}

const picture = (src, alt) => {
  const img = h('img.picture', { src, alt, loading: 'lazy' });
  img.addEventListener('error', () => img.replaceWith(h('span.gone', {}, icon('pic'), t('图片已过期', 'The picture has expired'))));
  return img;
};

/** card is something with a title that opens an address. */
export const card = (phone, title, text, url, pic, kind) => h('button.card', { type: 'button', onclick: () => /^https?:/.test(url || '') && phone.web(url, title), disabled: !/^https?:/.test(url || '') },
  h('strong', {}, title), h('span.card-text', {}, h('span', {}, text), pic && h('img', { src: pic, alt: '' })), kind && h('small', {}, kind));

/** attachment draws what goes with a message. */
export function attachment(phone, a) {
  switch (a.msgtype) {
    case 'image': return picture(a.image.media_id ? media(a.image.media_id) : a.image.pic_url, t('图片', 'Picture'));
    case 'link': return card(phone, a.link.title, a.link.desc || a.link.url, a.link.url, a.link.media_id ? media(a.link.media_id) : a.link.picurl, t('链接', 'Link'));
    case 'miniprogram': return h('div.card.mini', {}, h('strong', {}, a.miniprogram.title), picture(media(a.miniprogram.pic_media_id), ''), h('small', {}, t('小程序', 'Mini-program') + ' · ' + a.miniprogram.appid));
    case 'video': return h('video.picture', { src: media(a.video.media_id), controls: true, preload: 'none' });
    case 'file': return h('a.card', { href: media(a.file.media_id), download: true }, h('span.card-text', {}, h('strong', {}, t('文件', 'File')), icon('file')));
  }
  return h('span.gone', {}, a.msgtype);
}

const labels = { welcome: ['欢迎语', 'Welcome'], mass: ['群发', 'Mass message'], robot: ['接待助手', 'Assistant'] };

export class Chat {
  constructor(phone, peer, kind) {
    Object.assign(this, { phone, peer, kind });
    this.title = h('span.title');
    this.tools = h('span.tools');
    this.note = h('div.note', { hidden: true });
    this.list = h('div.talk', { tabindex: '0', role: 'log', 'aria-label': t('聊天记录', 'Messages') });
    this.input = h('input', { type: 'text', maxlength: 500, placeholder: t('说点什么', 'Say something'), 'aria-label': t('消息', 'Message'), autocomplete: 'off' });
    this.composer = h('form.composer', { onsubmit: (e) => { e.preventDefault(); this.say(); } }, this.input, h('button.primary.round', { 'aria-label': t('发送', 'Send') }, icon('send')));
    this.el = h('div.chat', {}, h('div.chat-head', {}, h('button.plain', { type: 'button', onclick: () => phone.closeChat(), 'aria-label': t('返回', 'Back') }, icon('back')), this.title, this.tools), this.note, this.list, this.composer);
  }

  get pair() {
    const { phone, peer } = this;
    return phone.kind === 'staff' ? { userid: phone.who, external_userid: peer } : { userid: peer, external_userid: phone.who };
  }

  async say() {
    const text = this.input.value.trim();
    if (!text) return;
    const { phone, peer } = this;
    const done = await attempt(() => {
      if (this.kind === 'group') return act('say_in_group', { chat_id: peer, who: phone.who, text });
      if (this.kind === 'service') return act('kf_say', { open_kfid: peer, external_userid: phone.who, text });
      return act('send_text', { from: phone.who, to: peer, text });
    });
    if (done) {
      this.input.value = '';
      this.input.focus();
    }
  }

  async read() {
    const { phone, peer } = this;
    if (this.kind === 'group') {
      const g = await get('group', { chat_id: peer });
      const names = Object.fromEntries(g.members.map((m) => [m.id, m.name]));
      return { title: `${g.name} (${g.members.length})`, group: g, names, list: g.talk || [], gone: g.dismissed || !names[phone.who] };
    }
    if (this.kind === 'service') {
      const list = await get('kf_talk', { open_kfid: peer, external_userid: phone.who });
      return { title: phone.view.accounts?.find((a) => a.id === peer)?.name || t('客服', 'Service'), names: {}, list };
    }
    const [list, c] = await Promise.all([get('talk', this.pair), get('customer', { external_userid: this.pair.external_userid })]);
    const f = c.follows.find((x) => x.userid.toLowerCase() === this.pair.userid.toLowerCase() && !x.lost);
    const known = phone.view.chats.find((x) => x.peer === peer);
    return { title: (phone.kind === 'staff' ? f?.remark || c.name : known?.name) || this.data?.title || peer, customer: c, follow: f, names: {}, list, gone: !f };
  }

  async refresh() {
    let data;
    try {
      data = await this.read();
    } catch {
      return this.phone.closeChat();
    }
    const now = JSON.stringify(data);
    if (now === this.shown) return;
    this.shown = now;
    this.data = data;
    this.draw();
    act('seen', { who: this.phone.who, peer: this.peer }).catch(() => {});
  }

  draw() {
    const { data, phone } = this;
    fill(this.title, data.title);
    const beside = this.kind !== 'service' && phone.kind === 'staff' && state.corp?.toolbar;
    fill(this.tools, beside && h('button.plain', { type: 'button', key: 'panel', onclick: () => phone.web(beside, t('聊天侧边栏', 'Side panel'), { peer: this.peer, kind: this.kind }), title: t('聊天侧边栏', 'Side panel'), 'aria-label': t('聊天侧边栏', 'Side panel') }, icon('app')),
      this.kind !== 'group' && this.kind !== 'service' && h('button.plain', { type: 'button', key: 'swap', onclick: () => this.showOther(), title: t('在另一台手机上看', 'Show on the other phone'), 'aria-label': t('在另一台手机上看', 'Show on the other phone') }, icon('swap')),
      this.kind !== 'service' && h('button.plain', { type: 'button', key: 'more', onclick: () => this.more(), 'aria-label': t('更多', 'More'), 'aria-haspopup': 'dialog' }, icon('more')));
    const tags = phone.kind === 'staff' ? data.follow?.tags || [] : [];
    fill(this.note, tags.map((x) => h('span.tag', {}, x)), data.follow?.half && phone.kind === 'staff' && button(t('通过好友', 'Accept'), () => attempt(() => act('confirm', this.pair), t('已通过', 'Accepted')), 'small'));
    this.note.hidden = !this.note.childElementCount;
    const bottom = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    let last = '';
    const rows = [];
    if (data.follow) rows.push(h('p.line', {}, this.began(data.follow)));
    for (const m of data.list.slice(-150)) {
      const stamp = `${day(m.at)} ${clock(m.at)}`.slice(0, 15);
      if (stamp !== last) rows.push(h('p.line', {}, day(m.at) === day(state.now) ? clock(m.at) : `${day(m.at)} ${clock(m.at)}`));
      last = stamp;
      rows.push(this.bubble(m, m.from === phone.who));
    }
    if (data.gone) rows.push(h('p.line', {}, this.kind === 'group' ? t('你已不在这个群里', 'You are not in this group any more') : t('你们现在不是好友', 'You are not in contact now')));
    fill(this.list, rows);
    this.composer.hidden = Boolean(data.gone);
    if (bottom || !this.drawn) this.list.scrollTop = this.list.scrollHeight;
    this.drawn = true;
    if (bottom) for (const img of this.list.querySelectorAll('img')) img.addEventListener('load', () => { this.list.scrollTop = this.list.scrollHeight; }, { once: true });
  }

  began(f) {
    const ways = { 1: ['扫码', 'by code'], 2: ['搜索手机号', 'by phone number'], 3: ['名片', 'by card'], 4: ['群聊', 'from a group'], 16: ['获客链接', 'by link'], 202: ['管理员分配', 'assigned'] };
    const how = ways[f.add_way] || ['其他方式', 'another way'];
    return t(`${day(new Date(f.at * 1000))} 通过${how[0]}添加`, `Added ${how[1]} on ${day(new Date(f.at * 1000))}`) + (f.state ? ` · ${f.state}` : '');
  }

  bubble(m, own) {
    const label = labels[m.kind];
    const name = this.kind === 'group' && !own ? h('small.name', {}, this.data.names[m.from] || m.from) : null;
    return h('div.msg' + (own ? '.own' : ''), {}, avatar(m.from, '', this.kind === 'service' && !own ? 'service' : ''),
      h('div.stack-s', {}, name, label && h('small.name', {}, t(...label)), m.text && h('div.bubble', {}, words(this.phone, m.text)), (m.attachments || []).map((a) => attachment(this.phone, a))));
  }

  /** showOther puts the same conversation on the other phone. */
  async showOther() {
    const phone = other(this.phone);
    await phone.become(this.peer);
    await phone.open(this.phone.who, this.phone.kind);
    document.dispatchEvent(new CustomEvent('show', { detail: phone.kind }));
  }

  more() {
    if (this.kind === 'group') return groupSheet(this.phone, this.data.group);
    return this.phone.kind === 'staff' ? customerSheet(this.phone, this.pair, this.data) : memberSheet(this.phone, this.pair, this.data);
  }
}
