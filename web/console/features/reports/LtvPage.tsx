import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { PageShell } from '../../ui/PageShell'
import { Forecast } from './LtvForecast'
import { Joining } from './LtvJoining'
import { Tree } from './LtvTree'
import { usePatch } from './search'
import { TabBar } from './TabBar'

const route = getRouteApi('/shell/reports/ltv')

const said = texts({
  title: ['客户价值 LTV', 'Lifetime value'],
  forecast: ['价值预测', 'Forecast'], tree: ['公式树：什么最能提高 LTV', 'Formula tree: what moves LTV'], joining: ['加入私域前后', 'Before and after joining'],
  leadForecast: ['按每位客户自己的购买节奏，预计之后还会买多少。只看已有客户，并用留出的时间检验预测准不准。', 'What each customer is expected to buy, by their own rhythm. Only existing customers; a hold-out tells how good it is.'],
  leadTree: ['LTV = 触达频次 × 送达率 × 每次触达转化 × 生命周期消费 ×（1 + 推荐率）。每个分母就是前一项的分子。', 'LTV = frequency × delivery × conversion × spend × (1 + referral). Each denominator is the numerator before it.'],
  leadJoining: ['客户是加入后更值钱了，还是好客户本来就更愿意加入？用相似的未加入者作对照。', 'Are customers worth more after joining, or did good customers join? Compared with others alike who had not joined.'],
})

/** What customers are and will be worth. */
export function LtvPage() {
  const t = useText(said)
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const tab = search.tab ?? 'forecast'
  const pages = { forecast: Forecast, tree: Tree, joining: Joining }
  const Shown = pages[tab]
  return (
    <PageShell title={t.title} lead={{ forecast: t.leadForecast, tree: t.leadTree, joining: t.leadJoining }[tab]}>
      <TabBar label={t.title} value={tab} onChange={(k) => patch({ tab: k })} items={(['forecast', 'tree', 'joining'] as const).map((key) => [key, t[key]] as const)} />
      <Shown />
    </PageShell>
  )
}
