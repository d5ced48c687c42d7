// One phone: whose it is, its tabs, what is open on it.
import { state, t, h, icon, get, act, fill, attempt, avatar, when, button } from './lib.js';
import { Chat } from './chat.js';
import { answer } from './jsapi.js';
import * as staffTabs from './staff.js';
import * as customerTabs from './customer.js';

/** inFrame is the address to open for the phone's holder: pages that ask who is there learn it. */
export function inFrame(url, who, kind) {
  const u = new URL(url, location.href);
  if (!/\/connect\/oauth2\/authorize$|\/wwlogin\/sso\/login$/.test(u.pathname)) return u.href;
  const pick = new URLSearchParams({ redirect_uri: u.searchParams.get('redirect_uri') || '', state: u.searchParams.get('state') || '', scope: u.searchParams.get('scope') || '', agentid: u.searchParams.get('agentid') || '' });
  pick.set(kind === 'staff' ? 'userid' : 'external_userid', who);
  return '/sim/oauth/pick?' + pick;
}

export class Phone {
  constructor(kind) {
    this.kind = kind;
    this.tabs = kind === 'staff' ? staffTabs : customerTabs;
    this.el = h('section.phone.' + kind);
    this.tab = 'chats';
    this.words = '';
  }

  /** redraw builds the phone anew, after the language changed. */
  redraw() {
    this.shown = '';
    this.chat = null;
    this.who_ = h('button.who', { type: 'button', onclick: () => this.pick(), 'aria-haspopup': 'dialog' });
    this.body = h('div.screen');
    this.foot = h('nav.tabs', { 'aria-label': t('手机', 'Phone') });
    this.cover = h('div.cover', { hidden: true });
    this.el.setAttribute('aria-label', this.kind === 'staff' ? t('员工的手机', "A member's phone") : t('客户的手机', "A customer's phone"));
    fill(this.el, h('div.caption', {}, h('span', {}, this.kind === 'staff' ? t('员工手机', 'Staff') : t('客户手机', 'Customer')), this.who_), h('div.case', {}, this.body, this.foot, this.cover));
    if (this.view) this.draw();
  }

  /** become makes the phone somebody's. */
  async become(who) {
    if (!who) return;
    this.who = who;
    this.chat = null;
    this.words = '';
    this.shown = '';
    localStorage.setItem(this.kind, who);
    act('hold', { who }).catch(() => {});
    await this.refresh();
  }

  async refresh() {
    if (!this.who) return;
    const view = await get('phone', { who: this.who, q: this.words });
    const now = JSON.stringify(view);
    if (now !== this.shown) {
      this.shown = now;
      this.view = view;
      this.draw();
    }
    await this.chat?.refresh();
  }

  draw() {
    const v = this.view;
    fill(this.who_, avatar(v.id, v.name, this.kind), h('span', {}, h('strong', {}, v.name), h('small', {}, v.left ? t('已离职', 'has left') : v.note || (this.kind === 'staff' ? v.id : t('微信用户', 'WeChat user')))), icon('down'));
    const list = this.tabs.tabs(this);
    fill(this.foot, list.map((x) => h('button', { type: 'button', key: 'tab-' + x.name, 'aria-current': x.name === this.tab && !this.chat ? 'page' : 'false', onclick: () => this.go(x.name) },
      h('span.pic', {}, icon(x.pic), x.count > 0 && h('b.badge', {}, x.count > 99 ? '99+' : x.count)), x.text)));
    if (this.chat) return;
    if (this.tab !== this.drawn) {
      this.body.replaceChildren();
      this.body.scrollTop = 0;
      this.drawn = this.tab;
    }
    this.tabs.draw(this);
  }

  go(tab) {
    this.tab = tab;
    this.closeChat();
  }

  closeChat() {
    this.chat = null;
    this.drawn = '';
    this.draw();
  }

  /** open opens a conversation: with a member, a customer, a group or a service account. */
  async open(peer, kind) {
    this.tab = 'chats';
    this.chat = new Chat(this, peer, kind);
    this.drawn = '';
    this.body.replaceChildren(this.chat.el);
    await this.refresh();
    await this.chat.refresh();
    this.draw();
  }

  /** list is the conversation list with its search field. */
  list() {
    let field = this.body.querySelector('input.search');
    if (!field) {
      field = h('input.search', { type: 'search', value: this.words, placeholder: t('搜索', 'Search'), 'aria-label': t('搜索会话', 'Search conversations'), oninput: () => { this.words = field.value; this.refresh(); } });
      this.body.replaceChildren(h('div.head', {}, h('h3', {}, t('消息', 'Chats')), field), h('ul.chats'));
    }
    const chats = this.view.chats;
    fill(this.body.querySelector('ul.chats'), chats.map((c) => h('li', {}, h('button', { type: 'button', key: c.peer, onclick: () => this.open(c.peer, c.kind) },
      h('span.pic', {}, avatar(c.peer, c.name, c.kind), c.unread > 0 && h('b.badge', {}, c.unread > 99 ? '99+' : c.unread)),
      h('span.text', {}, h('span.top', {}, h('strong', {}, c.remark || c.name), c.people && h('small', {}, `(${c.people})`), c.half && h('em', {}, t('待通过', 'to accept')), h('time', {}, when(c.at))),
        h('span.last', {}, c.last || (c.media ? `[${mediaName(c.media)}]` : t('已添加，可以开始聊天了', 'Added. Say hello.'))))))),
    chats.length === 0 && h('li.empty', {}, this.words ? t('没有找到', 'Nothing found') : t('还没有会话', 'No conversations yet')),
    this.view.total > chats.length && h('li.empty', {}, t(`只显示最近 ${chats.length} 个，共 ${this.view.total} 个`, `The latest ${chats.length} of ${this.view.total}`)));
  }

