// The page: a bar with clock and agents, the codes, two phones, and the controls.
import { state, t, h, icon, get, act, fill, attempt, clock, day } from './lib.js';
import { Phone } from './phone.js';
import { Codes } from './codes.js';
import { Control } from './control.js';

const root = document.getElementById('app');
let corp = {}, codes, control, bar, seq = -1, place = localStorage.getItem('place') || 'customer';

const speeds = [[0, '暂停', 'Off'], [120, '慢', 'Slow'], [600, '中', 'Medium'], [3600, '快', 'Fast']];

function chooseTheme() {
  const now = document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  setTheme(now === 'dark' ? 'light' : 'dark');
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem('theme', name);
}

/** advance moves the virtual clock on. */
const advance = (seconds, text) => attempt(() => act('advance', { seconds }), t(`时钟前进 ${text}`, `Clock moved on by ${text}`));

function makeBar() {
  const time = h('span.clock', { 'aria-label': t('虚拟时钟', 'Virtual clock') });
  const date = h('span.date');
  const rates = h('div.choice', { role: 'group', 'aria-label': t('自动演员的速度', 'Speed of the agents') },
    speeds.map(([rate, zh, en]) => h('button', { type: 'button', 'data-rate': rate, onclick: () => attempt(() => act('agents', { rate })) }, t(zh, en))));
  const moves = [[3600, t('1 小时', '1 h')], [86400, t('1 天', '1 day')], [7 * 86400, t('7 天', '7 days')]];
  bar = { time, date, rates };
  return h('header.bar', {},
    h('div.brand', {}, h('img', { src: '/sim/phones/icon.svg', alt: '' }), h('div', {}, h('h1', {}, t('鱼塘 · 企业微信模拟器', 'Yutang · WeCom simulator')), h('p', {}, `${corp.name} · ${corp.corpid}`))),
    h('div.time', {}, h('div', {}, time, date), h('div.choice', { role: 'group', 'aria-label': t('拨快时钟', 'Move the clock on') },
      moves.map(([s, text]) => h('button', { type: 'button', onclick: () => advance(s, text) }, '+' + text)))),
    h('div.agents', {}, h('span.label', {}, h('span.dot', { 'aria-hidden': 'true' }), t('自动演员', 'Agents')), rates),
    h('div.tools', {},
      h('button.plain', { type: 'button', onclick: changeLanguage, lang: state.lang === 'zh' ? 'en' : 'zh-CN' }, t('English', '中文')),
      h('button.plain', { type: 'button', onclick: chooseTheme, title: t('明暗', 'Light or dark'), 'aria-label': t('切换明暗', 'Light or dark') }, '◐')));
}

function changeLanguage() {
  state.lang = t('en', 'zh');
  localStorage.setItem('lang', state.lang);
  build();
}

const places = [['codes', 'code', '活码', 'Codes'], ['staff', 'task', '员工', 'Staff'], ['customer', 'me', '客户', 'Customer'], ['control', 'knob', '控制', 'Control']];

/** show brings a part to the front where only one fits. */
export function show(name) {
  place = name;
  localStorage.setItem('place', name);
  root.dataset.place = name;
  for (const b of root.querySelectorAll('nav.places button')) b.setAttribute('aria-current', b.dataset.place === name ? 'page' : 'false');
}

function build() {
  document.documentElement.lang = t('zh-CN', 'en');
  document.title = t('鱼塘 · 企业微信模拟器', 'Yutang · WeCom simulator');
  state.staff.redraw();
  state.customer.redraw();
  codes = new Codes();
  control = new Control();
  const nav = h('nav.places', { 'aria-label': t('页面部分', 'Parts of the page') },
    places.map(([name, pic, zh, en]) => h('button', { type: 'button', 'data-place': name, onclick: () => show(name) }, icon(pic), t(zh, en))));
  fill(root, makeBar(), h('main', {}, codes.el, h('div.phones', {}, state.staff.el, state.customer.el), control.el), nav);
  show(place);
  seq = -1;
  pulse();
}

/** pulse looks whether anything happened, and if so lets all parts look. */
async function pulse() {
  let p;
  try {
    p = await get('pulse');
  } catch {
    bar.time.textContent = '--:--';
    return;
  }
  state.now = new Date(p.now);
  bar.time.textContent = clock(p.now, true);
  bar.date.textContent = `${day(p.now)} · ${t('回调待发', 'callbacks waiting')} ${p.pending}`;
  const nearest = speeds.reduce((a, b) => (Math.abs(b[0] - p.rate) < Math.abs(a[0] - p.rate) ? b : a))[0];
  for (const b of bar.rates.children) b.setAttribute('aria-pressed', String(Number(b.dataset.rate) === (p.rate === 0 ? 0 : nearest || 120)));
  bar.rates.parentElement.classList.toggle('on', p.rate > 0);
  if (p.seq === seq) return;
  seq = p.seq;
  await Promise.allSettled([state.staff.refresh(), state.customer.refresh(), codes.refresh(), control.refresh(seq)]);
}

async function loop() {
  if (!document.hidden) await pulse();
  setTimeout(loop, 1000);
}

/** holdPhones keeps agents off the phones that are shown. */
function holdPhones() {
  for (const p of [state.staff, state.customer]) if (p.who) act('hold', { who: p.who }).catch(() => {});
}

async function first(kind) {
  const wish = new URLSearchParams(location.hash.slice(1)).get(kind) || localStorage.getItem(kind);
  if (wish && (await get('phone', { who: wish }).catch(() => null))) return wish;
  return (await get('people', { kind, limit: 1 }))[0]?.id;
}

/** follow does what the address asks for: #staff=ID&customer=ID&talk=1&staff_tab=tasks&customer_tab=scan&theme=dark */
async function follow() {
  const wish = new URLSearchParams(location.hash.slice(1));
  if (wish.get('theme')) document.documentElement.dataset.theme = wish.get('theme');
  for (const kind of ['staff', 'customer']) if (wish.get(kind + '_tab')) state[kind].go(wish.get(kind + '_tab'));
  if (wish.get('place')) show(wish.get('place'));
  if (wish.get('talk')) {
    await state.staff.open(state.customer.who, 'customer');
    await state.customer.open(state.staff.who, 'staff');
  }
}

async function start() {
  if (localStorage.getItem('theme')) setTheme(localStorage.getItem('theme'));
  corp = state.corp = await get('corp');
  state.staff = new Phone('staff');
  state.customer = new Phone('customer');
  build();
  for (const kind of ['staff', 'customer']) {
    const who = await first(kind);
    if (who) await state[kind].become(who);
  }
  await follow();
  window.addEventListener('hashchange', () => location.reload());
  document.addEventListener('changed', pulse);
  document.addEventListener('show', (e) => show(e.detail));
  setInterval(holdPhones, 240_000);
  loop();
}

start();
