// What a member does on the phone.
import { t, h, icon, get, act, fill, attempt, avatar, when, button, state } from './lib.js';
import { attachment, card, words } from './chat.js';

export function tabs(phone) {
  const v = phone.view;
  return [
    { name: 'chats', pic: 'chat', text: t('消息', 'Chats'), count: v.chats.reduce((n, c) => n + c.unread, 0) },
    { name: 'tasks', pic: 'task', text: t('待办', 'Tasks'), count: (v.mass || []).filter((m) => !m.ignored).length + (v.posts || []).length + (v.requests || []).length },
    { name: 'apps', pic: 'app', text: t('应用', 'Apps'), count: 0 },
    { name: 'me', pic: 'me', text: t('我', 'Me'), count: 0 },
  ];
}

export function draw(phone) {
  switch (phone.tab) {
    case 'tasks': return fill(phone.body, h('div.head', {}, h('h3', {}, t('待办', 'Tasks'))), h('div.pad', {}, tasks(phone)));
    case 'apps': return fill(phone.body, h('div.head', {}, h('h3', {}, t('应用消息', 'App messages'))), h('div.pad', {}, messages(phone)));
    case 'me': return fill(phone.body, h('div.head', {}, h('h3', {}, t('我', 'Me'))), h('div.pad', {}, me(phone)));
  }
  phone.list();
}

const content = (phone, x) => [x.text && h('p.quote', {}, words(phone, x.text)), x.attachments?.length > 0 && h('div.thumbs', {}, x.attachments.map((a) => attachment(phone, a)))];

function tasks(phone) {
  const v = phone.view;
  const list = [
    ...(v.requests || []).map((p) => h('article.task', {}, h('div.row', {}, avatar(p.id, p.name), h('strong', {}, p.name), h('small', {}, t('想加你为好友', 'wants to be added'))),
      h('div.row.end', {}, button(t('通过', 'Accept'), () => attempt(() => act('confirm', { userid: phone.who, external_userid: p.id }), t('已通过', 'Accepted')), 'primary')))),
    ...(v.mass || []).map((m) => h('article.task', {}, h('div.row', {}, h('b.kind', {}, m.group ? t('群发到客户群', 'Mass message to groups') : t('群发给客户', 'Mass message')), h('time', {}, when(m.at))), content(phone, m),
      h('small', {}, t(`${m.targets.length} ${m.group ? '个群' : '位客户'}`, `${m.targets.length} ${m.group ? 'groups' : 'customers'}`), m.reminders > 0 && t(` · 已提醒 ${m.reminders} 次`, ` · reminded ${m.reminders} times`), m.ignored && t(' · 已忽略', ' · put away')),
      h('div.row.end', {}, !m.ignored && button(t('忽略', 'Put away'), () => attempt(() => act('ignore_mass_send', { userid: phone.who, msgid: m.msgid })), 'plain'),
        button(t('查看并发送', 'Look and send'), () => sendSheet(phone, m), 'primary')))),
    ...(v.posts || []).map((p) => h('article.task', {}, h('div.row', {}, h('b.kind', {}, t('发表到客户朋友圈', 'Moment to publish')), h('time', {}, when(p.at))), content(phone, p),
      h('div.row.end', {}, button(t('发表', 'Publish'), () => attempt(() => act('publish_moment', { userid: phone.who, moment_id: p.moment_id }), t('已发表', 'Published')), 'primary')))),
  ];
  return list.length ? list : h('p.empty', {}, icon('check'), t('没有待办', 'Nothing to do'));
}

