// What the simulator itself can do: its log, knobs, faults and what the agents did.
import { t, h, icon, get, act, fill, attempt, clock, button } from './lib.js';

const parts = [['log', '日志', 'Log'], ['knobs', '旋钮', 'Knobs'], ['faults', '故障', 'Faults'], ['agents', '演员', 'Agents']];

// What acts are called.
const names = {
  add_customer: ['新人出现', 'New people'], scan: ['扫码', 'Scans'], add: ['员工主动添加', 'Added by members'], send_text: ['聊天消息', 'Messages'], join_group: ['进群', 'Groups joined'], leave_group: ['退群', 'Groups left'], say_in_group: ['群里发言', 'Said in groups'],
  like_moment: ['点赞', 'Likes'], comment_moment: ['评论', 'Comments'], confirm_mass_send: ['确认群发', 'Mass messages sent'], publish_moment: ['发表朋友圈', 'Moments published'], delete_staff: ['客户删除员工', 'Members deleted'], delete_customer: ['员工删除客户', 'Customers deleted'],
  edit_tags: ['改标签', 'Tags edited'], edit_remark: ['改备注', 'Remarks edited'], confirm: ['通过好友', 'Requests accepted'], refuse_transfer: ['拒绝接替', 'Take-overs refused'], kf_enter: ['进入客服', 'Service entered'], kf_say: ['咨询客服', 'Service asked'], kf_serve: ['接待', 'Served'], kf_answer: ['客服回复', 'Service answered'],
  advance: ['时钟前进', 'Clock moved on'], agents: ['调整演员', 'Agents changed'], knobs: ['调整旋钮', 'Knobs changed'], fault: ['注入故障', 'Fault injected'], clear_faults: ['清除故障', 'Faults cleared'], resign: ['员工离职', 'Member left'], create_group: ['建群', 'Group made'], request: ['申请添加', 'Asked to be added'], own_moment: ['自己发朋友圈', 'Own moment'], own_mass_send: ['自己群发', 'Own mass message'],
};
const named = (path) => (names[path] ? t(...names[path]) : path);

export class Control {
  constructor() {
    this.part = localStorage.getItem('part') || 'log';
    this.open = new Set();
    this.body = h('div.control-body');
    this.heads = h('div.choice.wide', { role: 'tablist' }, parts.map(([name, zh, en]) => h('button', { type: 'button', role: 'tab', 'data-part': name, onclick: () => this.turn(name) }, t(zh, en))));
    this.el = h('section.panel.control-panel', { 'aria-label': t('模拟器控制', 'Controls') }, h('h2', {}, t('控制台', 'Controls')), this.heads, this.body);
    this.turn(this.part);
  }

  turn(name) {
    this.part = name;
    localStorage.setItem('part', name);
    for (const b of this.heads.children) b.setAttribute('aria-selected', String(b.dataset.part === name));
    this.body.replaceChildren();
    this.refresh();
  }

  async refresh() {
    try {
      await this[this.part]();
    } catch { /* the next pulse tries again */ }
  }

  async log() {
    if (!this.body.querySelector('.filters')) {
      this.kind = h('select', { 'aria-label': t('种类', 'Kind'), onchange: () => this.log() }, [['', t('全部', 'All')], ['call', t('调用', 'Calls')], ['callback', t('回调', 'Callbacks')], ['action', t('动作', 'Actions')]].map(([v, text]) => h('option', { value: v }, text)));
      this.word = h('input', { type: 'search', placeholder: t('路径或内容', 'Path or content'), 'aria-label': t('筛选', 'Filter'), oninput: () => this.log() });
      this.bad = h('input', { type: 'checkbox', onchange: () => this.log() });
      this.lines = h('ul.log.scroll', { tabindex: '0', 'aria-label': t('日志', 'Log') });
      fill(this.body, h('div.filters', {}, this.kind, this.word, h('label.inline', {}, this.bad, t('只看失败', 'Failures'))), this.lines);
    }
    const list = await get('log', { kind: this.kind.value, limit: 400 });
    const word = this.word.value.toLowerCase();
    const rows = list.reverse().filter((e) => e.path !== 'hold' && (!word || (e.path + e.app + (e.request || '') + (e.answer || '')).toLowerCase().includes(word)) && (!this.bad.checked || e.errcode || ['failed', 'given up', 'lost', 'dropped'].includes(e.state))).slice(0, 120);
    const now = rows.map((e) => e.seq).join() + [...this.open].join();
    if (now === this.shownLog && this.lines.childElementCount) return;
    this.shownLog = now;
    fill(this.lines, rows.map((e) => this.line(e)), rows.length === 0 && h('li.empty', {}, t('没有记录', 'Nothing recorded')));
  }

  line(e) {
    const bad = e.errcode !== 0 || ['failed', 'given up', 'lost'].includes(e.state);
    const kinds = { call: ['调用', 'call'], callback: ['回调', 'callback'], action: e.app === 'agents' ? ['演员', 'agent'] : ['动作', 'action'] };
    const toggle = () => { this.open.has(e.seq) ? this.open.delete(e.seq) : this.open.add(e.seq); this.log(); };
    return h('li' + (bad ? '.bad' : ''), {}, h('button', { type: 'button', key: e.seq, onclick: toggle, 'aria-expanded': String(this.open.has(e.seq)) }, h('time', {}, clock(e.at, true)), h('b.' + e.kind + (e.app === 'agents' ? '.auto' : ''), {}, t(...kinds[e.kind])), h('span.path', { title: e.path }, brief(e)), h('span.state', {}, e.errcode ? e.errcode : e.state === 'delivered' ? '' : e.state || '')),
      this.open.has(e.seq) && h('div.detail', {}, [e.request, e.answer].filter(Boolean).map((x) => h('pre', { tabindex: '0' }, pretty(x)))));
  }

