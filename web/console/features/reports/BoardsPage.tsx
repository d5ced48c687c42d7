import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { PageShell } from '../../ui/PageShell'
import { Board } from './Board'
import { Settings } from './BoardSettings'
import { usePatch } from './search'
import { TabBar } from './TabBar'
import './reports.css'

const route = getRouteApi('/shell/reports/boards')

const said = texts({
  title: ['经营看板', 'Boards'],
  aarrr: ['AARRR 增长', 'AARRR'], aipl: ['AIPL 流转', 'AIPL flow'], five_stage: ['五个阶段', 'Five stages'], efficiency: ['三个效率', 'Three efficiencies'], unit: ['0-1 单位经济', 'Unit economics'], channel: ['渠道', 'Channels'], staff: ['员工', 'Staff'], campaign: ['活动', 'Campaigns'],
  leadAarrr: ['获客、激活、留存、收入、转介绍五个环节各做得怎么样，和上一段时间比如何。', 'How acquisition, activation, retention, revenue and referral went, and how they compare with the time before.'],
  leadAipl: ['客户处在认知、兴趣、购买、忠诚的哪一步，这段时间怎么流转。', 'Where customers stand between aware and loyal, and how they moved.'],
  leadFive: ['源头、承接、沉淀、转化、服务：私域五段各自的关键数字。', 'Source, reception, settling, conversion, service: the key numbers of each.'],
  leadEfficiency: ['转化效率、引流效率、团队效率：投入有没有换回产出。', 'Conversion, acquisition and team: whether what goes in comes back.'],
  leadUnit: ['0-1 阶段先看单个客户划不划算：复购、转介绍、获客成本、回本。', 'In the 0-1 stage: does a single customer pay? Repurchase, referral, cost, payback.'],
  leadChannel: ['每个渠道带来多少好友、成交与净收入，各行相加等于总数。', 'What each channel brought. Rows add up to the total to the cent.'],
  leadStaff: ['每位员工带来多少好友、成交与净收入，各行相加等于总数。', 'What each member of staff brought. Rows add up to the total to the cent.'],
  leadCampaign: ['每个活动带来多少好友、成交与净收入，各行相加等于总数。', 'What each campaign brought. Rows add up to the total to the cent.'],
})

const boards = ['aarrr', 'aipl', 'five_stage', 'efficiency', 'unit', 'channel', 'staff', 'campaign'] as const

/** The fixed sets of numbers that a team looks at every week. */
export function BoardsPage() {
  const t = useText(said)
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const board = search.board ?? 'aarrr'
  const leads = { aarrr: t.leadAarrr, aipl: t.leadAipl, five_stage: t.leadFive, efficiency: t.leadEfficiency, unit: t.leadUnit, channel: t.leadChannel, staff: t.leadStaff, campaign: t.leadCampaign }
  return (
    <PageShell title={t.title} lead={leads[board]} actions={<Settings />}>
      <TabBar label={t.title} value={board} onChange={(k) => patch({ board: k })} items={boards.map((key) => [key, t[key]] as const)} />
      <Board key={board} board={board} />
    </PageShell>
  )
}
