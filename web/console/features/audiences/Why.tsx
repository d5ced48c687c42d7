import { api, type Schema } from '@shared/api/client'
import { exactly, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { MomentPicker } from '../../ui/MomentPicker'
import { Card, Columns, State } from '../../ui/PageShell'
import { CustomerPicker } from '../../ui/pickers'
import { Explanation } from '../../ui/rule/Explanation'
import { Asked, Empty } from '../../ui/states'
import { causes } from './words'

const said = texts({
  customer: ['客户', 'Customer'], at: ['时间点', 'Moment'], now: ['现在', 'Now'], choose: ['选一位客户，看他为什么在或不在', 'Choose a customer to see why they are in or out'], chooseText: ['逐条列出每个条件是否满足、实际的数值和起作用的行为；也可以回看过去任一时刻。', 'Each condition is shown with its result, what was observed and the events that decided; past moments too.'],
  in: ['在人群中', 'In the audience'], out: ['不在人群中', 'Not in the audience'], conditions: ['逐条检查', 'Condition by condition'], history: ['进出记录', 'Entries and exits'], none: ['没有进出过', 'Never entered or left'], entered: ['进入', 'Entered'], left: ['离开', 'Left'], version: [(v: number) => `规则 v${v}`, (v: number) => `rule v${v}`],
  next: [(at: string) => `如果什么都不发生，最早会在 ${at} 变化`, (at: string) => `If nothing happens it changes at ${at} at the earliest`],
})

/** Why a customer is in an audience or not, now or at a past moment. */
export function Why({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const { customer, at } = useSearch({ from: '/shell/audiences/$id' })
  const go = useNavigate({ from: '/audiences/$id' })
  const set = (next: { customer?: string; at?: string }) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  return (
    <>
      <div className="y-rowline">
        <label>{t.customer} <CustomerPicker style={{ width: 280 }} value={customer} onChange={(id) => set({ customer: id })} /></label>
        <label>{t.at} <MomentPicker placeholder={t.now} aria-label={t.at} value={at} only="past" onChange={(moment) => set({ at: moment })} style={{ width: 200 }} /></label>
      </div>
      {customer ? <Answer audience={a} customer={customer} at={at} /> : <Card><Empty title={t.choose}>{t.chooseText}</Empty></Card>}
    </>
  )
}

function Answer({ audience: a, customer, at }: { audience: Schema<'Audience'>; customer: string; at?: string }) {
  const t = useText(said)
  const c = useText(causes)
  const asked = api.useQuery('get', '/audiences/{id}/explain', { params: { path: { id: a.id }, query: { customer, at } } }, { retry: false })
  return (
    <Asked query={asked}>
      {(e) => (
        <Columns min={340}>
          <Card title={t.conditions} extra={<><Link to={`/customers/${customer}` as string}>{customer}</Link><State tone={e.member ? 'good' : 'bad'}>{e.member ? t.in : t.out}</State><span className="y-faint">{when(e.at)}</span></>}>
            <Explanation why={e.why} rule={e.version === a.version ? a.rule : undefined} />
            {e.next_change && <p className="y-faint" style={{ margin: '10px 0 0' }}>{t.next(exactly(e.next_change))}</p>}
          </Card>
          <Card title={t.history}>
            {e.transitions.length === 0 ? <p className="y-faint" style={{ margin: 0 }}>{t.none}</p> : (
              <ul className="y-people" style={{ margin: 0 }}>
                {e.transitions.map((x) => <li key={x.at + String(x.entered)}><span><State tone={x.entered ? 'good' : 'quiet'}>{x.entered ? t.entered : t.left}</State> {exactly(x.at)}</span><span className="y-faint">{named(c, x.cause)} · {t.version(x.version)}</span></li>)}
              </ul>
            )}
          </Card>
        </Columns>
      )}
    </Asked>
  )
}
