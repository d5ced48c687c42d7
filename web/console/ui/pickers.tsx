import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Select, type SelectProps } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useSettled } from '../app/search'
import { useMay } from '../app/session'

const said = texts({
  audience: ['选择人群', 'Choose an audience'],
  everybody: ['全部客户', 'All customers'],
  customer: ['姓名、手机尾号或编号', 'Name, end of phone number or id'],
  staff: ['选择员工', 'Choose staff'],
  tag: ['选择标签', 'Choose tags'],
  corp: ['选择企业', 'Choose a corp'],
})

type Common = Pick<SelectProps, 'style' | 'disabled' | 'status' | 'id' | 'allowClear' | 'placeholder' | 'className' | 'aria-label'>

/** Chooses one audience by name. Cleared it means everybody. */
export function AudiencePicker({ value, onChange, ...more }: Common & { value?: string; onChange?: (id: string | undefined) => void }) {
  const t = useText(said)
  const list = api.useQuery('get', '/audiences', { params: { query: { limit: 1000 } } })
  return (
    <Select
      showSearch={{ optionFilterProp: 'label' }} allowClear placeholder={t.everybody} aria-label={t.audience} style={{ minWidth: 180 }} loading={list.isLoading} {...more}
      value={value || undefined} onChange={(id?: string) => onChange?.(id)} options={list.data?.items?.map((a) => ({ value: a.id, label: a.name }))}
    />
  )
}

/** Chooses one customer by name, end of the phone number or id. */
export function CustomerPicker({ value, onChange, ...more }: Common & { value?: string; onChange?: (id: string | undefined) => void }) {
  const t = useText(said)
  const [typed, setTyped] = useState('')
  const q = useSettled(typed.trim(), 200)
  const found = api.useQuery('get', '/customers', { params: { query: { q: q || undefined, limit: 20 } } }, { placeholderData: (old) => old })
  const options = (found.data?.items ?? []).map((c) => ({ value: c.id, label: c.traits?.name ? `${String(c.traits.name)} · ${c.id}` : c.id }))
  if (value && !options.some((o) => o.value === value)) options.unshift({ value, label: value })
  return (
    <Select
      showSearch={{ filterOption: false, onSearch: setTyped }} allowClear placeholder={t.customer} aria-label={t.customer} style={{ minWidth: 220 }} loading={found.isFetching} {...more}
      value={value || undefined} onChange={(id?: string) => onChange?.(id)} options={options}
    />
  )
}

/** The connected corps, and the one to begin with. */
export function useCorps() {
  const may = useMay()
  const list = api.useQuery('get', '/wecom/corps', {}, { staleTime: 60_000, retry: false, enabled: may('wecom.read') })
  return { corps: list.data?.items ?? [], first: list.data?.items?.[0]?.id, query: list }
}

/** Chooses a corp. Shows nothing where there is only one. */
export function CorpPicker({ value, onChange, always, ...more }: Common & { value?: string; onChange?: (corp: string) => void; always?: boolean }) {
  const t = useText(said)
  const { corps, first } = useCorps()
  useEffect(() => { if (!value && first) onChange?.(first) }, [value, first])
  if (corps.length < 2 && !always) return null
  return <Select placeholder={t.corp} aria-label={t.corp} style={{ minWidth: 160 }} {...more} value={value} onChange={(c: string) => onChange?.(c)} options={corps.map((c) => ({ value: c.id, label: c.name || c.id }))} />
}

/** Chooses members of staff of a corp, by userid. */
export function StaffPicker({ corp, value, onChange, single, ...more }: Common & { corp?: string; value?: string[]; onChange?: (users: string[]) => void; single?: boolean }) {
  const t = useText(said)
  const { first } = useCorps()
  const of = corp ?? first
  const list = api.useQuery('get', '/staff', { params: { query: { corp: of ?? '', limit: 1000 } } }, { enabled: Boolean(of) })
  const options = useMemo(() => (list.data?.items ?? []).map((s) => ({ value: s.staff, label: s.name ? `${s.name} (${s.staff})` : s.staff })), [list.data])
  return (
    <Select
      mode={single ? undefined : 'multiple'} showSearch={{ optionFilterProp: 'label' }} allowClear maxTagCount="responsive" placeholder={t.staff} aria-label={t.staff} style={{ minWidth: 200 }} loading={list.isLoading} {...more}
      value={(single ? value?.[0] : value) as never} onChange={(v: unknown) => onChange?.(Array.isArray(v) ? (v as string[]) : v ? [String(v)] : [])} options={options}
    />
  )
}

/** Chooses tags by label; new ones may be typed with `free`. */
export function TagPicker({ value, onChange, free, single, ...more }: Common & { value?: string[]; onChange?: (tags: string[]) => void; free?: boolean; single?: boolean }) {
  const t = useText(said)
  const list = api.useQuery('get', '/tags', {})
  const options = (list.data?.items ?? []).map((x) => ({ value: x.tag, label: x.tag }))
  return (
    <Select
      mode={single ? undefined : free ? 'tags' : 'multiple'} showSearch allowClear maxTagCount="responsive" placeholder={t.tag} aria-label={t.tag} style={{ minWidth: 180 }} loading={list.isLoading} {...more}
      value={(single ? value?.[0] : value) as never} onChange={(v: unknown) => onChange?.(Array.isArray(v) ? (v as string[]) : v ? [String(v)] : [])} options={options}
    />
  )
}
