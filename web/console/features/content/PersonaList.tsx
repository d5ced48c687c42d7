import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { named, texts, useLang, useText } from '@shared/i18n'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { Empty, Failure, Loading } from '../../ui/states'
import { Names } from '../../ui/Who'
import { PersonaForm } from './PersonaForm'
import { common } from './words'

const said = texts({
  add: ['新建人设', 'New persona'],
  blank: ['空白人设', 'Blank'],
  beauty: ['美妆护肤', 'Beauty'], food: ['餐饮食品', 'Food and drink'], education: ['教育', 'Education'], baby: ['母婴', 'Mother and baby'],
  none: ['还没有人设', 'No personas yet'],
  noneHelp: ['先定下员工叫什么、怎么说话、发什么、不做什么，客户才记得住。从行业范本开始最快。', 'Say first how staff are called, how they speak, what they post and what they never do. Begin with a sheet of your industry.'],
  edit: ['编辑与分配', 'Edit and assign'],
  tone: ['语气', 'Tone'], pillars: ['发什么', 'Posts about'], do: ['要做', 'Do'], doNot: ['不做', "Don't"], members: ['使用的员工', 'Followed by'], nobody: ['还没有分配给员工', 'Nobody follows it yet'],
  sure: [(n: string) => `删除人设“${n}”？`, (n: string) => `Delete the persona "${n}"?`],
  sureHelp: [(n: number) => `${n} 位员工将没有人设。`, (n: number) => `${n} members then have no persona.`],
})

/** A persona. */
export type Persona = Schema<'SopPersona'>

/** What a persona says. */
export type Sheet = Schema<'SopSheet'>

const blank: Sheet = { name: '', name_style: '', avatar: '', tone: '', introduction: '', story: '', pillars: [], do: [], do_not: [] }

/** The personas as sheets. */
export function PersonaList() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()('content.write')
  const lang = useLang() === 'en-US' ? 'en' : 'zh-CN'
  const [edit, setEdit] = useState<{ persona?: Persona; sheet: Sheet }>()
  const list = api.useInfiniteQuery('get', '/personas', { params: { query: { limit: 50 } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const library = api.useQuery('get', '/personas/library', { params: { query: { lang } } }, { staleTime: 3_600_000 })
  const starts = library.data?.industries ?? {}
  const add = may && (
    <Dropdown trigger={['click']} menu={{
      items: [{ key: '', label: t.blank }, ...Object.entries(starts).map(([key, s]) => ({ key, label: `${named(t, key)} · ${s.name}` }))],
      onClick: ({ key }) => setEdit({ sheet: starts[key] ?? blank }),
    }}
    >
      <Button type="primary" icon={<PlusOutlined />}>{t.add}</Button>
    </Dropdown>
  )
  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Loading />
  return (
    <div className="y-stack y-content-tab">
      {items.length > 0 && add && <div className="y-rowline"><span className="y-grow" />{add}</div>}
      {items.length === 0 ? <div className="y-card"><Empty title={t.none} action={add}>{t.noneHelp}</Empty></div> : (
        <div className="y-persona-grid">{items.map((p) => <SheetCard key={p.id} persona={p} onEdit={() => setEdit({ persona: p, sheet: p.sheet })} />)}</div>
      )}
      {list.hasNextPage && <Button onClick={() => void list.fetchNextPage()}>{c.loadMore}</Button>}
      {edit && <PersonaForm persona={edit.persona} sheet={edit.sheet} onClose={() => setEdit(undefined)} />}
    </div>
  )
}

function SheetCard({ persona: p, onEdit }: { persona: Persona; onEdit: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()('content.write')
  const sure = useSure()
  const client = useQueryClient()
  const whole = api.useQuery('get', '/personas/{id}', { params: { path: { id: p.id } } }, { staleTime: 20_000 })
  const members = whole.data?.members ?? []
  const s = p.sheet
  const remove = () => sure({
    title: t.sure(s.name), content: t.sureHelp(members.length), danger: true, ok: c.remove,
    go: async () => { await must(call.DELETE('/personas/{id}', { params: { path: { id: p.id } } })); await client.invalidateQueries({ queryKey: ['get', '/personas'] }) },
  })
  const points = (label: string, list: readonly string[] | undefined) => list && list.length > 0 && <div><dt>{label}</dt><dd><ul>{list.map((x) => <li key={x}>{x}</li>)}</ul></dd></div>
  return (
    <article className="y-card y-persona">
      <header><span className="y-avatar" aria-hidden="true">{[...s.name][0]}</span><div><h2>{s.name}</h2><small>{s.name_style}</small></div></header>
      <blockquote>{s.introduction}</blockquote>
      <dl>
        {s.tone && <div><dt>{t.tone}</dt><dd>{s.tone}</dd></div>}
        {points(t.pillars, s.pillars)}{points(t.do, s.do)}{points(t.doNot, s.do_not)}
        <div><dt>{t.members}</dt><dd>{members.length > 0 ? <Names of={members.map((m) => m.staff)} most={6} corp={members[0]?.corp} /> : <span className="y-faint">{t.nobody}</span>}</dd></div>
      </dl>
      {may && <footer className="y-rowline"><Button size="small" onClick={onEdit}>{t.edit}</Button><Button size="small" type="text" danger onClick={remove}>{c.remove}</Button></footer>}
    </article>
  )
}
