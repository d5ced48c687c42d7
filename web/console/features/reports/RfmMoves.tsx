import { api, type Schema } from '@shared/api/client'
import { day, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useDrill } from '../../ui/Drill'
import { Card } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { Heat } from './Heat'
import { knownPeople } from './people'
import { moves } from './rfmTypes'
import { addDays } from './span'

const said = texts({
  title: ['价值等级迁移', 'Moves between levels'], show: ['计算迁移', 'Compute moves'], lead: ['和一段时间前比，谁升了、谁降了。', 'Who rose and who fell since some time ago.'],
  ago: ['对比', 'Compare with'], d30: ['30 天前', '30 days before'], d90: ['90 天前', '90 days before'], d180: ['180 天前', '180 days before'],
  from: [(d: string) => `${d} 时 ↓ ／ 现在 →`, (d: string) => `On ${d} ↓ / now →`], fresh: ['还没买过', 'Not a buyer yet'], cell: [(a: string, b: string) => `${a} → ${b}`, (a: string, b: string) => `${a} → ${b}`],
  said: [(up: string, down: string, fresh: string) => `升级 ${up} 人，降级 ${down} 人，新买家 ${fresh} 人。`, (up: string, down: string, fresh: string) => `${up} rose, ${down} fell, ${fresh} are new buyers.`],
  cut: ['客户超过 10,000 位，只比较编号最小的 10,000 位。', 'There are more than 10,000 customers; only the first 10,000 by number are compared.'],
})

/** How customers moved between value levels since some time before. Computed when it is asked for. */
export function RfmMoves({ query, at, levels }: { query: Schema<'RfmQuery'>; at: string; levels: Record<string, string> }) {
  const t = useText(said)
  const drill = useDrill()
  const [on, setOn] = useState(false)
  const [days, setDays] = useState(90)
  const then = addDays(at, -days)
  const now = api.useQuery('post', '/insight/rfm', { body: { ...query, limit: 10_000 } }, { enabled: on })
  const before = api.useQuery('post', '/insight/rfm', { body: { ...query, at: then, limit: 10_000 } }, { enabled: on })
  return (
    <Card title={t.title} extra={<><Select size="small" aria-label={t.ago} value={days} onChange={setDays} options={[{ value: 30, label: t.d30 }, { value: 90, label: t.d90 }, { value: 180, label: t.d180 }]} />{!on && <Button size="small" type="primary" onClick={() => setOn(true)}>{t.show}</Button>}</>}>
      {!on ? <span className="y-faint">{t.lead}</span> : (
        <Asked query={before} rows={3}>
          {(was) => (
            <Asked query={now} rows={3}>
              {(is) => {
                const found = moves(was.customers, is.customers)
                const count = (keep: (a: number, b: number) => boolean) => [...found].reduce((sum, [k, v]) => { const [a, b] = k.split('>').map(Number) as [number, number]; return sum + (keep(a, b) ? v.length : 0) }, 0)
                const name = (l: number) => (l === 0 ? t.fresh : (levels[l] ?? String(l)))
                return (
                  <>
                    <p style={{ marginTop: 0 }}>{t.said(num(count((a, b) => a > 0 && b > a)), num(count((a, b) => a > b)), num(count((a) => a === 0)))}</p>
                    <Heat
                      first={t.from(day(then))} head={[4, 3, 2, 1].map(name)}
                      rows={[4, 3, 2, 1, 0].map((a) => {
                        const total = [1, 2, 3, 4].reduce((sum, b) => sum + (found.get(`${a}>${b}`)?.length ?? 0), 0)
                        return { name: name(a), cells: [4, 3, 2, 1].map((b) => { const ids = found.get(`${a}>${b}`) ?? []; return { text: num(ids.length), level: total ? ids.length / total : 0, onOpen: ids.length ? () => drill(knownPeople(['rfm', at, then, a, b], t.cell(name(a), name(b)), ids)) : undefined } }) }
                      })}
                    />
                    {(is.next || was.next) && <p className="y-faint">{t.cut}</p>}
                  </>
                )
              }}
            </Asked>
          )}
        </Asked>
      )}
    </Card>
  )
}
