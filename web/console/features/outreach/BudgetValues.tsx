import { api, type Schema } from '@shared/api/client'
import { ago, money, num, pct } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Select } from 'antd'
import { FilterBar } from '../../ui/FilterBar'
import { Card, State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { useBooks } from './kit'

const said = texts({
  title: ['每条触达值多少', 'What a touch is worth'], at: [(at: string) => `${at}更新，每小时一次`, (at: string) => `found ${at}, every hour`], book: ['SOP', 'Playbook'], level: ['层级', 'Level'], brand: ['品牌', 'Brand'], playbook: ['SOP', 'Playbook'], step: ['步骤', 'Step'], cell: ['步骤 × 等级阶段', 'Step by tier and stage'], what: ['对象', 'What'],
  touches: ['触达', 'Touches'], conversions: ['转化', 'Conversions'], rate: ['转化率（校正后）', 'Rate (shrunk)'], mean: ['每单收入（校正后）', 'Revenue of one (shrunk)'], revenue: ['净收入', 'Net revenue'], value: ['每条价值', 'Worth'], how: ['怎么算的', 'How it is found'], noTier: ['无等级', 'no tier'], masses: ['所有群发', 'All mass sends'],
  howText: ['取最近 180 天的触达。订单算给它之前 7 天内最后一次触达，所以不会重复计算；扣除退款；服务通知和对照组不算；触达满 7 天才计入。数据少的步骤向上一级靠拢（SOP → 品牌），数据越多越相信自己。', 'From the touches of the last 180 days. An order counts for the last touch in the 7 days before it, so none counts twice; net of refunds; transactional touches and control groups do not count; a touch counts once its 7 days are over. Where data is thin a step leans on its parent, the more the thinner.'],
  k: [(l: string, n: string, m: string) => `${l}：上一级相当于 ${n} 次触达、${m} 次转化的分量`, (l: string, n: string, m: string) => `${l}: the parent weighs as much as ${n} touches and ${m} conversions`], start: ['还没有满 7 天的触达：目前用品牌默认的 1% 转化率。', 'No touch is 7 days old yet: the brand’s default rate of 1 % is used.'],
})

const formula = `rate  = (conversions + k · parent rate) / (touches + k)
mean  = (revenue + h · parent mean) / (conversions + h)
value = rate · mean`
const tones = { brand: 'live', playbook: 'good', step: 'quiet', cell: 'quiet' } as const
const route = getRouteApi('/shell/budget')

/** What a touch of each playbook and step is expected to bring, and how that is found. */
export function BudgetValues() {
  const t = useText(said)
  const { playbook } = route.useSearch()
  const go = route.useNavigate()
  const books = useBooks()
  const values = api.useQuery('get', '/budget/values', { params: { query: { playbook } } })
  const what = (v: Schema<'BudgetValue'>) => [v.playbook && (v.playbook === 'mass_sends' || v.playbook === 'sends' ? t.masses : books.name(v.playbook)), v.step, v.level === 'cell' && (v.tier || t.noTier), v.stage].filter(Boolean).join(' · ')
  return (
    <div className="y-stack">
      <FilterBar active={Boolean(playbook)} onReset={() => void go({ search: { tab: 'values' }, replace: true })}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t.book} aria-label={t.book} style={{ width: 240 }} value={playbook} onChange={(v?: string) => void go({ search: { tab: 'values', playbook: v }, replace: true })} options={books.items.map((b) => ({ value: b.id, label: b.name }))} />
      </FilterBar>
      <Asked query={values}>
        {(v) => (
          <>
            <Card title={t.title} extra={v.at && <small className="y-faint">{t.at(ago(v.at))}</small>}>
              <PlainTable
                label={t.title} rows={v.items} rowKey={(x) => [x.level, x.playbook, x.step, x.tier, x.stage].join('/')} height={420}
                columns={[
                  { key: 'level', title: t.level, width: 140, render: (_, x) => <State tone={tones[x.level]}>{t[x.level]}</State> }, { key: 'what', title: t.what, width: 200, ellipsis: true, render: (_, x) => what(x) || t.brand },
                  { key: 'touches', title: t.touches, width: 90, num: true, render: (_, x) => num(x.touches) }, { key: 'conversions', title: t.conversions, width: 100, num: true, render: (_, x) => num(x.conversions) }, { key: 'revenue', title: t.revenue, width: 110, num: true, render: (_, x) => money(x.revenue, v.currency) },
                  { key: 'rate', title: t.rate, width: 110, num: true, render: (_, x) => pct(x.rate, 2) }, { key: 'mean', title: t.mean, width: 130, num: true, render: (_, x) => money(x.mean, v.currency) }, { key: 'value', title: t.value, width: 100, num: true, render: (_, x) => <b>{money(x.value, v.currency)}</b> },
                ]}
              />
              {v.items.every((x) => x.touches === 0) && <p className="y-faint">{t.start}</p>}
            </Card>
            <Card title={t.how}>
              <p>{t.howText}</p>
              <pre className="y-outreach-formula" tabIndex={0}>{formula}</pre>
              <ul className="y-outreach-rules">{(['playbook', 'step', 'cell'] as const).map((l, i) => <li key={l}>{t.k(named(t, l) as string, num(v.rate_k[i]), num(v.mean_k[i]))}</li>)}</ul>
            </Card>
          </>
        )}
      </Asked>
    </div>
  )
}
