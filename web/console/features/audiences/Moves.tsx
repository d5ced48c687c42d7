import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Segmented, Tooltip } from 'antd'
import { useState } from 'react'
import { State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { causes } from './words'

type Move = Schema<'AudienceTransition'>

const said = texts({
  title: ['进出记录', 'Entries and exits'], all: ['全部', 'All'], entered: ['进入', 'Entered'], left: ['离开', 'Left'], which: ['方向', 'Direction'], what: ['变化', 'Change'], customer: ['客户', 'Customer'], cause: ['原因', 'Cause'], at: ['时间', 'Time'], why: ['为什么', 'Why'], actions: ['操作', 'Actions'],
  none: ['还没有人进出', 'Nobody has entered or left yet'], noneText: ['人群生效后，每位客户的进入和离开都会记在这里，每 5 秒更新。改动这个人群自己的规则算一个新版本，不算进出。', 'Once the audience is live, each entry and exit is kept here, fresh every 5 seconds. Editing its own rule makes a version, no moves.'],
})

/** Who entered and left, the newest first. */
export function Moves({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const c = useText(causes)
  const go = useNavigate({ from: '/audiences/$id' })
  const [which, setWhich] = useState<'all' | 'entered' | 'left'>('all')
  const query = { limit: 100, ...(which !== 'all' && { which }) }
  const list = api.useInfiniteQuery('get', '/audiences/{id}/moves', { params: { path: { id: a.id }, query } }, { ...byCursor, refetchInterval: 5000 })
  const columns: Column<Move>[] = [
    { key: 'what', title: t.what, width: 110, always: true, render: (_, x) => <State tone={x.entered ? 'good' : 'quiet'}>{x.entered ? t.entered : t.left}</State> },
    { key: 'customer', title: t.customer, width: 140, always: true, render: (_, x) => <Link to={`/customers/${x.customer}` as string}>{x.customer}</Link> },
    { key: 'cause', title: t.cause, width: 140, render: (_, x) => named(c, x.cause) },
    { key: 'at', title: t.at, width: 160, render: (_, x) => <Tooltip title={exactly(x.at)}><span tabIndex={0}>{ago(x.at)}</span></Tooltip> },
    { key: 'why', title: t.actions, width: 100, render: (_, x) => <Button type="link" size="small" onClick={() => void go({ search: { tab: 'why', customer: x.customer } })}>{t.why}</Button> },
  ]
  return (
    <QueryTable
      id="audience-moves" label={t.title} rowKey="seq" query={list} columns={columns} empty={<Empty title={t.none}>{t.noneText}</Empty>}
      toolbar={<Segmented size="small" aria-label={t.which} value={which} onChange={setWhich} options={[{ value: 'all', label: t.all }, { value: 'entered', label: t.entered }, { value: 'left', label: t.left }]} />}
    />
  )
}
