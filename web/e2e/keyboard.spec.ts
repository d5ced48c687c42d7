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
