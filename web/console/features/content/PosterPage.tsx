import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Tabs } from 'antd'
import { PageShell } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { PosterBatch } from './PosterBatch'
import { PosterEditor } from './PosterEditor'
import { StateOf } from './StateOf'
import './content.css'
import './poster.css'

const said = texts({
  design: ['设计', 'Design'],
  batch: ['批量生成', 'Draw for staff'],
  versions: ['版本与使用处', 'Versions and use'],
})

const page = getRouteApi('/shell/posters/$id')

/** One poster: its design, and the posters of many members. */
export function PosterPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const t = useText(said)
  const go = useNavigate()
  const search = page.useSearch()
  const query = api.useQuery('get', '/materials/{id}', { params: { path: { id } } }, { refetchOnWindowFocus: false })
  return (
    <Asked query={query}>
      {(m) => (
        <PageShell title={m.name} back="/posters" extra={<StateOf material={m} />} actions={<Link to={`/library/${m.id}` as string}><Button>{t.versions}</Button></Link>}>
          <Tabs
            activeKey={search.tab ?? 'design'} onChange={(tab) => void go({ to: `/posters/${id}` as string, search: (tab === 'batch' ? { tab: 'batch' } : {}) as never, replace: true })}
            items={[{ key: 'design', label: t.design, children: <PosterEditor key={m.id} material={m} /> }, { key: 'batch', label: t.batch, children: <PosterBatch material={m} /> }]}
          />
        </PageShell>
      )}
    </Asked>
  )
}
