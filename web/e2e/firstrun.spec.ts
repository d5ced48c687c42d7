import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { expect, faultsOfAccess, open, overflow, settled, test as onDemo } from './fixtures'
import { run, type Running } from './program'

const owner = { name: '王店主', email: 'owner@shop.example', password: 'a-shop-of-one' }

/** An empty installation with a simulated corp beside it, both on free ports. */
interface House {
  url: (path?: string) => string
  link: string
  sim: string
}

const test = base.extend<object, { house: House }>({
  house: [async ({ browserName: _ }, use) => {
    const data = mkdtempSync(join(tmpdir(), 'yutang-first-'))
    const running: Running[] = []
    try {
      const serve = await run(['serve', '--data', join(data, 'brand'), '--listen', '127.0.0.1:0'], /setup\?token=\S+\s/)
      running.push(serve)
      const link = /http:\S+setup\?token=\S+/.exec(serve.said())?.[0] as string
      const origin = new URL(link).origin
      const sim = await run(['wecom-sim', '--listen', '127.0.0.1:0', '--callback', `${origin}/wecom/callback/ww0000000000000001/main`, '--staff', '3', '--customers', '12', '--groups', '1'], /seed\s/)
      running.push(sim)
      await use({ url: (path = '') => origin + path, link, sim: new URL(/platform\s+(http:\S+)/.exec(sim.said())?.[1] as string).origin })
    } finally {
      for (const one of running.toReversed()) await one.stop()
      rmSync(data, { recursive: true, force: true })
    }
  }, { scope: 'worker', timeout: 60_000 }],
})

/** Looks at a page of the door in both languages. */
async function bothLanguages(page: Page, zh: string, en: string) {
  await expect(page.locator('h1')).toHaveText(zh)
  expect(await faultsOfAccess(page)).toEqual([])
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.locator('h1')).toHaveText(en)
  await expect(page.locator('html')).toHaveAttribute('lang', 'en-US')
  await expect(page.locator('main')).not.toContainText(/\p{Script=Han}{3}/u)
  expect(await faultsOfAccess(page)).toEqual([])
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await overflow(page)).toBe(0)
  }
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.locator('h1')).toHaveText(zh)
  await page.setViewportSize({ width: 1440, height: 900 })
}

const steps = (page: Page) => page.locator('.y-home-steps')

async function go(page: Page, to: string) {
  await page.goto(to)
  await expect(page.locator('h1').first()).toBeVisible()
  await settled(page)
}