/** sendSheet shows who gets a mass message, and lets the member choose if it may. */
async function sendSheet(phone, m) {
  const names = new Map();
  if (m.group) for (const g of await get('groups', { who: phone.who })) names.set(g.chat_id, g.name);
  else for (const f of await get('contacts', { userid: phone.who, limit: 20000 })) names.set(f.external_userid, f.remark || f.name);
  const boxes = m.targets.map((id) => h('input', { type: 'checkbox', value: id, checked: true, disabled: !m.allow_select }));
  const all = boxes.length;
  const send = async (close) => {
    const only = boxes.filter((b) => b.checked).map((b) => b.value);
    close();
    const done = await attempt(() => act('confirm_mass_send', { userid: phone.who, msgid: m.msgid, ...(only.length < all ? { only } : {}) }));
    if (done) phone.sheet(t('已发送', 'Sent'), h('p', {}, t(`送达 ${done.sent}，已不是好友 ${done.gone}，超出次数 ${done.full}`, `${done.sent} sent, ${done.gone} no longer in contact, ${done.full} over the limit`)));
  };
  phone.sheet(t('谁会收到', 'Who gets it'), content(phone, m),
    !m.allow_select && h('p.hint', {}, t('企业没有允许挑选客户', 'The corp does not let you choose')),
    h('ul.choose', {}, boxes.map((b) => h('li', {}, h('label', {}, b, avatar(b.value, '', m.group ? 'group' : ''), names.get(b.value) || h('s', {}, t('已不是好友', 'no longer in contact')))))),
    (close) => h('div.row.end', {}, button(t('发送', 'Send'), () => send(close), 'primary', 'send')));
}

function message(phone, m) {
  const b = m.body || {};
  const first = (x) => (typeof x === 'string' ? x : '');
  switch (m.msgtype) {
    case 'text': case 'markdown': return h('div.bubble', {}, words(phone, first(b.content)));
    case 'textcard': return card(phone, b.title, first(b.description).replace(/<[^>]+>/g, ''), b.url, '', b.btntxt || t('详情', 'Details'));
    case 'news': case 'mpnews': return (b.articles || []).map((a) => card(phone, a.title, a.description || a.digest, a.url, a.picurl));
    case 'template_card': return card(phone, b.main_title?.title || b.card_type, [b.main_title?.desc, b.sub_title_text].filter(Boolean).join('\n'), b.card_action?.url || b.jump_list?.[0]?.url, '', b.source?.desc);
    case 'image': return attachment(phone, { msgtype: 'image', image: b });
    case 'file': return attachment(phone, { msgtype: 'file', file: b });
    case 'video': return attachment(phone, { msgtype: 'video', video: b });
    case 'miniprogram_notice': return card(phone, b.title, b.description, '', '', t('小程序通知', 'Mini-program notice'));
  }
  return h('div.bubble', {}, m.msgtype);
}

function messages(phone) {
  const list = phone.view.messages || [];
  return [
    [...list].reverse().map((m) => h('div.msg.app', {}, avatar('', '', 'app'), h('div.stack-s', {}, h('small.name', {}, `${m.app} · ${when(m.at)}`), m.recalled ? h('span.gone', {}, t('已撤回', 'Recalled')) : message(phone, m)))),
    list.length === 0 && h('p.empty', {}, icon('app'), t('应用还没有发来消息', 'No messages from apps yet')),
    state.corp?.home && h('div.row', {}, button(t('打开工作台', 'Open the staff pages'), () => phone.web(state.corp.home, t('工作台', 'Staff pages')), 'primary', 'app')),
    h('div.row', {}, button(t('对应用说话', 'Write to the app'), () => phone.form(t('对应用说话', 'Write to the app'), [{ text: t('内容', 'Text') }], t('发送', 'Send'), (text) => attempt(() => act('app_text', { userid: phone.who, text, event: '' }), t('已发送', 'Sent')))),
      button(t('进入应用', 'Enter the app'), () => attempt(() => act('app_event', { userid: phone.who, event: 'enter_agent' }), t('已进入', 'Entered')))),
  ];
}

