import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { PageShell } from '../../ui/PageShell'
import { Cac } from './Cac'
import { Costs } from './Costs'
import { usePatch } from './search'
import { TabBar } from './TabBar'
import './reports.css'

const route = getRouteApi('/shell/reports/cac')

const said = texts({
  title: ['获客成本 CAC', 'CAC and payback'],
  lead: ['连接一位客户花多少钱，多久回本，各渠道、员工、批次差多少。', 'What a connected customer costs, when it is earned back, and how channels, staff and cohorts differ.'],
  leadCosts: ['花出去的钱：录入或导入，跨多天的金额按天均摊，精确到分。', 'What was spent: entered or imported. A span spreads evenly over its days, to the cent.'],
  cac: ['获客成本与回本', 'CAC and payback'], costs: ['成本', 'Costs'],
})

/** What customers cost, and the book of costs. */
export function CacPage() {
  const t = useText(said)
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const tab = search.tab ?? 'cac'
  return (
    <PageShell title={t.title} lead={tab === 'cac' ? t.lead : t.leadCosts}>
      <TabBar label={t.title} value={tab} onChange={(k) => patch({ tab: k })} items={[['cac', t.cac], ['costs', t.costs]]} />
      {tab === 'cac' ? <Cac /> : <Costs />}
    </PageShell>
  )
}
