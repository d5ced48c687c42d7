import { api } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Drawer, InputNumber, Segmented } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../app/search'
import { Stat } from '../../ui/PageShell'
import { Asked } from '../../ui/states'

const said = texts({
  title: ['需要多少客户', 'How many customers it takes'], metric: ['看什么', 'Measure'], conversion: ['转化率', 'Conversion'], revenue: ['人均收入', 'Revenue each'], ask: ['我想知道', 'Find'], need: ['要多少客户', 'how many customers'], can: ['这些客户能看出多大差别', 'what so many can find'], base: ['对照组转化率', 'Conversion of the control'],
  effect: ['想看出的差别（百分点）', 'Difference to find (points)'], effectMoney: ['想看出的差别（每位客户）', 'Difference to find (each)'], sd: ['客户间收入的标准差（含零）', 'Standard deviation between customers, zeros included'], customers: ['两组共有客户', 'Customers in both arms'], treated: ['触达组比例', 'Share of the treated arm'], power: ['看出真实差别的把握', 'Power'],
  once: ['只在计划时点看一次', 'One look at the planned moment'], always: ['天天看、随时停', 'Look daily, stop when you like'], people: ['位客户（两组合计，观察期已满）', 'customers in both arms, mature'], least: ['能看出的最小差别', 'smallest difference found'], from: [(a: string, b: string) => `转化率从 ${a} 到 ${b}`, (a: string, b: string) => `Conversion from ${a} to ${b}`],
  how: ['随时有效的检验多要一些人，换来天天看也不会误判。', 'The always-valid test takes more customers; in return, looking daily misleads nobody.'],
})

/** Plans an experiment: how many customers find a difference, or what a number of customers can find. */
export function PowerDrawer({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const [metric, setMetric] = useState<'conversion' | 'revenue'>('conversion')
  const [ask, setAsk] = useState<'need' | 'can'>('need')
  const [f, setFields] = useState({ base: 5, effect: 1, sd: 100, gain: 5, customers: 10_000, treated: 50, power: 80 })
  const set = (key: keyof typeof f) => (v: number | null) => { if (v !== null) setFields((x) => ({ ...x, [key]: v })) }
  const query = useSettled({
    metric, power: f.power / 100, treated_percent: f.treated, ...(metric === 'conversion' ? { base: f.base / 100 } : { sd: f.sd }),
    ...(ask === 'need' ? { effect: metric === 'conversion' ? f.effect / 100 : f.gain } : { customers: f.customers }),
  }, 350)
  const power = api.useQuery('get', '/experiments/power', { params: { query } }, { placeholderData: (old) => old })
  const field = (key: keyof typeof f, label: string, suffix: string, max?: number) => (
    <div className="y-outreach-field"><label htmlFor={`power-${key}`}>{label}</label><InputNumber id={`power-${key}`} min={0.01} max={max} value={f[key]} suffix={suffix} style={{ width: '100%' }} onChange={set(key)} /></div>
  )
  const found = (n: number | undefined) => (metric === 'conversion' ? pct(n, 2) : money(n))
  return (
    <Drawer open onClose={onClose} title={t.title} size={460}>
      <div className="y-stack">
        <Segmented block aria-label={t.metric} value={metric} onChange={(v) => setMetric(v as 'conversion')} options={[{ value: 'conversion', label: t.conversion }, { value: 'revenue', label: t.revenue }]} />
        <Segmented block aria-label={t.ask} value={ask} onChange={(v) => setAsk(v as 'need')} options={[{ value: 'need', label: t.need }, { value: 'can', label: t.can }]} />
        <div className="y-outreach-two">
          {metric === 'conversion' ? field('base', t.base, '%', 99) : field('sd', t.sd, '')}
          {ask === 'can' ? field('customers', t.customers, '') : metric === 'conversion' ? field('effect', t.effect, '', 99) : field('gain', t.effectMoney, '')}
          {field('treated', t.treated, '%', 99)}{field('power', t.power, '%', 99)}
        </div>
        <Asked query={power}>
          {(p) => (
            <div className="y-stats">
              <Stat label={t.once} value={ask === 'need' ? num(p.customers) : found(p.effect)} note={ask === 'need' ? t.people : t.least} />
              <Stat label={t.always} value={ask === 'need' ? num(p.customers_always_valid) : found(p.effect_always_valid)} note={ask === 'need' ? t.people : t.least} />
            </div>
          )}
        </Asked>
        {metric === 'conversion' && ask === 'need' && <p className="y-faint">{t.from(pct(f.base / 100, 2), pct((f.base + f.effect) / 100, 2))}</p>}
        <p className="y-faint">{t.how}</p>
      </div>
    </Drawer>
  )
}
