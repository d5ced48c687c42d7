// What all parts of the page share: elements, texts in two languages, calls, times.

export const state = {
  lang: localStorage.getItem('lang') || 'zh',
  now: new Date(),
  corp: null, // what is known of the corp, set by app.js
  staff: null, // the phones, set by app.js
  customer: null,
};

/** t gives the text in the language chosen. */
export const t = (zh, en) => (state.lang === 'zh' ? zh : en);

/** h makes an element: h('button.primary', {onclick, key, disabled}, ...children). */
export function h(spec, props, ...kids) {
  const [tag, ...classes] = spec.split('.');
  const el = document.createElement(tag || 'div');
  if (classes.length) el.className = classes.join(' ');
  for (const [name, v] of Object.entries(props || {})) {
    if (v === undefined || v === null || v === false) continue;
    if (name.startsWith('on')) el.addEventListener(name.slice(2), v);
    else if (name === 'key') el.dataset.key = v;
    else if (name === 'value') el.value = v;
    else if (name === 'checked') el.checked = v;
    else el.setAttribute(name, v === true ? '' : v);
  }
  el.append(...kids.flat(4).filter((k) => k !== undefined && k !== null && k !== false && k !== ''));
  return el;
}

const paths = {
  back: 'M15 5l-7 7 7 7', more: 'M5 12h.01M12 12h.01M19 12h.01', scan: 'M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16',
  chat: 'M4 5h16v11H9l-5 4z', task: 'M5 4h14v16H5zM9 9h6M9 13h6M9 17h3', app: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z', me: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-5 4-6 8-6s7 1 8 6',
  find: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM15 9l-2 4-4 2 2-4z', swap: 'M4 8h14l-3-3M20 16H6l3 3', close: 'M6 6l12 12M18 6L6 18', heart: 'M12 20S4 15 4 9a4 4 0 0 1 8-1 4 4 0 0 1 8 1c0 6-8 11-8 11z',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1', file: 'M6 3h8l4 4v14H6zM14 3v4h4', play: 'M8 5l11 7-11 7z', send: 'M4 12l16-8-6 16-3-6z',
  code: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h3v3h-3zM20 20v-3M17 20h.01', group: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M17 14c3 0 4 3 4 6', out: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  knob: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4', plus: 'M12 5v14M5 12h14', down: 'M6 9l6 6 6-6', check: 'M5 12l5 5 9-10', search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4', service: 'M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v5H4zM17 14h3v5h-3z', pic: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4',
};

/** icon is a small drawing; it says nothing by itself. */
export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const p = document.createElementNS(ns, 'path');
  p.setAttribute('d', paths[name] || '');
  svg.append(p);
  return svg;
}

/** fill replaces what el holds, and keeps focus and place. */
export function fill(el, ...kids) {
  const at = document.activeElement;
  const key = at && el.contains(at) ? at.closest('[data-key]')?.dataset.key : null;
  const top = el.scrollTop;
  el.replaceChildren(...kids.flat(4).filter((k) => k !== undefined && k !== null && k !== false && k !== ''));
  el.scrollTop = top;
  if (key) el.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

async function call(path, options) {
  const res = await fetch('/sim/api/' + path, options);
  const body = await res.json().catch(() => ({}));
  if (!res.ok) throw new Error(body.error || res.statusText);
  return body;
}

/** get reads, act does something; both throw what the simulator answered. */
export const get = (name, query) => call(name + (query ? '?' + new URLSearchParams(query) : ''));
export const act = (name, body) => call(name, { method: 'POST', body: JSON.stringify(body || {}) });

/** tell shows a short notice. */
export function tell(text, kind = 'good') {
  const el = h('div.toast.' + kind, {}, text);
  document.getElementById('toasts').append(el);
  setTimeout(() => el.remove(), 4200);
}

/** attempt does something and shows why it failed. */
export async function attempt(fn, done) {
  try {
    const out = await fn();
    if (done) tell(done);
    document.dispatchEvent(new Event('changed'));
    return out ?? true;
  } catch (err) {
    tell(err.message, 'bad');
    return null;
  }
}

const two = (n) => String(n).padStart(2, '0');

/** clock is a moment as the platform's clocks show it, in UTC+8. */
export function clock(value, seconds) {
  const d = new Date(new Date(value).getTime() + 8 * 3600e3);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds ? ':' + two(d.getUTCSeconds()) : ''}`;
}

/** day is the date in UTC+8. */
export function day(value) {
  const d = new Date(new Date(value).getTime() + 8 * 3600e3);
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
}

/** when is short: the time today, else the date. */
export function when(value) {
  if (!value || value.startsWith('0001')) return '';
  const d = day(value);
  if (d === day(state.now)) return clock(value);
  return d.slice(0, 4) === day(state.now).slice(0, 4) ? d.slice(5) : d;
}

/** avatar is the picture of a person or group. */
export function avatar(id, name, kind) {
  if (kind === 'group' || kind === 'service' || kind === 'app') return h('span.avatar.' + kind, { 'aria-hidden': 'true' }, icon(kind === 'app' ? 'app' : kind));
  return h('img.avatar', { src: '/sim/avatar/' + encodeURIComponent(id), alt: '', loading: 'lazy' });
}

/** button is a button with text, and an icon before it if named. */
export function button(text, onclick, kind = '', name) {
  return h('button' + (kind ? '.' + kind : ''), { type: 'button', onclick, key: text }, name && icon(name), text);
}
