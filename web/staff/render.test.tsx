import { Dialog, Toast } from 'antd-mobile'
import { act } from 'react'
import { beforeAll, expect, it } from 'vitest'
import { showToasts } from './render'

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  showToasts()
})

it('shows a toast under this React', async () => {
  await act(async () => { Toast.show({ content: '已复制', duration: 0 }) })
  expect(document.body.textContent).toContain('已复制')
  await act(async () => { Toast.clear() })
})

it('shows a dialog under this React', async () => {
  await act(async () => { void Dialog.confirm({ content: '都做完了吗？' }) })
  expect(document.body.textContent).toContain('都做完了吗？')
  await act(async () => { Dialog.clear() })
})
