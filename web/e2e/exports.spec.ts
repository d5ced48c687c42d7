import { readFileSync } from 'node:fs'
import { ask } from './ask'
import { expect, test, url } from './fixtures'

test('customers are exported with the columns chosen by keyboard, followed in the task centre, fetched and deleted', async ({ page }) => {
  await page.goto(url('/console/customers'))
  await page.getByRole('button', { name: /^对这 .+ 人/ }).click()
  await page.getByRole('menuitem', { name: '导出' }).click()
  const drawer = page.getByRole('dialog', { name: /^导出 .+ 人$/ })
  const name = `VIP ${Date.now().toString(36)}`
  await drawer.getByLabel('文件名').fill(name)
  await drawer.getByRole('button', { name: '恢复默认列' }).click()
  await drawer.getByRole('button', { name: '上移“姓名”' }).press('Enter')
  await expect(drawer.getByRole('button', { name: '下移“姓名”' })).toBeFocused() // it is the first now, and cannot go further
  await drawer.getByLabel('“客户编号”的表头').fill('编号')
  await drawer.getByRole('button', { name: '去掉“手机号”' }).press('Enter')
  await drawer.getByRole('button', { name: '开始导出' }).click()

  const centre = page.getByRole('dialog', { name: '任务中心' })
  const fetching = page.waitForEvent('download')
  await centre.getByRole('link', { name: `下载“${name}”` }).or(centre.getByRole('button', { name: `下载“${name}”` })).click()
  const file = await fetching
  expect(file.suggestedFilename()).toContain(name)
  const lines = readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n')
  expect(lines[0]).toBe('\ufeff姓名,编号,AIPL 阶段,等级,标签,员工,来源渠道,订单数,净消费,最近活跃')
  const { items } = await ask<{ items: { id: string; name: string; rows: number }[] }>(page, 'GET', '/exports')
  const made = items.find((x) => x.name === name)
  expect(lines.length - 1).toBe(made?.rows)

  await page.keyboard.press('Escape')
  await page.goto(url('/console/settings/imports?tab=exports'))
  await page.getByRole('button', { name: `删除“${name}”` }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^删\s?除$/ }).click()
  await expect(page.getByText(name)).toHaveCount(0)
})
