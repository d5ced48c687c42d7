import { call, type Schema } from '@shared/api/client'
import { isoDay, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useDrill } from '../../ui/Drill'
import { useStaffName } from '../../ui/Who'
import { sift } from './kit'

type Contact = Schema<'LivecodeContact'>

/** Which of those who came through a code. */
export interface Who {
  of: 'added' | 'kept' | 'lost'
  /** The last so many days. */
  days?: number
  /** Days of the brand, YYYY-MM-DD, both included. */
  from?: string
  to?: string
  staff?: string
}

const said = texts({
  added: ['添加的客户', 'added'],
  kept: ['仍是好友的客户', 'kept'],
  lost: ['流失的客户', 'lost'],
  gone: [(at: string) => ` · ${at} 流失`, (at: string) => ` · lost ${at}`],
})

const since = (days: number) => isoDay(Date.now() - (days - 1) * 86_400_000)

/** Whether a contact is among those asked for. */
export function among(x: Pick<Contact, 'added_at' | 'ended_at' | 'staff'>, who: Who): boolean {
  const at = isoDay(x.added_at)
  const from = who.from ?? (who.days ? since(who.days) : undefined)
  return (!from || at >= from) && (!who.to || at <= who.to) && (!who.staff || x.staff === who.staff) && (who.of === 'added' || (who.of === 'lost') === Boolean(x.ended_at))
}

/** Opens the people who came through a code. */
export function useCodeDrill(id: string, name: string) {
  const t = useText(said)
  const open = useDrill()
  const staff = useStaffName()
  return (who: Who) => open({
    key: ['code', id, who], title: `${name} · ${t[who.of]}`,
    list: (cursor, signal) => sift<Contact, { id: string; detail: string }>(
      (at) => call.GET('/codes/{id}/contacts', { params: { path: { id }, query: { cursor: at, limit: 200 } }, signal }), cursor,
      (x) => Boolean(x.customer) && among(x, who),
      (x) => ({ id: x.customer ?? '', detail: `${staff(x.staff)} · ${when(x.added_at)}${x.ended_at ? t.gone(when(x.ended_at)) : ''}` }),
    ),
  })
}