test('from nothing to the first playbook', async ({ page, house }) => {
  test.setTimeout(180_000)
  const threw: string[] = []
  page.on('pageerror', (e) => threw.push(e.message))
  page.on('response', (r) => { if (r.status() >= 500) threw.push(`${r.status()} ${r.url()}`) })

  await test.step('the door says that there is no account', async () => {
    await page.goto(house.url('/'))
    await expect(page.getByText('这台服务器还没有账号')).toBeVisible()
    await bothLanguages(page, '登录鱼塘', 'Sign in to Yutang')
    await page.goto(house.url('/setup'))
    await expect(page.getByText('请用服务器启动时打印的设置链接打开此页')).toBeVisible()
  })

  await test.step('the set-up link makes the owner', async () => {
    await page.goto(house.link)
    await bothLanguages(page, '欢迎使用鱼塘', 'Welcome to Yutang')
    await page.getByLabel('姓名').fill(owner.name)
    await page.getByLabel('邮箱').fill(owner.email)
    await page.getByLabel('密码').fill('short')
    await page.getByRole('button', { name: '创建并进入' }).click()
    await expect(page.locator('.ant-form-item-explain-error')).toHaveText('10 到 200 个字符')
    await page.getByLabel('密码').fill(owner.password)
    await page.getByRole('button', { name: '创建并进入' }).click()
    await expect(page.locator('h1')).toHaveText('概览')
    await expect(page.getByText('0 / 6')).toBeVisible()
    await expect(page.getByText('yutang demo')).toBeVisible()
    await settled(page)
    expect(await faultsOfAccess(page)).toEqual([])
  })

  await test.step('the link works once', async () => {
    const again = await page.request.post(house.url('/api/v1/setup'), { data: { ...owner, token: new URL(house.link).searchParams.get('token') }, headers: { 'X-Yutang-Request': '1' } })
    expect(again.status()).toBe(403)
    await page.goto(house.link)
    await expect(page.getByText('这里已经设置过了')).toBeVisible()
  })

  await test.step('empty pages teach what they are for', async () => {
    for (const [path, title, next] of [
      ['/customers', '还没有客户', '接入企业微信'], ['/audiences', '还没有人群', '从模板开始'], ['/codes', '先接入企业微信', '去接入'], ['/playbooks', '还没有 SOP', '从模板库'],
      ['/sends', '还没有群发', '新建群发'], ['/settings/imports', '还没有导入过文件', '导入文件'], ['/library', '还没有素材', '新建素材'], ['/settings/wecom', '还没有接入企业微信', '接入企业微信'],
    ] as const) {
      await go(page, house.url(`/console${path}`))
      const empty = page.locator('.y-empty').filter({ hasText: title }).first()
      await expect(empty, path).toBeVisible()
      await expect(empty.getByRole('button', { name: next }).or(empty.getByRole('link', { name: next })).first(), path).toBeVisible()
    }
  })

  await test.step('the corp is connected and pulled', async () => {
    await go(page, house.url('/console/'))
    await steps(page).getByRole('link', { name: /接入企业微信/ }).click()
    await page.getByRole('link', { name: '接入企业微信' }).or(page.locator('#content').getByRole('button', { name: '接入企业微信' })).last().click()
    await page.getByRole('button', { name: '下一步' }).click()
    await expect(page.locator('.ant-form-item-explain-error').first()).toBeVisible()
    await page.getByRole('button', { name: '填入模拟器的值' }).click()
    await page.getByLabel('接口地址').fill(house.sim)
    expect(await faultsOfAccess(page)).toEqual([])
    await page.getByRole('button', { name: '下一步' }).click()
    await expect(page.getByLabel('AgentId')).toHaveValue('1000002')
    await page.getByRole('button', { name: '下一步' }).click()
    await expect(page.getByLabel('EncodingAESKey')).not.toHaveValue('')
    await page.getByRole('button', { name: '保存并生成回调地址' }).click()
    await expect(page.getByText(`${house.url()}/wecom/callback/ww0000000000000001/main`)).toBeVisible()
    await page.getByRole('button', { name: '已保存，开始检查' }).click()
    await expect(page.locator('#content').getByText('正常', { exact: true }).first()).toBeVisible()
    expect(await faultsOfAccess(page)).toEqual([])
    await page.getByRole('button', { name: '现在开始同步' }).click()
    await expect(page).toHaveURL(/tab=sync/)
    await expect.poll(async () => ((await (await page.request.get(house.url('/api/v1/staff?corp=ww0000000000000001'))).json()) as { items?: unknown[] }).items?.length).toBe(3)
    await go(page, house.url('/console/'))
    await expect(steps(page).getByRole('link', { name: /接入企业微信/ })).toContainText('已完成')
  })

  await test.step('the first live code', async () => {
    await steps(page).getByRole('link', { name: /建第一个渠道活码/ }).click()
    await page.getByLabel('名称').fill('门店收银台')
    await page.getByRole('combobox', { name: '添加员工' }).click()
    await expect(page.getByRole('option').first()).toBeAttached()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await expect(page.locator('.y-acquire-members tbody tr')).toHaveCount(1)
    await page.getByRole('button', { name: '创建活码' }).or(page.getByRole('button', { name: /^保\s?存$/ })).first().click()
    await expect(page).toHaveURL(/\/codes\/\w+$/)
    await expect(page.locator('img[src*="/codes/"][src*="/image"]').first()).toBeVisible()
    await go(page, house.url('/console/'))
    await expect(steps(page).getByRole('link', { name: /建第一个渠道活码/ })).toContainText('已完成')
  })

  await test.step('the first playbook, from the library', async () => {
    await steps(page).getByRole('link', { name: /发布第一个 SOP/ }).click()
    await page.locator('.y-playbooks-sop').first().click()
    const drawer = page.locator('.ant-drawer-open').last()
    await expect(drawer.getByRole('heading', { name: '流程' })).toBeVisible()
    await drawer.getByRole('button', { name: '安装为草稿' }).click()
    await expect(page).toHaveURL(/\/playbooks\/pb_\w+\?tab=edit/)
    await page.getByRole('button', { name: /^发\s?布$/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: '确认发布' }).click()
    await expect(page.getByText('已发布，立即生效')).toBeVisible()
    await go(page, house.url('/console/'))
    await expect(steps(page).getByRole('link', { name: /发布第一个 SOP/ })).toContainText('已完成')
  })

  await test.step('the rest, and the list goes', async () => {
    const send = async (path: string, data: unknown) => {
      const answer = await page.request.post(house.url(`/api/v1${path}`), { data, headers: { 'X-Yutang-Request': '1' } })
      expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
    }
    await send('/welcome/rules', { corp: 'ww0000000000000001', name: '默认', greeting: { text: '您好，欢迎！' } })
    await send('/audiences', { name: '全部客户', rule: { all: [] } })
    await go(page, house.url('/console/'))
    await expect(steps(page)).toHaveCount(0)
  })
  expect(threw).toEqual([])
})

onDemo('the demo says that it is one, and how a brand of one’s own begins', async ({ page }) => {
  await open(page, '/')
  await expect(page.getByText('这是演示品牌')).toBeVisible()
  await expect(page.getByRole('link', { name: '打开模拟手机' })).toHaveAttribute('href', /\/sim\//)
  await page.getByRole('button', { name: '开始自己的品牌' }).click()
  await expect(page.getByRole('dialog').getByText('yutang serve')).toBeVisible()
  await expect(page.locator('[class*="-motion-"]')).toHaveCount(0)
  expect(await faultsOfAccess(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('button', { name: '知道了' }).click()
  await expect(page.getByText('这是演示品牌')).toHaveCount(0)
  await page.reload()
  await expect(page.locator('.y-stat-value').first()).toBeVisible()
  await expect(page.getByText('这是演示品牌')).toHaveCount(0)
})
