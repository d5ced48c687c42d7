import { ago, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import FileTextOutlined from '@ant-design/icons/FileTextOutlined'
import LinkOutlined from '@ant-design/icons/LinkOutlined'
import MoreOutlined from '@ant-design/icons/MoreOutlined'
import VideoCameraOutlined from '@ant-design/icons/VideoCameraOutlined'
import { Link } from '@tanstack/react-router'
import { Button, Dropdown, type MenuProps } from 'antd'
import { useMemo, type ReactNode } from 'react'
import { useMay } from '../../app/session'
import { Failure, Loading } from '../../ui/states'
import { assetURL, cover, messageOf } from '../../ui/message/message'
import { held } from './Folders'
import { summary, type Material } from './message'
import { StateOf } from './StateOf'
import { common, kindWords } from './words'
import { Words } from './Words'

const said = texts({
  menu: [(name: string) => `${name} 的操作`, (name: string) => `Actions of ${name}`],
  used: [(n: string) => `取用 ${n} 次`, (n: string) => `taken ${n}×`],
  loaded: [(n: string) => `已加载 ${n} 条`, (n: string) => `${n} loaded`],
  total: [(n: string) => `共 ${n} 条`, (n: string) => `${n} in all`],
})

/** Materials as cards with what they say. */
export function Cards({ query, empty, menu, path, onTag }: {
  query: { data?: { pages: { items: Material[] }[] }; error: unknown; isPending: boolean; hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown; refetch: () => unknown }
  empty: ReactNode
  menu: (m: Material) => NonNullable<MenuProps['items']>
  path: (folder: string) => string | undefined
  onTag: (tag: string) => void
}) {
  const t = useText(said)
  const c = useText(common)
  const items = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data])
  if (query.error) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <Loading />
  if (items.length === 0) return <div className="y-card">{empty}</div>
  return (
    <div className="y-content-scroll">
      <p className="y-faint y-content-count" aria-live="polite">{query.hasNextPage ? t.loaded(num(items.length)) : t.total(num(items.length))}</p>
      <div className="y-content-cards">{items.map((m) => <MaterialCard key={m.id} material={m} menu={menu(m)} path={path(m.folder)} onTag={onTag} />)}</div>
      {query.hasNextPage && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{c.loadMore}</Button>}
    </div>
  )
}

function MaterialCard({ material: m, menu, path, onTag }: { material: Material; menu: NonNullable<MenuProps['items']>; path?: string; onTag: (tag: string) => void }) {
  const t = useText(said)
  const k = useText(kindWords)
  const may = useMay()('content.write')
  const message = messageOf(m.version?.body)
  const picture = cover(message)
  return (
    <article className="y-content-card" {...(may ? held(m.id) : {})}>
      <Link to={`/library/${m.id}` as string} className="y-content-face" tabIndex={-1} aria-hidden="true">
        {picture ? <img src={assetURL(picture)} alt="" loading="lazy" draggable={false} />
        : message.text ? <q><Words text={summary(message)} /></q>
        : <i>{m.kind === 'video' ? <VideoCameraOutlined /> : m.kind === 'link' || m.kind === 'article' ? <LinkOutlined /> : <FileTextOutlined />}</i>}
        <span>{named(k, m.kind)}</span>
      </Link>
      <div>
        <header><Link to={`/library/${m.id}` as string} title={m.name}>{m.name}</Link>
          {may && <Dropdown trigger={['click']} menu={{ items: menu }}><Button size="small" type="text" icon={<MoreOutlined />} aria-label={t.menu(m.name)} /></Dropdown>}
        </header>
        <StateOf material={m} brief />
        <p>{m.tags.slice(0, 3).map((tag) => <button type="button" key={tag} onClick={() => onTag(tag)}>#{tag}</button>)}</p>
        <small className="y-faint"><span>{path ?? ''}</span><span>{m.used > 0 ? t.used(num(m.used)) : ago(m.updated_at)}</span></small>
      </div>
    </article>
  )
}