  async knobs() {
    if (this.body.querySelector('form')) return;
    const k = await get('knobs');
    const number = (name, zh, en, share) => {
      const input = h('input', { type: 'number', min: 0, max: share ? 100 : 3600000, step: share ? 1 : 50, value: share ? Math.round(k[name] * 100) : k[name], name });
      return h('label', {}, h('span', {}, t(zh, en)), h('span.unit', {}, input, share ? '%' : 'ms'));
    };
    const flag = (name, zh, en) => h('label.inline', {}, h('input', { type: 'checkbox', name, checked: k[name] }), t(zh, en));
    const form = h('form.stack', { onsubmit: (e) => { e.preventDefault(); save(); } },
      number('loss', '回调丢失', 'Callbacks lost', true), number('duplicate', '回调重复', 'Callbacks twice', true), number('reorder', '回调乱序', 'Callbacks late', true),
      number('delay_ms', '回调延迟', 'Delay of callbacks'), number('jitter_ms', '延迟抖动', 'Jitter'), flag('strict', '严格检查参数', 'Strict parameters'), flag('unionid', '绑定开放平台（有 unionid）', 'Open platform bound (unionid)'), flag('keep_lost', '被删后仍在客户列表', 'Lost customers stay listed'),
      h('div.row.end', {}, h('button.primary', {}, t('应用', 'Apply'))));
    const save = () => {
      const out = {};
      for (const i of form.querySelectorAll('input')) out[i.name] = i.type === 'checkbox' ? i.checked : ['loss', 'duplicate', 'reorder'].includes(i.name) ? i.valueAsNumber / 100 : i.valueAsNumber;
      attempt(() => act('knobs', out), t('已应用', 'Applied'));
    };
    fill(this.body, form, h('div.row.wrap', {}, button(t('立即送出全部回调', 'Deliver all callbacks now'), () => attempt(() => act('flush'), t('已送出', 'Delivered'))), button(t('让访问令牌失效', 'Revoke access tokens'), () => attempt(() => act('revoke_tokens', { app: '' }), t('已失效', 'Revoked')))));
  }

  async faults() {
    if (!this.body.querySelector('form')) {
      const paths = (await get('endpoints')).map((e) => e.split(' ')[1]);
      const path = h('select', {}, h('option', { value: '*' }, t('所有接口', 'every call')), paths.map((p) => h('option', { value: p }, p)));
      const kind = h('select', {}, [['-1', t('-1 系统繁忙', '-1 busy')], ['45009', t('45009 频率超限', '45009 over the limit')], ['40014', t('40014 令牌无效', '40014 bad token')], ['48002', t('48002 无权限', '48002 not permitted')], ['slow', t('慢 5 秒', '5 s slow')], ['before', t('断开，没有生效', 'cut before the effect')], ['after', t('断开，已经生效', 'cut after the effect')]].map(([v, text]) => h('option', { value: v }, text)));
      const count = h('input', { type: 'number', min: 0, value: 3 });
      this.struck = h('ul.menu');
      fill(this.body, h('form.stack', { onsubmit: (e) => { e.preventDefault(); inject(); } }, h('label', {}, h('span', {}, t('接口', 'Call')), path), h('label', {}, h('span', {}, t('怎样出错', 'What happens')), kind), h('label', {}, h('span', {}, t('次数（0 为一直）', 'Times (0: until cleared)')), count),
        h('div.row.end', {}, button(t('全部清除', 'Clear all'), () => attempt(() => act('clear_faults'), t('已清除', 'Cleared')), 'plain'), h('button.primary', {}, t('注入故障', 'Inject')))), this.struck);
      const inject = () => {
        const f = { path: path.value, count: count.valueAsNumber || 0 };
        if (kind.value === 'slow') f.latency_ms = 5000;
        else if (kind.value === 'before' || kind.value === 'after') f.drop = kind.value;
        else f.errcode = Number(kind.value);
        attempt(() => act('fault', f), t('已注入', 'Injected'));
      };
    }
    const list = await get('faults');
    fill(this.struck, list.map((f) => h('li', {}, h('span', {}, icon('close'), f.path, ' ', f.errcode || f.drop || f.latency_ms + ' ms', ' ', f.count < 0 ? t('一直', 'always') : '×' + f.count))), list.length === 0 && h('li.empty', {}, t('没有故障', 'No faults')));
  }

  async agents() {
    const a = await get('agents');
    const rows = Object.entries(a.acts).sort((x, y) => y[1] - x[1]);
    const most = rows[0]?.[1] || 1;
    fill(this.body, h('p.hint', {}, t(`每个虚拟小时约 ${a.rate} 个动作，夜里少一些。打开着的两台手机不会被演员使用。`, `About ${a.rate} acts in a virtual hour, fewer at night. The two phones shown are left alone.`)),
      h('ul.bars', {}, rows.map(([name, n]) => h('li', {}, h('span', {}, named(name)), h('meter', { min: 0, max: most, value: n }), h('b', {}, n)))), rows.length === 0 && h('p.empty', {}, t('还没有动作', 'No acts yet')));
  }
}

/** brief is what an entry is about, without what all have in common. */
function brief(e) {
  if (e.kind === 'action') return named(e.path);
  return e.kind === 'callback' ? e.path.slice(e.path.indexOf('/') + 1) : e.path.replace(/^\/(externalcontact\/)?/, '');
}

function pretty(text) {
  if (text.startsWith('<xml>')) return text.replace(/></g, '>\n<');
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
