import { call, must, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { useSettled } from '../../app/search'
import { CustomerPicker, StaffPicker, useCorps } from '../../ui/pickers'
import { pointerText } from '../../ui/message/words'
import { PhonePreview } from '../../ui/PhonePreview'
import { Failure } from '../../ui/states'
import { bubbles, isEmpty, type Message, messageOf, tidy } from '../../ui/message/message'

const said = texts({
  customer: ['换一位客户看效果', 'See it as a customer'],
  staff: ['由谁发出', 'Sent by'],
  use: ['用于', 'Used for'],
  mass_send: ['群发', 'Mass send'],
  welcome: ['欢迎语', 'Welcome'],
  group_send: ['客户群群发', 'Send to groups'],
  moment: ['朋友圈', 'Moment'],
  group_welcome: ['入群欢迎语', 'Group welcome'],
  phone: ['客户收到', 'The customer gets'],
  values: ['变量', 'Values'],
  fallback: [(v: string) => `没有，用“${v}”`, (v: string) => `missing: says "${v}"`],
  nothing: ['没有，且无备用说法', 'missing, with nothing instead'],
  somebody: ['由客户资料填入', 'from the customer'],
  skipped: ['缺少变量，按规则不会发给这位客户。', 'A value is missing, so this customer would not get it.'],
  broken: ['模板写错了，发不出去。', 'The template is broken and cannot be sent.'],
  lengths: ['长度', 'Length'],
  left: [(n: string, m: string) => `${n} / ${m} 字节`, (n: string, m: string) => `${n} / ${m} bytes`],
  masked: ['个人信息已脱敏显示。', 'Personal values are masked.'],
})

const uses = ['mass_send', 'welcome', 'group_send', 'moment', 'group_welcome'] as const

/** How a message looks on the phone of a customer: the words for them, the values, lengths and problems. */
export function PreviewPane({ message, uses: withUses = true }: { message: Message; uses?: boolean }) {
  const t = useText(said)
  const may = useMay()
  const { first } = useCorps()
  const [customer, setCustomer] = useState<string>()
  const [staff, setStaff] = useState<string[]>([])
  const [use, setUse] = useState<(typeof uses)[number]>('mass_send')
  const settled = useSettled(JSON.stringify(tidy(message)), 300)
  const content = useMemo(() => JSON.parse(settled) as Message, [settled])
  const body = { content, use, customer, corp: first, staff: staff[0] }
  const empty = isEmpty(content)
  const shown = useQuery({
    queryKey: ['content-preview', body], enabled: !empty, placeholderData: (old: Schema<'LibraryPreview'> | undefined) => old, retry: false,
    queryFn: () => must(call.POST('/contents/preview', { body })),
  })
  const p = shown.data
  const look = !empty && p?.content ? messageOf(p.content) : message
  return (
    <div className="y-content-preview">
      <PhonePreview title={t.phone} from={t.phone} bubbles={isEmpty(look) ? [] : bubbles(look)} />
      <div className="y-content-for">
        {may('customers.read') && <CustomerPicker value={customer} onChange={setCustomer} placeholder={t.customer} aria-label={t.customer} style={{ width: '100%' }} />}
        {may('staff.read') && <StaffPicker single value={staff} onChange={setStaff} placeholder={t.staff} aria-label={t.staff} style={{ width: '100%' }} />}
        {withUses && <Select aria-label={t.use} value={use} onChange={setUse} style={{ width: '100%' }} options={uses.map((value) => ({ value, label: `${t.use}: ${t[value]}` }))} />}
      </div>
      {shown.error && <Failure compact error={shown.error} />}
      {p && !empty && <Findings preview={p} particular={Boolean(customer)} />}
    </div>
  )
}

function Findings({ preview: p, particular }: { preview: Schema<'LibraryPreview'>; particular: boolean }) {
  const t = useText(said)
  const lang = useLang()
  return (
    <>
      {p.outcome !== 'sent' && <p className="y-tone-warn">{named({ skipped: t.skipped, broken: t.broken }, p.outcome)}</p>}
      {p.problems.map((x) => <p key={x.pointer + x.detail} className="y-tone-bad"><b>{pointerText(x.pointer, lang)}</b> {x.detail}</p>)}
      {p.variables.length > 0 && (
        <dl className="y-content-values" aria-label={t.values}>
          {p.variables.map((v) => (
            <div key={v.name}>
              <dt><code>{v.name}</code></dt>
              <dd className={!v.found && !v.default && particular ? 'y-tone-warn' : undefined}>{v.found ? v.value : v.default ? t.fallback(v.fallback ?? '') : particular ? t.nothing : t.somebody}</dd>
            </div>
          ))}
        </dl>
      )}
      {p.lengths.filter((x) => x.limit > 0 && x.bytes > x.limit * 0.8).map((x) => <p key={x.pointer} className={x.bytes > x.limit ? 'y-tone-bad' : 'y-faint'}><b>{pointerText(x.pointer, lang)}</b> {t.left(num(x.bytes), num(x.limit))}</p>)}
      {p.masked && <small className="y-faint">{t.masked}</small>}
    </>
  )
}
