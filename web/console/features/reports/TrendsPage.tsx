import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Hint, PageShell } from '../../ui/PageShell'
import { Distribution } from './Distribution'
import { usePatch } from './search'
import { TabBar } from './TabBar'
import { Trends } from './Trends'

const route = getRouteApi('/shell/reports/trends')

const said = texts({
  title: ['趋势与分布', 'Trends and distribution'],
  lead: ['一件事随时间怎么变，各类客户各占多少；一个数值在客户中怎么分布。', 'How events develop over time and by group, and how a value is spread over customers.'],
  hint: ['人数在一期内只算一次，合计按整个区间去重，所以不等于各期之和。', 'A customer counts once in a period and once in the total, so the total is not the sum of the periods.'],
  trends: ['趋势', 'Trends'], distribution: ['分布', 'Distribution'],
})

/** How events develop, and how values are spread. */
export function TrendsPage() {
  const t = useText(said)
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const tab = search.tab ?? 'trends'
  return (
    <PageShell title={t.title} lead={t.lead} extra={<Hint>{t.hint}</Hint>}>
      <TabBar label={t.title} value={tab} onChange={(k) => patch({ tab: k })} items={[['trends', t.trends], ['distribution', t.distribution]]} />
      {tab === 'trends' ? <Trends /> : <Distribution />}
    </PageShell>
  )
}
