import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { keepPreviousData } from '@tanstack/react-query'
import { SearchBar } from 'antd-mobile'
import { useState } from 'react'
import { Icon } from '../ui/icons'
import { Asked, Empty } from '../ui/states'
import { common } from '../ui/words'
import { HitRow } from './HitRow'
import { below } from './parts'

const said = texts({
  findScript: ['搜索话术，支持拼音首字母', 'Search scripts, also by pinyin initials'], findMaterial: ['搜索素材，支持拼音首字母', 'Search materials, also by pinyin initials'], favourites: ['收藏', 'Starred'], posters: ['我的海报', 'My posters'],
  noScripts: ['还没有话术', 'No scripts yet'], noScriptsWhy: ['管理员在控制台「话术」里发布后，这里就能搜到并一键发送。', 'Once your administrator has published scripts in the console, they are here to send with one tap.'],
  noMaterials: ['还没有素材', 'No materials yet'], noMaterialsWhy: ['图片、文章、小程序、海报发布并对员工可见后，会出现在这里。', 'Images, articles, mini-programs and posters are here once they are published for staff.'],
  noMatch: ['没有找到', 'Nothing found'], noMatchWhy: ['换个词，或去掉筛选。', 'Try another word, or take off the filters.'], noStars: ['还没有收藏', 'Nothing starred yet'], noStarsWhy: ['点星标，把常用的放到这里。', 'Tap the star to keep what you use often.'],
})

/** Scripts or materials: search, folders, favourites; in the words for a customer if one is given. */
export function Library({ space, customer, most, first = '' }: { space: 'scripts' | 'materials'; customer?: string; most?: number; first?: string }) {
  const t = useText(said)
  const c = useText(common)
  const [q, setQ] = useState(first)
  const [folder, setFolder] = useState('')
  const [only, setOnly] = useState<'' | 'stars' | 'posters'>('')
  const query = { q: q || undefined, folder: folder || undefined, favourites: only === 'stars' || undefined, kind: only === 'posters' ? 'poster' as const : undefined, customer, limit: most ?? 60 }
  const found = api.useQuery('get', space === 'scripts' ? '/panel/scripts' : '/panel/materials', { params: { query } }, { placeholderData: keepPreviousData })
  const folders = api.useQuery('get', '/panel/folders', { params: { query: { space } } }, { staleTime: 300_000, enabled: !most })
  const all = folders.data?.items ?? []
  const at = all.find((f) => f.id === folder)
  const inside = below(all, folder)
  const siblings = inside.length > 0 || !at ? inside : below(all, at.parent)
  const isNarrow = Boolean(q || folder || only)
  return (
    <div className="s-library">
      {!most && (
        <div className="s-tools">
          <SearchBar placeholder={space === 'scripts' ? t.findScript : t.findMaterial} value={q} onChange={setQ} />
          <div className="s-filters">
            <button type="button" aria-pressed={only === 'stars'} onClick={() => setOnly(only === 'stars' ? '' : 'stars')}><Icon name="star" size={15} filled={only === 'stars'} />{t.favourites}</button>
            {space === 'materials' && <button type="button" aria-pressed={only === 'posters'} onClick={() => setOnly(only === 'posters' ? '' : 'posters')}>{t.posters}</button>}
            {at && <button type="button" onClick={() => setFolder(inside.length > 0 ? at.parent : '')}><Icon name="back" size={15} />{inside.length > 0 ? at.name : c.all}</button>}
            {siblings.map((f) => <button key={f.id} type="button" aria-pressed={f.id === folder} onClick={() => setFolder(f.id === folder ? '' : f.id)}><Icon name="folder" size={15} />{f.name}</button>)}
          </div>
        </div>
      )}
      <Asked of={found} rows={most ?? 4}>{({ items }) => {
        if (items?.length === 0) {
          if (only === 'stars') return <Empty icon="star" title={t.noStars}>{t.noStarsWhy}</Empty>
          if (isNarrow) return <Empty icon="scripts" title={t.noMatch}>{t.noMatchWhy}</Empty>
          return space === 'scripts' ? <Empty icon="scripts" title={t.noScripts}>{t.noScriptsWhy}</Empty> : <Empty icon="materials" title={t.noMaterials}>{t.noMaterialsWhy}</Empty>
        }
        return <ul className="s-list">{items?.map((x) => <HitRow key={x.id} of={x} customer={customer} />)}</ul>
      }}</Asked>
    </div>
  )
}
