// The codes that hang out: contact ways, join ways and acquisition links.
import { state, t, h, icon, get, act, attempt, fill, tell } from './lib.js';

const id = (url) => url.slice(url.lastIndexOf('/') + 1);

/** scanAs lets the customer phone scan a code and shows where it led. */
export async function scanAs(phone, code) {
  const added = await attempt(() => act('scan', { external_userid: phone.who, code }));
  if (!added) return;
  if (added.chat_id) {
    tell(t('已进群', 'Joined the group'));
    return phone.open(added.chat_id, 'group');
  }
  if (added.waiting) return tell(t('已申请，等员工通过', 'Asked; the member must accept'));
  tell(added.already ? t('已经是好友', 'Already in contact') : t('已添加', 'Added'));
  await phone.open(added.userid, 'staff');
  document.dispatchEvent(new CustomEvent('show', { detail: 'customer' }));
}

/** codeCards draws all codes; scanning is done by the phone. */
export function codeCards(data, phone, done) {
  const scan = (code) => { done?.(); scanAs(phone, code); };
  const card = (key, pic, title, note, code, verb) => h('li.code', {},
    h('img', { src: pic, alt: t('二维码：', 'QR code: ') + title, loading: 'lazy' }),
    h('div', {}, h('strong', {}, title), h('span', {}, note),
      h('button.small', { type: 'button', key, onclick: () => scan(code), 'aria-label': `${verb}：${title}` }, icon('scan'), verb)));
  const ways = data.codes.filter((c) => c.qr_code).reverse().slice(0, 60);
  return [
    h('ul.codes', {},
      ways.map((c) => card(c.config_id, '/sim/code/' + id(c.qr_code), c.remark || c.state || c.config_id.slice(0, 8),
        c.users.length + t(' 位员工', ' members') + (c.skip_verify ? '' : t(' · 需通过', ' · must accept')) + (c.temp ? t(' · 临时', ' · temporary') : ''), c.config_id, t('扫码', 'Scan'))),
      data.ways.map((w) => card(w.config_id, '/sim/code/' + id(w.qr_code), w.remark || w.state || t('入群码', 'Group code'),
        t('入群码', 'Group code') + ' · ' + w.chat_id_list.length + t(' 个群', ' groups'), w.config_id, t('扫码进群', 'Join')))),
    data.links.length > 0 && h('ul.links', {}, data.links.map((l) => h('li', {}, h('span', {}, icon('link'), l.link_name, h('small', {}, ` ${l.customers} `)),
      h('button.small', { type: 'button', key: l.link_id, onclick: () => scan(l.url) }, t('点开链接', 'Open link'))))),
    ways.length + data.ways.length + data.links.length === 0 && h('p.empty', {}, t('还没有活码。应用建好后会出现在这里。', 'No codes yet. They appear here once an app makes them.')),
  ];
}

export async function readCodes() {
  const [codes, ways, links] = await Promise.all([get('codes'), get('join_ways'), get('links')]);
  return { codes, ways, links };
}

/** pasteForm scans what is pasted: a link, a state, a config_id. */
export function pasteForm(phone, done) {
  const input = h('input', { type: 'text', placeholder: t('粘贴链接、state 或 config_id', 'Paste a link, state or config_id'), 'aria-label': t('链接、state 或 config_id', 'Link, state or config_id') });
  return h('form.row', { onsubmit: (e) => { e.preventDefault(); if (input.value.trim()) { done?.(); scanAs(phone, input.value.trim()); input.value = ''; } } }, input, h('button', {}, t('打开', 'Open')));
}

/** Codes is the panel beside the phones. */
export class Codes {
  constructor() {
    this.list = h('div.scroll');
    this.el = h('section.panel.codes-panel', { 'aria-label': t('挂出来的码', 'Codes that hang out') },
      h('h2', {}, t('挂出来的码', 'Codes on display')), h('p.hint', {}, t('客户手机用它们扫码', 'The customer phone scans them')), pasteForm(state.customer), this.list);
  }

  async refresh() {
    const data = await readCodes();
    const now = JSON.stringify(data);
    if (now === this.shown) return;
    this.shown = now;
    fill(this.list, codeCards(data, state.customer));
  }
}
