import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Tabs } from 'antd'
import { PageShell } from '../../ui/PageShell'
import { BudgetPlan } from './BudgetPlan'
import { BudgetQuota } from './BudgetQuota'
import { BudgetTouches } from './BudgetTouches'
import { BudgetValues } from './BudgetValues'
import { HoldSwitch } from './HoldSwitch'
import { PolicyTab } from './PolicyForm'

const said = texts({
  title: ['触达额度', 'Touch budget'], lead: ['客户的注意力有限：所有 SOP 和群发共用一份额度，不够时最值得的先发。', 'Attention is scarce: all playbooks and mass sends share one budget, and what is worth most goes first.'],
  plan: ['未来 7 天', 'Next 7 days'], touches: ['逐人计划', 'By customer'], quota: ['额度使用', 'Quotas'], values: ['触达价值', 'Worth of a touch'], policy: ['规则', 'Rules'],
})

const route = getRouteApi('/shell/budget')
const tabs = ['plan', 'touches', 'quota', 'values', 'policy'] as const

/** What may still be sent to customers, what will be, and by which rules. */
export function BudgetPage() {
  const t = useText(said)
  const { tab } = route.useSearch()
  const go = route.useNavigate()
  const parts = { plan: <BudgetPlan />, touches: <BudgetTouches />, quota: <BudgetQuota />, values: <BudgetValues />, policy: <PolicyTab /> }
  return (
    <PageShell title={t.title} lead={t.lead}>
      <HoldSwitch />
      <Tabs activeKey={tab ?? 'plan'} destroyOnHidden onChange={(key) => void go({ search: key === 'plan' ? {} : { tab: key as 'touches' }, replace: true })} items={tabs.map((key) => ({ key, label: t[key], children: parts[key] }))} tabBarStyle={{ marginBottom: 14 }} />
    </PageShell>
  )
}
