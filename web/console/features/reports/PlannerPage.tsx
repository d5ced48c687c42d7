import { texts, useText } from '@shared/i18n'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { PageShell } from '../../ui/PageShell'
import { useMay } from '../../app/session'
import { PlanList } from './PlanList'
import { PlanOpen } from './PlanOpen'
import { PlanScenario } from './PlanScenario'

const route = getRouteApi('/shell/reports/planner')

const said = texts({
  title: ['增长规划', 'Growth plan'], fresh: ['新建规划', 'New plan'],
  lead: ['给定收入目标，倒推需要多少购买客户、新增好友、预算、员工和触达；之后每天对照实际。', 'From a revenue target back to buyers, adds, budget, staff and touches; then every day beside what happens.'],
  leadFresh: ['先填目标和时间。参数取自你自己的历史，可以用滑块试不同假设，结果立即变化。', 'Set a target and a time. Rates come from your own history; move the sliders to try other assumptions.'],
})

/** Plans of growth: kept ones, a new one, or one that is open. */
export function PlannerPage() {
  const t = useText(said)
  const may = useMay()
  const { plan, fresh } = route.useSearch()
  if (plan) return <PlanOpen id={plan} />
  if (fresh) return <PageShell title={t.fresh} back="/reports/planner" lead={t.leadFresh}><PlanScenario /></PageShell>
  return <PageShell title={t.title} lead={t.lead} actions={may('insight.read') && <Link to={'/reports/planner' as string} search={{ fresh: true } as never}><Button type="primary">{t.fresh}</Button></Link>}><PlanList /></PageShell>
}
