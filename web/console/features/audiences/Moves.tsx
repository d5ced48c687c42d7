import { api, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Segmented, Tooltip } from 'antd'
import { useState } from 'react'
import { Card, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { causes } from './words'

type Move = Schema<'AudienceTransition'>

const said = texts({
  title: ['最近进出', 'Latest entries and exits'], all: ['全部', 'All'], entered: ['进入', 'Entered'], left: ['离开', 'Left'], which: ['方向', 'Direction'], what: ['变化', 'Change'], customer: ['客户', 'Customer'], cause: ['原因', 'Cause'], at: ['时间', 'Time'], why: ['为什么', 'Why'], actions: ['操作', 'Actions'],
  none: ['最近没有人进出', 'Nobody entered or left lately'], noneText: ['这里显示所有人群最新进出中属于这个人群的部分，每 5 秒更新。某位客户的全部进出在“为什么”里。', 'These are the moves of this audience among the latest of all audiences, fresh every 5 seconds. All moves of one customer are under “Why”.'], sum: [(i: string, o: string) => `进入 ${i} · 离开 ${o}`, (i: string, o: string) => `${i} entered · ${o} left`],
})

/** Who entered and left lately, as it happens. */
export function Moves({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const c = useText(causes)
  const go = useNavigate({ from: '/audiences/$id' })
  const [which, setWhich] = useState('all')
  const asked = api.useQuery('get', '/transitions', {}, { refetchInterval: 5000 })
  const columns: Column<Move>[] = [
    { key: 'what', title: t.what, width: 110, render: (_, x) => <State tone={x.entered ? 'good' : 'quiet'}>{x.entered ? t.entered : t.left}</State> },
    { key: 'customer', title: t.customer, width: 140, render: (_, x) => <Link to={`/customers/${x.customer}` as string}>{x.customer}</Link> },
    { key: 'cause', title: t.cause, width: 140, render: (_, x) => named(c, x.cause) },
    { key: 'at', title: t.at, width: 160, render: (_, x) => <Tooltip title={exactly(x.at)}><span tabIndex={0}>{ago(x.at)}</span></Tooltip> },
    { key: 'why', title: t.actions, width: 100, render: (_, x) => <Button type="link" size="small" onClick={() => void go({ search: { tab: 'why', customer: x.customer } })}>{t.why}</Button> },
  ]
  return (
    <Asked query={asked}>
      {(list) => {
        const mine = list.items.filter((x) => x.audience === a.id)
        const rows = mine.filter((x) => which === 'all' || x.entered === (which === 'entered'))
        const entered = mine.filter((x) => x.entered).length
        return (
          <Card
            flush title={t.title} extra={(
              <><span className="y-faint">{t.sum(num(entered), num(mine.length - entered))}</span><Segmented size="small" aria-label={t.which} value={which} onChange={setWhich} options={[{ value: 'all', label: t.all }, { value: 'entered', label: t.entered }, { value: 'left', label: t.left }]} /></>
            )}
          >
            <PlainTable label={t.title} rows={rows} columns={columns} rowKey="seq" empty={<Empty title={t.none}>{t.noneText}</Empty>} />
          </Card>
        )
      }}
    </Asked>
  )
}
