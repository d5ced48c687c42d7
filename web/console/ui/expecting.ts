import { call, must, problemOf } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { App } from 'antd'
import type { Filter } from './customers'

const said = texts({
  changed: ['人数变了', 'The number has changed'],
  changedText: [(was: string, now: string) => `你看到的是 ${was} 人，现在符合条件的是 ${now} 人。按现在的 ${now} 人继续吗？`, (was: string, now: string) => `You saw ${was} people; now ${now} match. Go on with the ${now}?`],
  go: ['按现在的人数继续', 'Go on'], cancel: ['取消', 'Cancel'],
})

/** How many pass a filter now. */
export async function countOf(filter: Filter): Promise<number> {
  return (await must(call.POST('/customers/query', { body: { ...filter, limit: 1 } }))).total
}

/** Acts on a filter with the count that was shown. If that is no longer true the viewer is asked again; undefined if they say no. */
export function useExpecting() {
  const t = useText(said)
  const { modal } = App.useApp()
  return async function act<T>(filter: Filter, count: number, run: (expect: number) => Promise<T>): Promise<T | undefined> {
    for (let expect = count; ;) {
      try {
        return await run(expect)
      } catch (thrown) {
        if (problemOf(thrown).code !== 'count_changed') throw thrown
        const now = await countOf(filter)
        const yes = await modal.confirm({ title: t.changed, content: t.changedText(num(expect), num(now)), okText: t.go, cancelText: t.cancel })
        if (!yes) return undefined
        expect = now
      }
    }
  }
}
