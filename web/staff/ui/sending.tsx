import { lineOf } from '@shared/api/client'
import { useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { Toast } from 'antd-mobile'
import { connect, Silent, type Sdk } from '../wecom/sdk'
import { copy, NeedsChat, openChat, place, reaches, send, type Place, type Sent } from '../wecom/wecom'
import { plain, type Message } from '../wecom/message'
import { common } from './words'

interface Around { sdk: Sdk | undefined; at: Place }

/** What surrounds the page: WeCom or nothing, and the chat at hand. */
export function useAround(): Around & { ready: boolean; error: unknown } {
  const q = useQuery({
    queryKey: ['around'], staleTime: Infinity, retry: false,
    queryFn: async (): Promise<Around> => {
      const sdk = await connect()
      return { sdk, at: await place(sdk) }
    },
  })
  return { sdk: q.data?.sdk, at: q.data?.at ?? { kind: 'alone' }, ready: !q.isPending, error: q.error }
}

/** Sending to a customer, or to the chat at hand, with a word about what came of it. */
export function useSend(to?: string) {
  const t = useText(common)
  const { sdk, at } = useAround()
  const said: Record<Sent, string> = { sent: t.sent, copied: t.copied, opened: t.opened }
  const copyText = async (text: string) => {
    try {
      await copy(text)
      Toast.show({ content: t.copied, icon: 'success' })
      return true
    } catch {
      Toast.show({ content: t.notCopied })
      return false
    }
  }
  const sendOne = async (m: Message): Promise<Sent | undefined> => {
    try {
      const sent = await send(sdk, at, m, to)
      Toast.show({ content: said[sent], icon: sent === 'sent' ? 'success' : undefined })
      return sent
    } catch (e) {
      const text = plain(m)
      if (e instanceof NeedsChat) Toast.show({ content: t.needsChat })
      else if (e instanceof Silent && text !== undefined) {
        await copy(text).then(() => Toast.show({ content: t.silent }), () => Toast.show({ content: t.notCopied }))
        return 'copied'
      } else Toast.show({ content: t.sendFailed + lineOf(e) })
      return undefined
    }
  }
  const open = sdk && to && at.kind === 'alone' ? async () => {
    try {
      await openChat(sdk, to)
    } catch (e) {
      Toast.show({ content: t.sendFailed + lineOf(e) })
    }
  } : undefined
  return { send: sendOne, copy: copyText, open, direct: sdk !== undefined && reaches(at, to), canOpen: sdk !== undefined && to !== undefined }
}
