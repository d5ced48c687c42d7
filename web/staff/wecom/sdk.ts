import { call as ask, must } from '@shared/api/client'

/** The calls of the platform's JS-SDK that we use. */
export type Call = 'getContext' | 'getCurExternalContact' | 'getCurExternalChat' | 'sendChatMessage' | 'openEnterpriseChat'

/** Whoever does these calls: WeCom, or a simulated phone. */
export interface Sdk {
  call: (name: Call, args?: Record<string, unknown>) => Promise<Record<string, unknown>>
  /** Whose phone it is, where the phone tells. */
  holder?: string
}

/** A call that WeCom did not answer. */
export class Silent extends Error {}

/** An answer within some time, since promises of the JS-SDK may never settle. */
export function within<T>(promise: Promise<T>, ms = 3000): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Silent(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Whether a browser says that it is WeCom's. */
export const isWeCom = (agent = navigator.userAgent) => /wxwork/i.test(agent)

async function ofWeCom(): Promise<Sdk> {
  const ww = await import('@wecom/jssdk')
  const sign = async (url: string) => must(ask.GET('/panel/jssdk', { params: { query: { url } } }))
  const { corp_id: corpId, agent_id: agentId } = await sign(location.href.replace(/#.*/, ''))
  const jsApiList = ['getContext', 'getCurExternalContact', 'getCurExternalChat', 'sendChatMessage', 'openEnterpriseChat'] as const
  const signature = (s: { timestamp: number; nonce: string; signature: string }) => ({ timestamp: s.timestamp, nonceStr: s.nonce, signature: s.signature })
  ww.register({
    corpId, agentId, jsApiList: [...jsApiList] as never,
    getConfigSignature: async (url) => signature((await sign(url)).config),
    getAgentConfigSignature: async (url) => signature((await sign(url)).agent_config),
  })
  const calls = ww as unknown as Record<Call, (args?: object) => Promise<Record<string, unknown>>>
  return { call: (name, args) => within(calls[name](args)) }
}

/** A simulated phone shows us in a frame and takes the calls as messages. Only origins that our server names may do so. */
async function ofPhone(): Promise<Sdk> {
  const parent = window.parent
  let origin = '*'
  const post = (name: string, args: object) => new Promise<Record<string, unknown>>((done, refuse) => {
    const id = crypto.getRandomValues(new Uint32Array(2)).join('-')
    const hear = (e: MessageEvent) => {
      const reply = (e.data as { wecomsim?: { id: string; result?: Record<string, unknown>; error?: string } } | null)?.wecomsim
      if (e.source !== parent || reply?.id !== id) return
      removeEventListener('message', hear)
      origin = e.origin
      if (reply.error) refuse(new Error(reply.error))
      else done(reply.result ?? {})
    }
    addEventListener('message', hear)
    parent.postMessage({ wecomsim: { id, call: name, args } }, origin)
  })
  const { userid } = await within(post('hello', {}), 1500)
  return { holder: String(userid), call: (name, args) => within(post(name, args ?? {})) }
}

let connected: Promise<Sdk | undefined> | undefined

/** What surrounds the page, asked for once; undefined in a plain browser. */
export function connect(): Promise<Sdk | undefined> {
  connected ??= (window.parent !== window ? ofPhone().catch(() => undefined) : isWeCom() ? ofWeCom().catch(forget) : Promise.resolve(undefined))
  return connected
}

function forget(): undefined {
  connected = undefined
}
