import { api, call, must } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Select } from 'antd'
import { useState, type CSSProperties } from 'react'
import { useSettled } from '../../app/search'
import { useMay } from '../../app/session'
import { messageOf, type Message } from './message'

const said = texts({ pick: ['选择已批准的素材', 'Choose an approved material'], none: ['没有已批准的素材', 'No approved materials'] })

/** Chooses an approved material of the library by name. */
export function MaterialSelect({ value, onChange, label, size, style }: { value?: string; onChange: (id: string | undefined) => void; label?: string; size?: 'small'; style?: CSSProperties }) {
  const t = useText(said)
  const may = useMay()('content.read')
  const [typed, setTyped] = useState('')
  const q = useSettled(typed.trim(), 250)
  const list = api.useQuery('get', '/materials', { params: { query: { space: 'materials', folder: '*', state: 'approved', q: q || undefined, limit: 30 } } }, { enabled: may, placeholderData: (old) => old })
  const one = api.useQuery('get', '/materials/{id}', { params: { path: { id: value ?? '' } } }, { enabled: may && Boolean(value), staleTime: 60_000, retry: false })
  const options = (list.data?.items ?? []).filter((m) => m.kind !== 'poster').map((m) => ({ value: m.id, label: m.name }))
  if (value && !options.some((o) => o.value === value)) options.unshift({ value, label: one.data?.name ?? value })
  return (
    <Select
      size={size} style={style} aria-label={label ?? t.pick} placeholder={label ?? t.pick} value={value || null} allowClear={Boolean(value)} showSearch={{ filterOption: false, onSearch: setTyped }}
      popupMatchSelectWidth={280} loading={list.isLoading} notFoundContent={t.none} options={options} onChange={(id?: string | null) => onChange(id ?? undefined)}
    />
  )
}

/** What a material says now. */
export async function contentOf(id: string): Promise<Message> {
  const m = await must(call.GET('/materials/{id}', { params: { path: { id } } }))
  const version = await must(call.GET('/materials/{id}/versions/{version}', { params: { path: { id, version: m.approved } } }))
  return messageOf(version.body)
}