function me(phone) {
  const v = phone.view;
  const entry = (pic, text, fn, kind) => h('li', {}, h('button' + (kind ? '.' + kind : ''), { type: 'button', key: text, onclick: fn }, icon(pic), text));
  return [
    h('div.profile', {}, avatar(v.id, v.name), h('div', {}, h('strong', {}, v.name), h('small', {}, `${v.note || ''} · ${v.id}`), h('small', {}, t(`${v.contacts} 位客户`, `${v.contacts} customers`)))),
    h('ul.menu', {},
      entry('find', t('发一条自己的朋友圈', 'Publish a moment of my own'), () => phone.form(t('朋友圈', 'Moment'), [{ text: t('内容', 'Text'), long: true, most: 2000 }], t('发表', 'Publish'), (text) => attempt(() => act('own_moment', { userid: phone.who, text }), t('已发表', 'Published')))),
      entry('send', t('给我的客户群发', 'Mass message of my own'), () => ownMass(phone)),
      entry('group', t('建一个客户群', 'Make a customer group'), () => newGroup(phone)),
      entry('plus', t('按名片加一位客户', 'Add the customer of the other phone'), () => addOther(phone)),
      !v.left && entry('out', t('离职', 'Leave the corp'), () => phone.ask(t('离职', 'Leave the corp'), t(`${v.name} 离开企业后，客户和群等待分配。`, `${v.name} leaves; customers and groups wait to be handed over.`), t('离职', 'Leave'), () => attempt(() => act('resign', { userid: phone.who }), t('已离职', 'Left'))), 'warn')),
  ];
}

async function addOther(phone) {
  const who = state.customer.who;
  const added = await attempt(() => act('add', { userid: phone.who, external_userid: who }));
  if (added) phone.open(who, 'customer');
}

/** choose is a list of the member's customers with boxes. */
async function choose(phone) {
  const list = await get('contacts', { userid: phone.who, limit: 500 });
  return list.filter((f) => !f.lost).reverse().map((f) => h('label', {}, h('input', { type: 'checkbox', value: f.external_userid }), avatar(f.external_userid, f.name), f.remark || f.name));
}
const chosen = (labels) => labels.map((l) => l.querySelector('input')).filter((i) => i.checked).map((i) => i.value);

async function ownMass(phone) {
  const list = await choose(phone);
  const text = h('textarea', { rows: 3, 'aria-label': t('内容', 'Text'), placeholder: t('内容', 'Text') });
  phone.sheet(t('给我的客户群发', 'Mass message of my own'), text, h('ul.choose', {}, list.map((l) => h('li', {}, l))), (close) => h('div.row.end', {}, button(t('发送', 'Send'), async () => {
    const done = await attempt(() => act('own_mass_send', { userid: phone.who, text: text.value, customers: chosen(list) }));
    if (done) close();
  }, 'primary', 'send')));
}

async function newGroup(phone) {
  const list = await choose(phone);
  const name = h('input', { type: 'text', 'aria-label': t('群名', 'Name of the group'), placeholder: t('群名', 'Name of the group') });
  phone.sheet(t('建一个客户群', 'Make a customer group'), name, h('ul.choose', {}, list.map((l) => h('li', {}, l))), (close) => h('div.row.end', {}, button(t('建群', 'Make it'), async () => {
    const made = await attempt(() => act('create_group', { owner: phone.who, name: name.value || t('新客户群', 'New group'), customers: chosen(list) }));
    if (made) { close(); phone.open(made.chat_id, 'group'); }
  }, 'primary', 'group')));
}

/** customerSheet is what a member knows of a customer, and can do. */
export function customerSheet(phone, pair, data) {
  const { customer: c, follow: f } = data;
  const close = phone.sheet(c.name, h('div.profile', {}, avatar(c.external_userid, c.name), h('div', {}, h('strong', {}, f?.remark || c.name), h('small', {}, c.name), h('small.id', {}, c.external_userid))),
    f && [h('div.tags', {}, (f.tags || []).map((x) => h('span.tag', {}, x)), (f.personal_tags || []).map((x) => h('span.tag.own', {}, x))),
      f.description && h('p.quote', {}, f.description), f.mobiles?.length > 0 && h('p', {}, f.mobiles.join(' · '))],
    h('ul.menu', {}, [
      f && ['task', t('改备注和描述', 'Edit remark and description'), () => phone.form(t('备注', 'Remark'), [{ text: t('备注', 'Remark'), value: f.remark, most: 20 }, { text: t('描述', 'Description'), value: f.description, most: 150, long: true }], t('保存', 'Save'), (remark, description) => attempt(() => act('edit_remark', { ...pair, remark, description }), t('已保存', 'Saved')))],
      f && ['plus', t('打标签', 'Tags'), () => tagSheet(phone, pair, f)],
      f && ['close', t('删除客户', 'Delete the customer'), () => phone.ask(t('删除客户', 'Delete the customer'), t(`把 ${c.name} 从客户中删除？`, `Delete ${c.name} from your customers?`), t('删除', 'Delete'), () => attempt(() => act('delete_customer', pair), t('已删除', 'Deleted'))), 'warn'],
      !f && ['plus', t('重新添加', 'Add again'), () => attempt(() => act('add', pair), t('已添加', 'Added'))],
    ].filter(Boolean).map(([pic, text, fn, kind]) => h('li', {}, h('button' + (kind ? '.' + kind : ''), { type: 'button', onclick: () => { close(); fn(); } }, icon(pic), text)))));
}

