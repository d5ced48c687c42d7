import { api } from '@shared/api/client'
import { ago, money, none, num, pct } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { useMay } from '../../app/session'
import { Hint } from '../../ui/PageShell'

const said = texts({
  title: ['12 个月预计', 'In 12 months'],
  what: [(model: string, buyers: string, at: string) => `仅按过往购买的天数、间隔和金额推算：未来 52 周的预计购买次数 × 预计每次金额，未折现、未扣退款。活跃概率：此人仍会再买的可能性。模型 ${model}，用 ${buyers} 位买过的客户拟合于${at}，每小时更新。`, (model: string, buyers: string, at: string) => `From past purchases alone: expected purchases within 52 weeks times the expected value of one, not discounted, refunds not taken off. P(alive): how likely the customer still buys. ${model}, fitted to ${buyers} buyers ${at}, anew each hour.`],
  detail: [(alive: string, buys: string) => `活跃概率 ${alive} · 约 ${buys} 次`, (alive: string, buys: string) => `P(alive) ${alive} · ${buys} orders`],
  decile: [(n: string) => `在买过的客户里排第 ${n} 档（共 10 档，第 1 档价值最高）。`, (n: string) => `In tenth ${n} of the buyers; 1 is the most valuable.`],
})

const whys = texts({
  no_forecast: ['上次拟合时还没有购买', 'No purchase when last fitted'],
  too_few_purchases: ['全店复购客户太少，还建不了模型', 'Too few customers bought again for a model'],
  no_model: ['现有购买记录拟合不出模型', 'No model fits the purchases'],
})

const models = { 'bgnbd+gg': 'BG/NBD + Gamma-Gamma', 'pareto+gg': 'Pareto/NBD + Gamma-Gamma' }

/** What a customer is expected to bring within twelve months, or why nothing is expected. */
export function Forecast({ id }: { id: string }) {
  const t = useText(said)
  const why = useText(whys)
  const may = useMay()
  const isShown = may('insight.read')
  const asked = api.useQuery('get', '/insight/ltv/customers/{id}', { params: { path: { id } } }, { enabled: isShown, staleTime: 300_000, retry: false })
  if (!isShown || asked.error) return null
  const { forecast: f, fit, why: reason } = asked.data ?? {}
  return (
    <div>
      <span>{t.title} {f && fit && <Hint>{`${t.what(models[fit.model], num(fit.buyers), ago(fit.as_of))} ${t.decile(num(f.decile))}`}</Hint>}</span>
      {f ? <Link to={'/reports/ltv' as string}><b>{money(f.expected_value)}</b></Link> : <b>{asked.isPending ? '…' : none}</b>}
      {f && <small>{t.detail(pct(f.p_alive, 0), num(f.expected_purchases, 1))}</small>}
      {reason && <small>{named(why, reason)}</small>}
    </div>
  )
}
