import { api, call, must } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Radio, Select } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../app/search'
import { AudiencePicker, StaffPicker } from '../../ui/pickers'
import type { Draft, Mode } from './wish'

const said = texts({
  mode: ['发给', 'To'], audience: ['一个人群', 'An audience'], all: ['全部好友', 'All contacts'], customers: ['指定客户', 'Chosen customers'], groups: ['客户群', 'Customer groups'], pick: ['人群', 'Audience'], make: ['没有合适的？新建人群', 'None fits? Build an audience'],
  staff: ['只经这些员工（可空）', 'Only by these staff (may be empty)'], staffHint: ['留空时由每位客户的归属员工发。', 'Left empty, each customer gets it from the member who has the contact.'], who: ['客户', 'Customers'], whoHint: ['适合先发给自己人试一试。', 'Good for a test with your own people first.'],
  chats: ['客户群', 'Groups'], chatsHint: ['不选群则发到下面员工名下的全部群。', 'Choose none to post to all groups of the staff below.'], owners: ['群主', 'Owners'], customer: ['姓名、手机尾号或编号', 'Name, end of phone number or id'], members: [(n: string) => `${n} 人`, (n: string) => `${n} members`],
  allHint: ['所有有好友关系的客户。人很多时建议先选人群。', 'Everybody who is a contact of staff. Choose an audience where there are many.'],
})

const modes: Mode[] = ['audience', 'all', 'customers', 'groups']

/** To whom a mass send goes. */
export function SendTarget({ draft: d, set }: { draft: Draft; set: (part: Partial<Draft>) => void }) {
  const t = useText(said)
  return (
    <>
      <div className="y-outreach-field">
        <span className="y-outreach-label" id="send-mode">{t.mode}</span>
        <Radio.Group aria-labelledby="send-mode" optionType="button" value={d.mode} onChange={(e) => set({ mode: e.target.value as Mode })} options={modes.map((m) => ({ value: m, label: t[m] }))} />
        {d.mode === 'all' && <small>{t.allHint}</small>}
      </div>
      {d.mode === 'audience' && (
        <div className="y-outreach-field">
          <label htmlFor="send-audience">{t.pick}</label>
          <AudiencePicker id="send-audience" placeholder={t.pick} style={{ width: '100%', maxWidth: 420 }} value={d.audience} onChange={(audience) => set({ audience })} />
          <Link to="/audiences/new">{t.make}</Link>
        </div>
      )}
      {d.mode === 'customers' && <Customers value={d.customers} onChange={(customers) => set({ customers })} />}
      {d.mode === 'groups' && <Groups corp={d.corp} value={d.chats} onChange={(chats) => set({ chats })} />}
      {!(d.mode === 'groups' && d.chats.length > 0) && (
        <div className="y-outreach-field">
          <label htmlFor="send-staff">{d.mode === 'groups' ? t.owners : t.staff}</label>
          <StaffPicker id="send-staff" corp={d.corp || undefined} value={d.staff} onChange={(staff) => set({ staff })} style={{ width: '100%', maxWidth: 420 }} />
          {d.mode !== 'groups' && <small>{t.staffHint}</small>}
        </div>
      )}
    </>
  )
}

function Customers({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  const t = useText(said)
  const [typed, setTyped] = useState('')
  const q = useSettled(typed.trim(), 200)
  const found = api.useQuery('get', '/customers', { params: { query: { q: q || undefined, limit: 20 } } }, { placeholderData: (old) => old })
  const chosen = useQuery({
    queryKey: ['outreach', 'names', value.join()], enabled: value.length > 0 && value.length <= 50, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => Promise.all(value.map((id) => must(call.GET('/customers/{id}', { params: { path: { id } }, signal })))),
  })
  const name = (c: { id: string; name?: string }) => (c.name ? `${c.name} · ${c.id}` : c.id)
  const options = new Map([...value.map((id) => [id, id] as const), ...(chosen.data ?? []).map((c) => [c.id, name(c)] as const), ...(found.data?.items ?? []).map((c) => [c.id, name(c)] as const)])
  return (
    <div className="y-outreach-field">
      <label htmlFor="send-customers">{t.who}</label>
      <Select
        id="send-customers" mode="multiple" showSearch={{ filterOption: false, onSearch: setTyped }} placeholder={t.customer} style={{ width: '100%' }} value={value} onChange={onChange} loading={found.isFetching}
        options={[...options].map(([id, label]) => ({ value: id, label }))}
      />
      <small>{t.whoHint}</small>
    </div>
  )
}

function Groups({ corp, value, onChange }: { corp: string; value: string[]; onChange: (ids: string[]) => void }) {
  const t = useText(said)
  const list = api.useQuery('get', '/groups', { params: { query: { corp: corp || undefined, limit: 1000 } } })
  return (
    <div className="y-outreach-field">
      <label htmlFor="send-chats">{t.chats}</label>
      <Select
        id="send-chats" mode="multiple" showSearch={{ optionFilterProp: 'label' }} allowClear maxTagCount="responsive" style={{ width: '100%' }} loading={list.isLoading} value={value} onChange={onChange}
        options={list.data?.items?.map((g) => ({ value: g.id, label: `${g.name || g.id} · ${t.members(num(g.size))}` }))}
      />
      <small>{t.chatsHint}</small>
    </div>
  )
}