async function tagSheet(phone, pair, f) {
  const groups = await get('tags');
  const has = new Set(f.tag_ids || []);
  const boxes = [];
  const box = (x) => {
    const input = h('input', { type: 'checkbox', value: x.id, checked: has.has(x.id) });
    boxes.push(input);
    return h('label.chip', {}, input, h('span', {}, x.name));
  };
  phone.sheet(t('标签', 'Tags'), groups.map((g) => h('fieldset', {}, h('legend', {}, g.name), g.tags.map(box))), groups.length === 0 && h('p.empty', {}, t('企业还没有标签', 'The corp has no tags')), (close) => h('div.row.end', {}, button(t('保存', 'Save'), () => {
    close();
    const add = boxes.filter((b) => b.checked && !has.has(b.value)).map((b) => b.value);
    const remove = boxes.filter((b) => !b.checked && has.has(b.value)).map((b) => b.value);
    if (add.length + remove.length) attempt(() => act('edit_tags', { ...pair, add, remove }), t('已保存', 'Saved'));
  }, 'primary')));
}

/** groupSheet is what somebody can do with a group. */
export function groupSheet(phone, g) {
  const own = g.owner === phone.who;
  const rename = () => phone.form(t('群名', 'Name'), [{ text: t('群名', 'Name'), value: g.name }], t('保存', 'Save'), (text) => attempt(() => act('rename_group', { chat_id: g.chat_id, text })));
  const notice = () => phone.form(t('群公告', 'Notice'), [{ text: t('群公告', 'Notice'), value: g.notice, long: true }], t('保存', 'Save'), (text) => attempt(() => act('group_notice', { chat_id: g.chat_id, text })));
  const leave = () => phone.ask(t('退出群', 'Leave the group'), g.name, t('退出', 'Leave'), () => attempt(() => act('leave_group', { chat_id: g.chat_id, who: [phone.who] }), t('已退出', 'Left')));
  const dismiss = () => phone.ask(t('解散群', 'End the group'), g.name, t('解散', 'End it'), () => attempt(() => act('dismiss_group', { chat_id: g.chat_id, text: '' }), t('已解散', 'Ended')));
  const close = phone.sheet(g.name, g.notice && h('p.quote', {}, g.notice),
    h('ul.menu', {}, [own && ['task', t('改群名', 'Rename'), rename], own && ['task', t('改公告', 'Notice'), notice], ['out', t('退出群', 'Leave the group'), leave, 'warn'], own && ['close', t('解散群', 'End the group'), dismiss, 'warn']]
      .filter(Boolean).map(([pic, text, fn, kind]) => h('li', {}, h('button' + (kind ? '.' + kind : ''), { type: 'button', onclick: () => { close(); fn(); } }, icon(pic), text)))),
    h('ul.faces', {}, g.members.slice(0, 60).map((m) => h('li', {}, avatar(m.id, m.name), h('small', {}, m.name), own && m.id !== phone.who && h('button.plain', { type: 'button', 'aria-label': t('移出：', 'Remove ') + m.name, onclick: () => { close(); attempt(() => act('kick_from_group', { chat_id: g.chat_id, who: [m.id] }), t('已移出', 'Removed')); } }, icon('close'))))));
}
