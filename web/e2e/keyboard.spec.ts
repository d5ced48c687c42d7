import type { Locator, Page } from '@playwright/test'
import { ask, first, unique } from './ask'
import { expect, open, test } from './fixtures'

test('Ctrl K finds pages by the initials of their pinyin, and Enter goes there', async ({ page }) => {
  await open(page, '/')
  await page.keyboard.press('Control+k')
  const box = page.getByRole('combobox')
  await expect(box).toBeFocused()
  await box.fill('qdhm')
  await expect(page.getByRole('option', { selected: true })).toContainText('渠道活码')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/console\/codes(\?.*)?$/)
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('Ctrl K finds customers by name', async ({ page }) => {
  const { items } = await ask<{ items: { id: string; name?: string }[] }>(page, 'GET', '/customers?limit=50&sort=-orders')
  const somebody = items.find((c) => c.name)
  await open(page, '/')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill(somebody?.name as string)
  await page.getByRole('option').filter({ hasText: somebody?.name as string }).first().click()
  await expect(page).toHaveURL(/\/console\/customers\/c\d+/)
})

test('g and a letter goes to a page', async ({ page }) => {
  await open(page, '/')
  for (const [key, path] of [['c', '/customers'], ['p', '/playbooks'], ['a', '/audiences'], ['h', '/']]) {
    await page.locator('h1').first().click()
    await page.keyboard.press('g')
    await page.keyboard.press(key as string)
    await expect(page).toHaveURL(new RegExp(`/console${path}(\\?.*)?$`))
    await expect(page.locator('h1').first()).toBeVisible()
  }
})

test('? shows the keys, Escape closes them', async ({ page }) => {
  await open(page, '/')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: '键盘快捷键' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('/ goes to the search of the list', async ({ page }) => {
  await open(page, '/audiences')
  await page.keyboard.press('/')
  await expect(page.locator('[data-search] input').first()).toBeFocused()
})

test('the first Tab offers the way past the menu', async ({ page }) => {
  await open(page, '/tags')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: '跳到正文' })
  await expect(skip).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('#content')).toBeFocused()
})

test('Escape closes a drawer and the focus comes back', async ({ page }) => {
  await open(page, '/audiences/new')
  const opener = page.getByRole('button', { name: '从模板开始' })
  await opener.focus()
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog', { name: '从模板开始' })
  await expect(drawer).toBeVisible()
  await expect(page.locator('[class*="-motion-"]')).toHaveCount(0) // a drawer that is still coming in gives no focus back
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(opener).toBeFocused()
})

test('rows of a list open with Enter', async ({ page }) => {
  await open(page, '/customers')
  await page.locator('.y-row-open').first().focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/console\/customers\/c\d+/)
})

test('a step is added to the canvas, taken back and added again by keyboard', async ({ page }) => {
  const channel = await first(page, '/webhooks')
  const made = await ask<{ id: string }>(page, 'POST', '/playbooks', { definition: { name: unique('键盘'), trigger: { event: 'Order Completed' }, steps: [{ id: 'wait', wait: { for: '1d' } }, { id: 'send', send: { channel: 'webhook', endpoint: channel.id, content: { text: '您好' } } }] } })
  await open(page, `/playbooks/${made.id}?tab=edit`)
  const cards = page.locator('.y-playbooks-card')
  await expect(cards).toHaveCount(3)
  await page.getByRole('button', { name: '在这里添加步骤' }).first().focus()
  await page.keyboard.press('Enter')
  const menu = page.getByRole('menu', { name: '添加步骤' })
  await expect(menu.getByRole('menuitem').first()).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(cards).toHaveCount(4)
  await page.locator('.y-playbooks-bar').getByRole('button', { name: '撤销' }).focus()
  await page.keyboard.press('Control+z')
  await expect(cards).toHaveCount(3)
  await page.keyboard.press('Control+Shift+z')
  await expect(cards).toHaveCount(4)
  await page.keyboard.press('Control+z')
  await expect(cards).toHaveCount(3)
})

