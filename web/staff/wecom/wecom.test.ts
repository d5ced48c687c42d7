import { describe, expect, it, vi } from 'vitest'
import { chatMessage, plain } from './message'
import { isWeCom, Silent, within, type Call, type Sdk } from './sdk'
import { NeedsChat, place, reaches, send } from './wecom'

/** Answers the calls as a phone does and keeps what was asked. */
function phone(answers: Partial<Record<Call, Record<string, unknown>>>) {
  const asked: [Call, unknown][] = []
  const sdk: Sdk = {
    call: async (name, args) => {
      asked.push([name, args])
      const answer = answers[name]
      if (!answer) throw new Error(`${name}:fail`)
      return answer
    },
  }
  return { sdk, asked }
}

const pasted = () => {
  const writeText = vi.fn<(text: string) => Promise<void>>(async () => undefined)
  vi.stubGlobal('navigator', { clipboard: { writeText } })
  return writeText
}

describe('place', () => {
  it('knows the customer beside whose chat it is', async () => {
    expect(await place(phone({ getContext: { entry: 'single_chat_tools' }, getCurExternalContact: { userId: 'wm1' } }).sdk)).toEqual({ kind: 'single', external: 'wm1' })
  })
  it('knows the group', async () => {
    expect(await place(phone({ getContext: { entry: 'group_chat_tools' }, getCurExternalChat: { chatId: 'wr1' } }).sdk)).toEqual({ kind: 'group', chat: 'wr1' })
  })
  it('stands alone elsewhere', async () => {
    expect(await place(undefined)).toEqual({ kind: 'alone' })
    expect(await place(phone({ getContext: { entry: 'normal' } }).sdk)).toEqual({ kind: 'alone' })
  })
})

describe('send', () => {
  const text = { type: 'text', text: '在吗' } as const
  it('puts it into the chat at hand', async () => {
    const { sdk, asked } = phone({ sendChatMessage: {} })
    expect(await send(sdk, { kind: 'single', external: 'wm1' }, text, 'wm1')).toBe('sent')
    expect(asked).toEqual([['sendChatMessage', { msgtype: 'text', text: { content: '在吗' } }]])
  })
  it('never puts it into the chat with somebody else', async () => {
    expect(reaches({ kind: 'single', external: 'wm1' }, 'wm2')).toBe(false)
    const write = pasted()
    const { sdk, asked } = phone({ openEnterpriseChat: {} })
    expect(await send(sdk, { kind: 'single', external: 'wm1' }, text, 'wm2')).toBe('opened')
    expect(asked.map(([name]) => name)).toEqual(['openEnterpriseChat'])
    expect(write).toHaveBeenCalledWith('在吗')
  })
  it('copies outside of WeCom', async () => {
    const write = pasted()
    expect(await send(undefined, { kind: 'alone' }, { type: 'link', url: 'https://shop.example/a', title: '新品' }, 'wm1')).toBe('copied')
    expect(write).toHaveBeenCalledWith('新品\nhttps://shop.example/a')
  })
  it('sends a poster as the picture that the platform has', () => {
    const poster = { type: 'poster', poster: 'mat_1', customer: 'wm1' } as const
    expect(chatMessage(poster, 'M1')).toEqual({ msgtype: 'image', image: { mediaid: 'M1' } })
    expect(plain(poster)).toBeUndefined()
  })
  it('does not pretend to copy a picture', async () => {
    await expect(send(undefined, { kind: 'alone' }, { type: 'image', asset: 'ast_1' }, 'wm1')).rejects.toBeInstanceOf(NeedsChat)
  })
})

describe('within', () => {
  it('gives up on a call that never settles', async () => {
    vi.useFakeTimers()
    await Promise.all([expect(within(new Promise(() => undefined))).rejects.toBeInstanceOf(Silent), vi.advanceTimersByTimeAsync(3000)])
    vi.useRealTimers()
  })
  it('passes answers and refusals on', async () => {
    await expect(within(Promise.resolve(1))).resolves.toBe(1)
    await expect(within(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})

it('has the shapes of the platform', () => {
  expect(chatMessage({ type: 'image', asset: 'ast_1' }, 'm1')).toEqual({ msgtype: 'image', image: { mediaid: 'm1' } })
  expect(chatMessage({ type: 'link', url: 'u', title: 't' })).toEqual({ msgtype: 'news', news: { link: 'u', title: 't', desc: '' } })
  expect(plain({ type: 'video', asset: 'ast_1' })).toBeUndefined()
  expect(isWeCom('Mozilla/5.0 wxwork/4.1.36')).toBe(true)
  expect(isWeCom('Mozilla/5.0 Chrome/130')).toBe(false)
})
