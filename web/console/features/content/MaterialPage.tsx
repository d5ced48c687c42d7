import { api } from '@shared/api/client'
import { day, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import EditOutlined from '@ant-design/icons/EditOutlined'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Dropdown, Tag } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { Card, Facts, PageShell } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { messageOf } from '../../ui/message/message'
import { call, must } from '@shared/api/client'
import { Details } from './Details'
import { useFolders } from './folders'
import type { Material, Version } from './message'
import { PreviewPane } from './PreviewPane'
import { StateOf } from './StateOf'
import { useBulk, useFresh } from './useMaterials'
import { Uses } from './Uses'
import { Decide, Versions } from './Versions'
import { common, kindWords } from './words'
import './content.css'

const said = texts({
  edit: ['编辑（新版本）', 'Edit (new version)'],
  details: ['名称、文件夹与有效期', 'Name, folder and end'],
  archive: ['停用', 'Take out of use'],
  archiveSure: ['停用后，用到它的旅程将发不出这条内容，员工也看不到。', 'Playbooks that use it cannot send it any more, and staff no longer see it.'],
  trash: ['放入回收站', 'Trash'],
  trashSure: ['仍被使用的内容不能放入回收站。回收站里的可以恢复。', 'What is in use cannot go to the trash. Everything there can be restored.'],
  restore: ['恢复', 'Restore'],
  about: ['概况', 'About'],
  state: ['状态', 'State'],
  folder: ['文件夹', 'Folder'],
  tags: ['标签', 'Tags'],
  used: ['员工取用', 'Taken by staff'],
  times: [(n: string) => `${n} 次`, (n: string) => `${n}×`],
  opened: ['客户打开', 'Opened'],
  forwarded: ['转发', 'Forwarded'],
  expires: ['有效期至', 'Ends'],
  endless: ['长期', 'no end'],
  changed: ['最近更新', 'Changed'],
  showing: [(n: number) => `预览 · 第 ${n} 版`, (n: number) => `Preview · v${n}`],
})

/** One material: what it says, its versions, who uses it. */
export function MaterialPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const query = api.useQuery('get', '/materials/{id}', { params: { path: { id } } })
  return <Asked query={query}>{(m) => <Shown material={m} />}</Asked>
}

function Shown({ material: m }: { material: Material }) {
  const t = useText(said)
  const c = useText(common)
  const k = useText(kindWords)
  const may = useMay()
  const go = useNavigate()
  const sure = useSure()
  const fresh = useFresh()
  const bulk = useBulk()
  const { path } = useFolders(m.space)
  const [picked, setPicked] = useState<Version>()
  const [detail, setDetail] = useState(false)
  const shown = picked ?? m.version
  const home = m.space === 'scripts' ? '/scripts' : '/library'
  const menu = [
    { key: 'details', label: t.details, onClick: () => setDetail(true) },
    ...(may('content.approve') && m.approved > 0 ? [{ key: 'archive', label: t.archive, onClick: () => sure({ title: t.archive, content: t.archiveSure, ok: t.archive, danger: true, go: () => must(call.POST('/materials/{id}/archive', { params: { path: { id: m.id } } })).then(fresh) }) }] : []),
    { key: 'trash', label: t.trash, danger: true, onClick: () => sure({ title: t.trash, content: t.trashSure, ok: t.trash, danger: true, go: async () => { await must(call.DELETE('/materials/{id}', { params: { path: { id: m.id } } })); await fresh(); await go({ to: home }) } }) },
  ]
  return (
    <PageShell
      title={m.name} back={home} extra={<><Tag>{named(k, m.kind)}</Tag><StateOf material={m} /></>}
      actions={may('content.write') && (m.trashed_at ? <Button onClick={() => void bulk.restore([m.id])}>{t.restore}</Button> : (
        <>
          <Dropdown trigger={['click']} menu={{ items: menu }}><Button>{c.more}</Button></Dropdown>
          <Link to={(m.kind === 'poster' ? `/posters/${m.id}` : `/library/${m.id}/edit`) as string}><Button icon={<EditOutlined />}>{t.edit}</Button></Link>
          {m.version && <Decide material={m} version={m.version} primary />}
        </>
      ))}
    >
      <div className="y-content-page">
        <div className="y-stack">
          <Card title={t.about}>
            <Facts items={[
              [t.folder, path(m.folder) ?? c.top],
              [t.tags, m.tags.length > 0 ? m.tags.map((x) => <Tag key={x}>{x}</Tag>) : '–'],
              [t.used, t.times(num(m.used))],
              m.opened > 0 && [t.opened, t.times(num(m.opened))],
              m.forwarded > 0 && [t.forwarded, t.times(num(m.forwarded))],
              [t.expires, m.expires_at ? day(m.expires_at) : t.endless],
              [t.changed, when(m.updated_at)],
            ]}
            />
          </Card>
          <Versions material={m} shown={shown?.version} onShow={setPicked} />
          <Uses uses={m.uses ?? []} />
        </div>
        {m.kind !== 'poster' && shown && <Card title={t.showing(shown.version)}><PreviewPane key={shown.version} message={messageOf(shown.body)} /></Card>}
      </div>
      {detail && <Details material={m} onClose={() => setDetail(false)} />}
    </PageShell>
  )
}
