/** One line of the menu. `py` are the initials of the Chinese name, for the palette. */
export interface Place {
  to: string
  zh: string
  en: string
  py: string
  needs: string
}

/** A heading of the menu with its pages, in the order in which an operator works. */
export interface District {
  key: string
  zh: string
  en: string
  places: Place[]
}

const p = (to: string, zh: string, en: string, py: string, needs: string): Place => ({ to, zh, en, py, needs })

/** The menu: who there is, how they come, what is done with them, what is said, what came of it, and how it is set up. */
export const districts: District[] = [
  { key: 'home', zh: '概览', en: 'Overview', places: [p('/', '概览', 'Overview', 'gl', 'insight.read')] },
  {
    key: 'customers', zh: '客户', en: 'Customers', places: [
      p('/customers', '客户列表', 'Customers', 'khlb', 'customers.read'),
      p('/audiences', '人群', 'Audiences', 'rq', 'audiences.read'),
      p('/tags', '标签', 'Tags', 'bq', 'tags.read'),
      p('/lifecycle', '生命周期与等级', 'Stages and tiers', 'smzq', 'audiences.read'),
      p('/identity', '身份合并', 'Identity', 'sfhb', 'identity.read'),
      p('/losses', '流失与继承', 'Losses, hand-over', 'lsjc', 'handover.read'),
    ],
  },
  {
    key: 'acquire', zh: '引流', en: 'Acquire', places: [
      p('/codes', '渠道活码', 'Live codes', 'qdhm', 'codes.read'),
      p('/welcome', '欢迎语', 'Welcome', 'hyy', 'content.read'),
      p('/acquisition', '获客助手', 'Acquisition links', 'hkzs', 'codes.read'),
      p('/links', '短链', 'Short links', 'dl', 'content.read'),
    ],
  },
  {
    key: 'operate', zh: '运营', en: 'Operate', places: [
      p('/playbooks', 'SOP 旅程', 'Playbooks', 'soplc', 'playbooks.read'),
      p('/sop', 'SOP 模板库', 'Template library', 'sopmbk', 'playbooks.read'),
      p('/tasks', '员工任务', 'Staff tasks', 'ygrw', 'tasks.read'),
      p('/sends', '群发', 'Mass sends', 'qf', 'outreach.read'),
      p('/moments', '朋友圈', 'Moments', 'pyq', 'outreach.read'),
      p('/budget', '触达额度', 'Touch budget', 'cded', 'outreach.read'),
      p('/deliveries', '触达记录', 'Deliveries', 'cdjl', 'outreach.read'),
      p('/experiments', '实验', 'Experiments', 'sy', 'experiments.read'),
    ],
  },
  { key: 'groups', zh: '社群', en: 'Groups', places: [p('/groups', '客户群', 'Groups', 'khq', 'groups.read')] },
  {
    key: 'content', zh: '内容', en: 'Content', places: [
      p('/library', '素材库', 'Materials', 'sck', 'content.read'),
      p('/scripts', '话术库', 'Scripts', 'hsk', 'content.read'),
      p('/posters', '海报', 'Posters', 'hb', 'content.read'),
      p('/files', '文件', 'Files', 'wj', 'content.read'),
      p('/personas', '人设与装修', 'Personas', 'rszx', 'content.read'),
    ],
  },
  {
    key: 'reports', zh: '分析', en: 'Analysis', places: [
      p('/reports/boards', '经营看板', 'Boards', 'jykb', 'insight.read'),
      p('/reports/funnel', '漏斗', 'Funnel', 'ld', 'insight.read'),
      p('/reports/retention', '留存', 'Retention', 'lc', 'insight.read'),
      p('/reports/trends', '趋势与分布', 'Trends', 'qsfb', 'insight.read'),
      p('/reports/paths', '路径', 'Paths', 'lj', 'insight.read'),
      p('/reports/rfm', 'RFM 分层', 'RFM', 'rfmfc', 'insight.read'),
      p('/reports/ltv', '客户价值 LTV', 'Lifetime value', 'khjz', 'insight.read'),
      p('/reports/cac', '获客成本 CAC', 'CAC, payback', 'hkcb', 'insight.read'),
      p('/reports/attribution', '归因', 'Attribution', 'gy', 'insight.read'),
      p('/reports/planner', '增长规划', 'Growth plan', 'zzgh', 'insight.read'),
      p('/reports/maturity', '成熟度自评', 'Maturity', 'csdzp', 'insight.read'),
    ],
  },
  {
    key: 'settings', zh: '设置', en: 'Settings', places: [
      p('/settings/wecom', '企业微信接入', 'WeCom', 'qywxjr', 'wecom.read'),
      p('/settings/staff', '员工与好友', 'Staff, contacts', 'ygyhy', 'staff.read'),
      p('/settings/channels', '发送渠道', 'Sending channels', 'fsqd', 'outreach.read'),
      p('/settings/imports', '导入导出', 'Import, export', 'drdc', 'imports.read'),
      p('/settings/sources', '数据源', 'Data sources', 'sjy', 'sources.read'),
      p('/settings/accounts', '账号与权限', 'Accounts, roles', 'zhqx', 'accounts.read'),
      p('/settings/brand', '品牌设置', 'Brand', 'ppsz', 'settings.read'),
      p('/settings/privacy', '隐私', 'Privacy', 'ys', 'customers.read'),
      p('/settings/audit', '操作日志', 'Audit log', 'czrz', 'audit.read'),
      p('/settings/system', '系统状态', 'System health', 'xtzt', 'system.read'),
    ],
  },
]

/** Pages that belong to another place than their address says. */
const lodgers: Record<string, string> = { '/runs': '/playbooks', '/replays': '/playbooks' }

/** The place that a path belongs to: the one with the longest matching address. */
export function placeOf(path: string): { district: District; place: Place } | undefined {
  const host = Object.keys(lodgers).find((from) => path.startsWith(`${from}/`))
  if (host) path = lodgers[host] ?? path
  let found: { district: District; place: Place } | undefined
  for (const district of districts) {
    for (const place of district.places) {
      const at = path === place.to || path.startsWith(place.to === '/' ? '//' : `${place.to}/`)
      if (at && (!found || place.to.length > found.place.to.length)) found = { district, place }
    }
  }
  return found
}
