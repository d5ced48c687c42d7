import PlusOutlined from '@ant-design/icons/PlusOutlined'
import SyncOutlined from '@ant-design/icons/SyncOutlined'
import { api } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { PageShell } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { AllTags } from './AllTags'
import { BulkList } from './BulkList'
import { NewTags } from './NewTags'
import { Pushes } from './Pushes'
import { TabBar } from './TabBar'
import { TagGroups } from './TagGroups'
import './customers.css'

const said = texts({
  title: ['标签', 'Tags'], lead: ['企业标签和企业微信保持一致；内部标签只在这里用；规则标签跟着人群自动增减。', 'Corp tags are kept equal with WeCom, internal ones stay here, rule tags follow an audience.'], groups: ['标签组', 'Groups'], all: ['使用中的标签', 'Tags in use'], bulk: ['批量操作', 'Operations'], pushes: ['同步到平台', 'Pushes'],
  new: ['新建标签', 'New tags'], pull: ['从企业微信同步', 'Read from WeCom'], pulled: ['已开始同步', 'Reading'], quota: [(used: string, max: string) => `企业标签 ${used} / ${max}`, (used: string, max: string) => `${used} of ${max} corp tags`], held: [(n: string) => `${n} 个等待名额`, (n: string) => `${n} wait for room`],
})

const tabs = ['groups', 'all', 'bulk', 'pushes'] as const

/** Tags: what there is, who has them, how they stand at the platform, and operations on many customers. */
export function TagsPage() {
  const t = useText(said)
  const search = useSearch({ from: '/shell/tags' })
  const go = useNavigate({ from: '/tags' })
  const may = useMay()
  const { first } = useCorps()
  const corp = search.corp ?? first
  const [making, setMaking] = useState(false)
  const { tab = 'groups' } = search
  return (
    <PageShell
      title={t.title} lead={t.lead} fill={tab !== 'groups'} extra={corp && <Quota corp={corp} />}
      actions={(
        <>
          <CorpPicker value={corp} onChange={(c) => void go({ search: (old) => ({ ...old, corp: c }), replace: true })} />
          {may('tags.write') && corp && <Pull corp={corp} />}
          {may('tags.write') && <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>{t.new}</Button>}
        </>
      )}
    >
      <TabBar at={tab} tabs={tabs.map((k) => [k, t[k]])} onChange={(k) => void go({ search: (old) => ({ corp: old.corp, tab: k }), replace: true })} />
      {tab === 'groups' && <TagGroups corp={corp} />}
      {tab === 'all' && <AllTags />}
      {tab === 'bulk' && <BulkList open={search.open} onOpen={(open) => void go({ search: (old) => ({ ...old, open }), replace: true })} />}
      {tab === 'pushes' && corp && <Pushes corp={corp} state={search.state} onState={(state) => void go({ search: (old) => ({ ...old, state }), replace: true })} />}
      {making && <NewTags corp={corp} onClose={() => setMaking(false)} />}
    </PageShell>
  )
}

function Quota({ corp }: { corp: string }) {
  const t = useText(said)
  const asked = api.useQuery('get', '/tags/quota', { params: { query: { corp } } }, { retry: false })
  if (!asked.data) return null
  return <span className="y-faint">{t.quota(num(asked.data.used), num(asked.data.max))}{asked.data.held > 0 && <b className="y-tone-warn"> · {t.held(num(asked.data.held))}</b>}</span>
}

function Pull({ corp }: { corp: string }) {
  const t = useText(said)
  const client = useQueryClient()
  const { message } = App.useApp()
  const pull = api.useMutation('post', '/tags/pull', {
    onSuccess: () => { void message.success(t.pulled); for (const path of ['/tags/groups', '/tags/quota', '/tags']) void client.invalidateQueries({ queryKey: ['get', path] }) }, onError: useOops(),
  })
  return <Button icon={<SyncOutlined />} loading={pull.isPending} onClick={() => pull.mutate({ body: { corp } })}>{t.pull}</Button>
}