/** Goes on with Tab, or back, until what is looked for has the focus. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  await expect(target).toBeVisible()
  for (let i = 0; i < 80 && !(await focused(target)); i++) await page.keyboard.press(key)
  await expect(target).toBeFocused()
}

const focused = (target: Locator) => target.evaluate((e) => e === document.activeElement)

/** Opens the box that has the focus and goes down to the option with a text. */
async function pick(page: Page, text: string) {
  const list = page.locator('.ant-select-dropdown:visible')
  await page.keyboard.press('Enter')
  await expect(list.locator('.ant-select-item-option').first()).toBeVisible()
  const active = list.locator('.ant-select-item-option-active')
  for (let i = 0; i < 30 && !(await active.filter({ hasText: text }).count()); i++) await page.keyboard.press('ArrowDown')
  await expect(active).toContainText(text)
  await page.keyboard.press('Enter')
}

test('an audience is made by keyboard alone: a condition, its value, a group, the end of one, saving', async ({ page }) => {
  await open(page, '/audiences/new')
  const name = unique('键盘人群')
  const sentence = page.locator('.y-audience-sentence')
  const leaves = page.locator('.y-rule-leaf')
  await tabTo(page, page.getByLabel('人群名称'))
  await page.keyboard.type(name)
  await tabTo(page, page.getByRole('button', { name: '添加条件' }))
  await page.keyboard.press('Enter')
  const items = page.getByRole('menuitem')
  await expect(items.first()).toBeFocused()
  const tier = page.getByRole('menuitem', { name: '等级' })
  for (let i = 0; i < 12 && !(await focused(tier)); i++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(leaves).toHaveCount(1)
  await tabTo(page, leaves.getByRole('combobox', { name: '等级' }))
  await pick(page, 'V4')
  await expect(sentence).toContainText('V4')

  await tabTo(page, page.getByRole('button', { name: '添加分组' }).last())
  await page.keyboard.press('Enter')
  await expect(leaves).toHaveCount(2)
  const events = leaves.last().getByRole('combobox', { name: '选择事件' })
  await tabTo(page, events)
  await page.keyboard.type('付款成功')
  await expect(page.locator('.ant-select-dropdown:visible .ant-select-item-option-active')).toContainText('付款成功')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(sentence).toContainText('付款成功')

  await tabTo(page, leaves.first().getByRole('button', { name: /^移动或更改/ }), 'Shift+Tab')
  await page.keyboard.press('Delete')
  await expect(leaves).toHaveCount(1)
  await expect(sentence).not.toContainText('V4')
  await page.keyboard.press('Control+z')
  await expect(leaves).toHaveCount(2)

  await tabTo(page, page.getByRole('button', { name: '创建人群' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.locator('h1')).toHaveText(name)
  const id = /aud_\w+/.exec(page.url())?.[0] as string
  const made = await ask(page, 'GET', `/audiences/${id}`)
  expect(JSON.stringify(made.rule)).toContain('V4')
  expect(JSON.stringify(made.rule)).toContain('Order Completed')
  await ask(page, 'DELETE', `/audiences/${id}`)
})

test('a file is imported by keyboard alone', async ({ page }) => {
  const mark = unique('k').replace(' ', '')
  await open(page, '/settings/imports')
  await tabTo(page, page.getByRole('button', { name: '导入文件' }).or(page.getByRole('link', { name: '导入文件' })).first())
  await page.keyboard.press('Enter')
  const drop = page.getByRole('button', { name: /拖/ })
  await tabTo(page, drop)
  const asked = page.waitForEvent('filechooser')
  await page.keyboard.press('Enter')
  await (await asked).setFiles({ name: `${mark}.csv`, mimeType: 'text/csv', buffer: Buffer.from(`订单号,下单时间,实付金额,手机号\n${mark},2026-05-01 10:00:00,12.5,139${String(Date.now()).slice(-8)}\n`) })
  await tabTo(page, page.getByLabel(/来源/))
  await page.keyboard.type(mark)
  await tabTo(page, page.getByRole('button', { name: '读取并核对' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '核对表头' })).toBeVisible()
  await tabTo(page, page.getByRole('button', { name: /试\s?算/ }))
  await page.keyboard.press('Enter')
  await expect(page.getByText('这一步不写入任何数据')).toBeVisible()
  await tabTo(page, page.getByRole('button', { name: '导入 1 行' }))
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/settings\/imports\/imp/)
  await expect(page.locator('h1')).toHaveText(`${mark}.csv`)
})
