import { call, must, type Schema } from '@shared/api/client'
import { when } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { State } from '../../ui/PageShell'
import { Who } from '../../ui/Who'
import { typeName } from './words'

const said = texts({
  into: ['并入', 'into'], byType: [(x: string) => `因为 ${x} 相同`, (x: string) => `linked by ${x}`], byHand: [(a: string) => `${a} 手工合并`, (a: string) => `by ${a}`], undone: ['已撤销', 'Undone'], undo: ['撤销合并', 'Undo'], sure: [(g: string, k: string) => `把 ${g} 从 ${k} 拆出来？`, (g: string, k: string) => `Take ${g} out of ${k}?`],
  sureText: ['双方各自拿回标识、属性、订单和历史，包括合并之后新到的数据。之后的事件不会再自动合并这两位。', 'Each gets back identities, traits, orders and history, with what arrived since. Events do not join the two again.'], done: ['已拆开', 'Taken apart'], open: [(x: string) => `打开 ${x}`, (x: string) => `Open ${x}`], on: [(a: string, at: string) => `${a} 于 ${at} 撤销`, (a: string, at: string) => `by ${a}, ${at}`],
})

/** Merges as lines, each with the way to undo it. */
export function MergeList({ items }: { items: readonly Schema<'IdentityMerge'>[] }) {
  const t = useText(said)
  const lang = useLang()
  const undo = useUnmerge()
  const may = useMay()
  return (
    <ul className="y-customers-list y-customers-inline">
      {items.map((m) => (
        <li key={m.id}>
          <span><b className="y-mono">{m.gone}</b> {t.into} <Who id={m.kept} /><small>{[when(m.at), m.type ? t.byType(typeName(m.type, lang)) : t.byHand(m.actor ?? ''), m.note, m.undone_at && t.on(m.undone_by ?? '', when(m.undone_at))].filter(Boolean).join(' · ')}</small></span>
          {m.undone_at ? <State tone="quiet">{t.undone}</State> : may('customers.merge') && <Button size="small" onClick={() => undo(m)}>{t.undo}</Button>}
        </li>
      ))}
    </ul>
  )
}

/** Asks, takes a merge back, and shows the way to who stands alone again. */
export function useUnmerge() {
  const t = useText(said)
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  return (m: Schema<'IdentityMerge'>) => sure({
    title: t.sure(m.gone, m.kept), content: t.sureText, ok: t.undo, danger: true,
    go: async () => {
      const { restored_id: id } = await must(call.POST('/customers/unmerge', { body: { merge_id: m.id } }))
      void message.success(<>{t.done} <Link to={`/customers/${id}` as string}>{t.open(id)}</Link></>, 6)
      void client.invalidateQueries({ queryKey: ['get'] })
    },
  })
}