  /** sheet shows a card over the phone; it gives the function that closes it. */
  sheet(title, ...kids) {
    const from = document.activeElement;
    const close = () => { this.cover.hidden = true; this.cover.replaceChildren(); from?.focus?.(); };
    const card = h('div.sheet', { role: 'dialog', 'aria-modal': 'true', 'aria-label': title, onkeydown: (e) => { if (e.key === 'Escape') close(); } },
      h('div.sheet-head', {}, h('h3', {}, title), h('button.plain', { type: 'button', onclick: close, 'aria-label': t('关闭', 'Close') }, icon('close'))), h('div.sheet-body', {}, kids.map((k) => (typeof k === 'function' ? k(close) : k))));
    this.cover.replaceChildren(h('div.shade', { onclick: close }), card);
    this.cover.hidden = false;
    (card.querySelector('input, select, textarea, .sheet-body button') || card.querySelector('button')).focus();
    return close;
  }

  /** ask wants a yes before something that cannot be undone. */
  ask(title, text, verb, fn) {
    this.sheet(title, h('p', {}, text), (close) => h('div.row.end', {}, button(t('取消', 'Cancel'), close, 'plain'), button(verb, () => { close(); fn(); }, 'danger')));
  }

  /** form asks for one text. */
  form(title, fields, verb, fn) {
    const inputs = fields.map((f) => h(f.long ? 'textarea' : 'input', { type: f.long ? undefined : 'text', value: f.value || '', maxlength: f.most, rows: f.long ? 4 : undefined, placeholder: f.text }));
    this.sheet(title, (close) => h('form.stack', { onsubmit: (e) => { e.preventDefault(); close(); fn(...inputs.map((i) => i.value.trim())); } },
      inputs.map((input, i) => h('label', {}, h('span', {}, fields[i].text), input)), h('div.row.end', {}, h('button.primary', {}, verb))));
  }

  /** closeWeb goes back from a page. */
  closeWeb() {
    this.deaf?.();
    this.deaf = null;
    this.cover.hidden = true;
    this.cover.replaceChildren();
  }

  /** web opens an address inside the phone, maybe beside a chat. */
  web(url, title, chat) {
    const target = inFrame(url, this.who, this.kind);
    const close = () => this.closeWeb();
    document.cookie = `wecomsim_holder=${this.kind === 'staff' ? encodeURIComponent(this.who) : ''}; path=/; SameSite=Lax`;
    const frame = h('iframe', { src: target, title: title || url, sandbox: 'allow-scripts allow-forms allow-same-origin allow-popups', allow: 'clipboard-write' });
    this.deaf?.();
    this.deaf = this.kind === 'staff' ? answer(this, frame, chat) : null;
    this.cover.replaceChildren(h('div.web', { role: 'dialog', 'aria-label': title || url, onkeydown: (e) => { if (e.key === 'Escape') close(); } },
      h('div.sheet-head', {}, h('button.plain', { type: 'button', onclick: close, 'aria-label': t('返回', 'Back') }, icon('back')), h('span.address', {}, title || url),
        h('a.plain', { href: target, target: '_blank', rel: 'noopener', 'aria-label': t('在新标签页打开', 'Open in a new tab') }, icon('out'))),
      frame));
    this.cover.hidden = false;
    this.cover.querySelector('button').focus();
  }

  /** pick lets somebody choose whose phone this is. */
  pick() {
    const out = h('ul.chats.people');
    const look = async () => {
      const people = await get('people', { kind: this.kind, q: field.value });
      fill(out, people.map((p) => h('li', {}, h('button', { type: 'button', key: p.id, onclick: () => { close(); this.become(p.id); } }, avatar(p.id, p.name),
        h('span.text', {}, h('span.top', {}, h('strong', {}, p.name), p.left && h('em', {}, t('已离职', 'left'))), h('span.last', {}, this.kind === 'staff' ? `${p.note} · ${p.contacts}${t(' 位客户', ' customers')}` : p.note || t(`${p.contacts} 位员工好友`, `${p.contacts} members added`)))))),
      people.length === 0 && h('li.empty', {}, t('没有找到', 'Nobody found')));
    };
    const field = h('input', { type: 'search', placeholder: t('按名字、备注或 ID 找', 'Find by name, remark or id'), 'aria-label': t('找人', 'Find somebody'), oninput: look });
    const create = this.kind === 'customer' && button(t('新客户', 'New customer'), () => {
      close();
      this.form(t('新客户', 'New customer'), [{ text: t('昵称（可空）', 'Name (may be empty)') }], t('拿起手机', 'Pick up the phone'), async (name) => {
        const c = await attempt(() => act('add_customer', { name }));
        if (c) await this.become(c.external_userid);
      });
    }, 'primary', 'plus');
    const close = this.sheet(this.kind === 'staff' ? t('这是谁的手机？', 'Whose phone is this?') : t('这是哪位客户的手机？', 'Whose phone is this?'), h('div.row', {}, field, create), out);
    field.focus();
    look();
  }
}

export const mediaName = (kind) => ({ image: t('图片', 'picture'), link: t('链接', 'link'), miniprogram: t('小程序', 'mini-program'), video: t('视频', 'video'), file: t('文件', 'file') }[kind] || kind);

/** other is the phone on the other side. */
export const other = (phone) => (phone.kind === 'staff' ? state.customer : state.staff);
