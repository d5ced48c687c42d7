import { api, byCursor, call, must } from '@shared/api/client'
import { ago, num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import MoreOutlined from '@ant-design/icons/MoreOutlined'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { Card, PageShell } from '../../ui/PageShell'
import { Asked, Empty, Failure, Loading } from '../../ui/states'
import type { Material } from './message'
import { docOf, emptyDoc, sheets } from './posterDoc'
import { drawPoster, drawTemplate, Rendered } from './Rendered'
import { StateOf } from './StateOf'
import { useBulk, useFresh } from './useMaterials'
import { common } from './words'
import './content.css'
import './poster.css'

const said = texts({
  title: ['海报', 'Posters'],
  lead: ['一张模板，每位员工一张：自带头像、姓名和自己的活码。员工在侧边栏取自己的那张。', 'One template, one poster for each member with photo, name and own live code. Staff take theirs from the side panel.'],
  own: ['我的海报', 'My posters'],
  from: ['自带模板', 'Templates that come with the program'],
  none: ['还没有海报', 'No posters yet'],
  noneHelp: ['从下面的模板开始最快：改文字和颜色就能用。', 'A template below is the quickest way: change words and colours, done.'],
  use: ['用这个模板', 'Use it'],
  blank: ['空白海报', 'Blank poster'],
  unnamed: ['未命名海报', 'New poster'],
  phone: ['手机海报', 'Phone'],
  tall: ['全面屏', 'Tall phone'],
  square: ['方图', 'Square'],
  wide: ['公众号封面', 'Cover'],
  card: ['小卡片', 'Small card'],
  batch: ['批量生成', 'Draw for staff'],
  copy: ['复制', 'Copy'],
  copied: [(n: string) => `${n} 副本`, (n: string) => `${n} (copy)`],
  trash: ['放入回收站', 'Trash'],
  sure: [(n: string) => `把“${n}”放入回收站？`, (n: string) => `Put "${n}" into the trash?`],
  sureHelp: ['员工将取不到它；可在素材详情里恢复。', 'Staff can no longer take it. It can be restored.'],
  menu: [(n: string) => `${n} 的操作`, (n: string) => `Actions of ${n}`],
  used: [(n: string) => `取用 ${n} 次`, (n: string) => `taken ${n}×`],
})

/** The posters of the brand and the templates to begin with. */
export function PostersPage() {
  const t = useText(said)
  const c = useText(common)
  const english = useLang() === 'en-US'
  const may = useMay()('content.write')
  const go = useNavigate()
  const fresh = useFresh()
  const list = api.useInfiniteQuery('get', '/materials', { params: { query: { kind: 'poster', limit: 30 } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const examples = api.useQuery('get', '/posters/examples', {}, { staleTime: 3_600_000 })
  const make = api.useMutation('post', '/posters', { onError: useOops(), onSuccess: (made) => { void fresh(); void go({ to: `/posters/${made.id}` as string }) } })
  const blank = may && (
    <Dropdown trigger={['click']} menu={{ items: sheets.map((x) => ({ key: x.key, label: `${t[x.key]} · ${x.width} × ${x.height}` })), onClick: ({ key }) => { const sheet = sheets.find((x) => x.key === key); if (sheet) make.mutate({ body: { name: t.unnamed, template: emptyDoc(sheet) } }) } }}>
      <Button type="primary" loading={make.isPending}>{t.blank}</Button>
    </Dropdown>
  )
  return (
    <PageShell title={t.title} lead={t.lead} actions={blank}>
      <Card title={t.own}>
        {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <Loading /> : items.length === 0 ? <Empty title={t.none}>{t.noneHelp}</Empty> : (
          <div className="y-poster-grid">{items.map((m) => <Tile key={m.id} material={m} />)}</div>
        )}
        {list.hasNextPage && <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{c.loadMore}</Button>}
      </Card>
      <Card title={t.from}>
        <Asked query={examples}>
          {(data) => (
            <div className="y-poster-grid">
              {data.items.map((e) => (
                <article key={e.key} className="y-poster-tile">
                  <div className="y-poster-face"><Rendered of={['example', e.key]} draw={() => drawTemplate(e.template)} alt={english ? e.english : e.name} /></div>
                  <div><b>{english ? e.english : e.name}</b>{may && <Button size="small" loading={make.isPending && make.variables.body.example === e.key} onClick={() => make.mutate({ body: { name: english ? e.english : e.name, example: e.key } })}>{t.use}</Button>}</div>
                </article>
              ))}
            </div>
          )}
        </Asked>
      </Card>
    </PageShell>
  )
}

function Tile({ material: m }: { material: Material }) {
  const t = useText(said)
  const may = useMay()('content.write')
  const go = useNavigate()
  const sure = useSure()
  const oops = useOops()
  const bulk = useBulk()
  const fresh = useFresh()
  const copy = async () => {
    try {
      const source = await must(call.GET('/materials/{id}', { params: { path: { id: m.id } } }))
      const made = await must(call.POST('/posters', { body: { name: t.copied(m.name), folder: m.folder, tags: m.tags, template: docOf(source.version?.body) } }))
      await fresh()
      await go({ to: `/posters/${made.id}` as string })
    } catch (thrown) {
      oops(thrown)
    }
  }
  return (
    <article className="y-poster-tile">
      <Link to={`/posters/${m.id}` as string} className="y-poster-face" aria-label={m.name}><Rendered of={[m.id, m.latest]} draw={() => drawPoster(m.id, {}, m.latest)} alt="" /></Link>
      <div>
        <Link to={`/posters/${m.id}` as string} title={m.name}>{m.name}</Link>
        {may && (
          <Dropdown trigger={['click']} menu={{ items: [
            { key: 'batch', label: t.batch, onClick: () => void go({ to: `/posters/${m.id}` as string, search: { tab: 'batch' } as never }) },
            { key: 'copy', label: t.copy, onClick: () => void copy() },
            { key: 'trash', label: t.trash, danger: true, onClick: () => sure({ title: t.sure(m.name), content: t.sureHelp, danger: true, ok: t.trash, go: () => bulk.trash([m.id]) }) },
          ] }}
          >
            <Button size="small" type="text" icon={<MoreOutlined />} aria-label={t.menu(m.name)} />
          </Dropdown>
        )}
      </div>
      <div><StateOf material={m} brief /><small className="y-faint">{m.used > 0 ? t.used(num(m.used)) : ago(m.updated_at)}</small></div>
    </article>
  )
}
