import type { Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Button, Input, InputNumber, Slider } from 'antd'
import { useState } from 'react'
import { Card } from '../../ui/PageShell'
import { isShare, rateName, showRate } from './planWords'

const said = texts({
  title: ['试一试：改参数', 'Try other rates'], reset: ['恢复历史值', 'Back to history'], all: ['全部恢复', 'Reset all'], learned: [(v: string, a: string, b: string) => `历史 ${v}（${a} – ${b}）`, (v: string, a: string, b: string) => `history ${v} (${a} – ${b})`], unknown: ['没有历史，需要设定', 'no history: set it'],
  add: ['添加渠道', 'Add a channel'], channel: ['渠道名', 'Channel'], set: ['设定', 'set'],
})

/** Sliders for the rates of a plan. Tells while they move, and once more when they stand still. */
export function PlanLevers({ answer, overrides, onChange }: { answer: Schema<'PlannerAnswer'>; overrides: Record<string, number>; onChange: (next: Record<string, number>, final: boolean) => void }) {
  const t = useText(said)
  const put = (name: string, n: number | undefined, final: boolean) => {
    const { [name]: _, ...rest } = overrides
    onChange(n === undefined ? rest : { ...rest, [name]: n }, final)
  }
  const [channel, setChannel] = useState('')
  return (
    <Card title={t.title} extra={Object.keys(overrides).length > 0 && <Button size="small" onClick={() => onChange({}, true)}>{t.all}</Button>}>
      <div className="y-reports-levers">
        {answer.rates.map((r) => {
          const share = isShare(r.name)
          const now = overrides[r.name] ?? r.point ?? undefined
          const most = share ? Math.min(1, Math.max(0.02, 3 * (r.learned ?? now ?? 0.3))) : Math.max(3 * (r.learned ?? now ?? 1), 1)
          const least = r.name === 'orders_per_buyer' ? 1 : share && !['repeat_rate', 'known_to_purchase', 'purchase_to_loyal', 'loyal_to_referred'].includes(r.name) ? most / 1000 : 0
          const own = overrides[r.name] !== undefined
          return (
            <div className="y-reports-lever" key={r.name}>
              <span>{rateName(r.name)}<br /><small>{r.learned == null ? t.unknown : t.learned(showRate(r.name, r.learned, answer.currency), showRate(r.name, own ? r.learned : r.p10, answer.currency), showRate(r.name, own ? r.learned : r.p90, answer.currency))}</small></span>
              <Slider aria-label={rateName(r.name)} ariaLabelForHandle={rateName(r.name)} min={least} max={most} step={most / 200} value={now ?? least} tooltip={{ formatter: (n) => showRate(r.name, n, answer.currency) }} onChange={(n) => put(r.name, n, false)} onChangeComplete={(n) => put(r.name, n, true)} />
              <InputNumber aria-label={`${rateName(r.name)} ${t.set}`} size="small" style={{ width: 110 }} min={0} suffix={share ? '%' : undefined} value={now === undefined ? null : Math.round(now * (share ? 100 : 1) * 1000) / 1000} onChange={(n) => put(r.name, n == null ? undefined : share ? n / 100 : n, true)} />
              {own ? <Button size="small" type="link" onClick={() => put(r.name, undefined, true)}>{t.reset}</Button> : <span />}
            </div>
          )
        })}
      </div>
      <div className="y-rowline" style={{ marginTop: 12 }}>
        <label className="y-reports-field">{t.channel}<Input size="small" style={{ width: 150 }} value={channel} onChange={(e) => setChannel(e.target.value)} /></label>
        <Button size="small" disabled={!channel.trim()} onClick={() => { onChange({ ...overrides, [`channel:${channel.trim()}:conversion`]: 0.1, [`channel:${channel.trim()}:cost_per_add`]: 10 }, true); setChannel('') }}>{t.add}</Button>
      </div>
    </Card>
  )
}
