import type { Locator, Page } from '@playwright/test'
import { first } from './ask'
import { expect, faultsOfAccess, open, settled, test } from './fixtures'

/** What is clicked: the last button or item of a menu with a name, or a place. */
type Click = string | RegExp | ((page: Page) => Locator)

/** The name of what is shown, and what is clicked on the page to open it. */
type Way = [name: string, ...clicks: Click[]]

const dialogs = (page: Page) => page.getByRole('dialog').filter({ visible: true })

/** A name as antd shows it: an icon may stand before it, and a space between two letters. */
const named = (name: string) => new RegExp(`(^|\\s)${[...name].length === 2 ? [...name].join('\\s?') : name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)

const find = (page: Page, click: Click) => {
  if (typeof click === 'function') return click(page)
  const name = typeof click === 'string' ? named(click) : click
  return page.getByRole('button', { name }).or(page.getByRole('menuitem', { name })).filter({ visible: true }).last()
}

/** A button of the dialog that stands in front. */
const within = (name: string): Click => (page) => dialogs(page).last().getByRole('button', { name: named(name) }).last()

/** A place of the page. */
const at = (selector: string): Click => (page) => page.locator(selector).filter({ visible: true }).first()

const row = at('#content .y-row-open')

/** A number behind which people stand. */
const number = at('#content button.y-number:enabled')

/** The drawers and dialogs of each page. In an address, {/codes} is the first thing that the API lists there. */
const pages: [page: string, ...Way[]][] = [
  ['/', ['keys', '键盘快捷键'], ['palette', /Ctrl K$/], ['own brand', '开始自己的品牌']],
  ['/customers', ['rule', '按行为规则'], ...['打标签', '去标签', '存为人群', '群发', '用于 SOP', '导出 CSV'].map((what): Way => [what, /^对这/, what])],
  ['/customers/{/customers?sort=-orders}', ['clear', '查看明文'], ['merge', '合并另一位客户'], ['export', '更多操作', '导出全部资料'], ['erase', '更多操作', '删除这位客户'], ['traits', '修改属性']],
  ['/tags', ['new', '新建标签'], ['rename', / 的操作$/, '改名'], ['rule', / 的操作$/, /(更换规则人群|设为规则标签)…$/], ['delete', / 的操作$/, '删除']],
  ['/tags?tab=bulk', ['operation', row]],
  ['/identity', ['undo', '撤销合并']],
  ['/identity?tab=conflicts', ['compare', '对比']],
  ['/identity?tab=blocked', ['block', '屏蔽一个值'], ['allow', '放行']],
  ['/audiences', ['templates', '从模板开始'], ['people', number], ['save as audience', number, within('存为人群')]],
  ['/audiences/{/audiences}', ['export', '更多', '导出成员'], ['delete', '更多', '删除']],
  ['/lifecycle', ['level', /^改规则/], ['people', number]],
  ['/losses', ['transfer', '发起继承'], ['win back', '一键建挽回人群']],
  ['/codes', ['compare', '与企业微信核对'], ['print', at('#content tbody .ant-checkbox-input'), /^下载 \/ 印刷/]],
  ['/codes/{/codes}', ['print', '印刷版式'], ['delete', '更多', '删除'], ['people', number]],
  ['/welcome', ['new', '新建规则'], ['edit', '编辑'], ['delete', '删除']],
  ['/acquisition', ['new', '新建获客链接'], ['link', row], ['delete', row, within('删除')]],
  ['/links', ['settings', '设置'], ['new', '新建短链'], ['link', number], ['close', number, within('关闭短链')]],
  ['/groups/codes', ['new', '新建入群活码'], ['edit', '编辑'], ['delete', '删除']],
  ['/groups?tab=welcome', ['new', '新建入群欢迎语']],
  ['/tasks', ['rules', '通知规则'], ['over', '整体移交'], ['new', '新建任务'], ['task', row], ['cancel', row, within('取消任务')]],
  ['/library', ['folder', '新建文件夹'], ['trash', / 的操作$/, '放入回收站']],
  ['/library/{/materials}', ['details', '更多', '名称、文件夹与有效期'], ['archive', '更多', '停用'], ['trash', '更多', '放入回收站']],
  ['/scripts', ['new', '新建话术'], ['edit', '编辑'], ['folder', '新建场景']],
  ['/files', ['file', at('.y-files-shelf button')]],
  ['/personas', ['new', '新建人设', '空白人设'], ['edit', '编辑与分配'], ['delete', '删除']],
  ['/personas?tab=checklists', ['new', '新建清单', at('.ant-dropdown-menu-item')], ['edit', '编辑'], ['start', '发起检查'], ['delete', '删除']],
  ['/personas?tab=audits', ['audit', at('#content .y-row-open >> nth=-1')]],
  ['/experiments', ['power', '需要多少客户']],
  ['/experiments/{/experiments}', ['settings', '设置'], ['stop', '停止入组'], ['decide', '做决定'], ['people', number]],
  ['/deliveries', ['delivery', row]],
  ['/budget', ['hold', '暂停全部发送']],
  ['/budget?tab=touches', ['customer', row]],
  ['/settings/channels', ['add', '添加', at('.ant-dropdown-menu-item')], ['hook', '添加接口'], ['edit hook', at('#content .y-row-open >> nth=-1')], ['remove', /…$/, '删除'], ['rotate', /…$/, '更换密钥']],
  ['/playbooks/{/playbooks?state=published}', ['start', '更多', '为客户启动'], ['pause', '更多', '暂停'], ['end', '更多', '结束']],
  ['/playbooks/{/playbooks}?tab=edit', ['keys', '快捷键']],
  ['/playbooks/{/playbooks}?tab=versions', ['difference', '看差别']],
  ['/playbooks', ['settings', '设置']],
  ['/sop', ['example', at('.y-playbooks-sop')]],
  ['/reports/boards', ['definitions', '看板口径'], ['people', number]],
  ['/reports/cac', ['phases', '设置阶段与计划'], ['people', number]],
  ['/reports/cac?tab=costs', ['import', '导入 CSV'], ['new', '录入成本'], ['edit', row], ['delete', row, within('删除')]],
  ['/settings/accounts', ['new', '新建账号'], ['edit', row]],
  ['/settings/accounts?tab=tokens', ['new', '新建令牌'], ['revoke', '吊销']],
  ['/settings/sources', ['new', '新建数据源'], ['disable', '停用']],
  ['/settings/audit', ['entry', row]],
  ['/settings/wecom', ['edit', /^修\s?改/], ['disconnect', '更多', '断开此企业']],
  ['/settings/wecom?tab=sync', ['run', row]],
  ['/settings/wecom?tab=archive', ['settings', '设置'], ['remove', '移除凭证']],
  ['/settings/wecom?tab=desk', ['keep', /^(保留 .+ 天|长期保留)$/], ['greeting', '编辑欢迎语']],
  ['/settings/staff', ['member', at('#content .y-number')]],
]

/** Opens it, looks at it, closes it by Escape: the focus is where it was. */
async function visit(page: Page, name: string, clicks: Click[]) {
  const openers: Locator[] = []
  for (const click of clicks) {
    const opener = find(page, click)
    if (await opener.getAttribute('role') !== 'menuitem') openers.push(opener)
    await opener.click()
  }
  await expect(dialogs(page).last()).toBeVisible()
  await page.mouse.move(0, 0)
  await settled(page)
  await expect(page.locator('[class*="-motion-"], [class*="-appear"], [class*="-enter"]')).toHaveCount(0)
  expect.soft(await faultsOfAccess(page, '.ant-drawer, .ant-modal-root'), `${name}: accessibility`).toEqual([])
  for (let left = await dialogs(page).count(); left > 0; left--) {
    await page.keyboard.press('Escape')
    await expect(dialogs(page)).toHaveCount(left - 1)
    await expect.soft(openers.pop() as Locator, `${name}: focus`).toBeFocused({ timeout: 5000 })
  }
}

for (const [where, ...ways] of pages) {
  test(`what opens over ${where}`, async ({ page }) => {
    const list = /\{(.+)\}/.exec(where)?.[1]
    const path = list ? where.replace(`{${list}}`, (await first(page, list)).id as string) : where
    await open(page, path)
    for (const [name, ...clicks] of ways) await visit(page, name, clicks)
  })
}
