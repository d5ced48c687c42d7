import { texts, useText } from '@shared/i18n'
import { AutoComplete, Checkbox, Input, InputNumber, Segmented, Select } from 'antd'
import { RuleBuilder } from '../../ui/rule/Later'
import type { Doc, Schedule, Trigger } from './document'
import { AudienceField, Clock, Duration, EventField, Field, Weekdays, WhereList } from './fields'
import { clean } from './model'
import { SelectField } from './SelectField'

const said = texts({
  trigger: ['什么时候开始', 'What starts it'],
  event: ['客户做了某事', 'An event'],
  audience: ['进出人群', 'An audience'],
  date: ['纪念日', 'A date'],
  schedule: ['定时', 'A schedule'],
  api: ['接口或人工', 'API or by hand'],
  which: ['哪件事', 'Which event'],
  only: ['还要符合规则', 'Only who matches a rule'],
  who: ['哪个人群', 'Which audience'],
  entered: ['进入时', 'On entering'],
  left: ['离开时', 'On leaving'],
  existing: ['发布时已在其中的人也进入', 'Members at publishing start too'],
  trait: ['日期属性', 'Trait with the date'],
  birthday: ['生日', 'Birthday'],
  baby: ['宝宝生日', 'Baby’s birthday'],
  repeat: ['每年都算', 'Each year'],
  month: ['只看月份：当月 1 日开始', 'By month: on its first day'],
  shift: ['提前或推后（天，负数为提前）', 'Days after; negative: before'],
  at: ['时刻', 'Time'],
  every: ['频率', 'How often'],
  once: ['一次', 'Once'],
  day: ['每天', 'Daily'],
  week: ['每周', 'Weekly'],
  monthly: ['每月', 'Monthly'],
  moment: ['时间', 'Moment'],
  days: ['几号（-1 是最后一天）', 'Days (-1 is the last)'],
  weekdays: ['星期', 'Weekdays'],
  from: ['开始日期（可空）', 'From (may be empty)'],
  until: ['结束日期（可空）', 'Until (may be empty)'],
  forWhom: ['对谁', 'For whom'],
  late: ['迟到多久还能进入', 'How late a run may start'],
  lateHelp: ['默认 24 小时，导入历史数据不会误触发。', 'Default 24 hours, so importing old events starts nothing.'],
  apiNote: ['由程序调用 POST /playbooks/编号/runs，或在“实例”里人工启动。', 'Programs call POST /playbooks/ID/runs, or start it by hand under Runs.'],
})

const blanks: Record<string, Trigger> = {
  event: { event: '' }, audience: { audience: '' }, date: { date: { trait: 'birthday' } }, schedule: { schedule: { every: 'week', weekdays: ['mon'], time: '10:00' } }, api: { api: true },
}

/** Which kind a trigger is. */
export function sortOf(t: Trigger): 'event' | 'audience' | 'date' | 'schedule' | 'api' {
  return t.api ? 'api' : t.schedule ? 'schedule' : t.date ? 'date' : t.audience !== undefined ? 'audience' : 'event'
}

/** Edits what starts runs. */
export function TriggerForm({ doc, onChange }: { doc: Doc; onChange: (t: Trigger) => void }) {
  const t = useText(said)
  const trigger = doc.trigger
  const sort = sortOf(trigger)
  const isForCustomers = (doc.subject ?? 'customer') === 'customer'
  const put = (part: Partial<Trigger>) => onChange(clean({ ...trigger, ...part }))
  const sorts = isForCustomers ? ['event', 'audience', 'date', 'schedule', 'api'] as const : doc.subject === 'brand' ? ['schedule', 'api'] as const : ['schedule'] as const
  return (
    <>
      <Field label={t.trigger} path="/trigger">
        <Select aria-label={t.trigger} style={{ width: '100%' }} value={sort} onChange={(s: string) => onChange(blanks[s] as Trigger)} options={sorts.map((s) => ({ value: s, label: t[s] }))} />
      </Field>
      {sort === 'event' && (
        <Field label={t.which} path="/trigger/event">
          <EventField value={trigger.event} onChange={(event) => put({ event })} />
          <WhereList value={trigger.where} onChange={(where) => put({ where })} />
        </Field>
      )}
      {sort === 'audience' && (
        <Field label={t.who} path="/trigger/audience">
          <AudienceField value={trigger.audience} own={doc.audiences} onChange={(audience) => put({ audience })} />
          <div className="y-rowline">
            <Segmented size="small" value={trigger.on ?? 'entered'} onChange={(on) => put({ on: on === 'left' ? 'left' : undefined })} options={[{ value: 'entered', label: t.entered }, { value: 'left', label: t.left }]} />
            {trigger.on !== 'left' && <Checkbox checked={trigger.existing ?? false} onChange={(e) => put({ existing: e.target.checked || undefined })}>{t.existing}</Checkbox>}
          </div>
        </Field>
      )}
      {sort === 'date' && <DateForm trigger={trigger} put={put} />}
      {sort === 'schedule' && <ScheduleForm doc={doc} value={trigger.schedule ?? {}} onChange={(schedule) => put({ schedule })} />}
      {sort === 'api' && <p className="y-faint">{t.apiNote}</p>}
      {(sort === 'event' || sort === 'date') && (
        <Field label={<Checkbox checked={trigger.rule !== undefined} onChange={(e) => put({ rule: e.target.checked ? { all: [] } : undefined })}>{t.only}</Checkbox>} path="/trigger/rule">
          {trigger.rule && <RuleBuilder compact value={trigger.rule} onChange={(rule) => put({ rule })} />}
        </Field>
      )}
      <Field label={t.late} path="/trigger/late" help={t.lateHelp}><Duration allowClear units="mhd" label={t.late} value={trigger.late} onChange={(late) => put({ late: late || undefined })} /></Field>
    </>
  )
}

function DateForm({ trigger, put }: { trigger: Trigger; put: (part: Partial<Trigger>) => void }) {
  const t = useText(said)
  const date = trigger.date ?? { trait: '' }
  const set = (part: Partial<typeof date>) => put({ date: clean({ ...date, ...part }) })
  const days = Number.parseInt(date.offset ?? '0', 10) || 0
  return (
    <Field label={t.trait} path="/trigger/date">
      <AutoComplete aria-label={t.trait} style={{ width: '100%' }} value={date.trait} onChange={(trait: string) => set({ trait })} options={[{ value: 'birthday', label: `${t.birthday} · birthday` }, { value: 'baby_birthday', label: `${t.baby} · baby_birthday` }]} />
      <div className="y-rowline">
        <Checkbox checked={date.repeat !== 'once'} onChange={(e) => set({ repeat: e.target.checked ? undefined : 'once' })}>{t.repeat}</Checkbox>
        <Checkbox checked={date.match === 'month'} onChange={(e) => set({ match: e.target.checked ? 'month' : undefined })}>{t.month}</Checkbox>
      </div>
      <Field inline label={t.shift}><InputNumber aria-label={t.shift} value={days} onChange={(n) => set({ offset: n ? `${n}d` : undefined })} /></Field>
      <Field inline label={t.at}><Clock label={t.at} value={date.at ?? '09:00'} onChange={(at) => set({ at })} /></Field>
    </Field>
  )
}

function ScheduleForm({ doc, value: s, onChange }: { doc: Doc; value: Schedule; onChange: (s: Schedule) => void }) {
  const t = useText(said)
  const put = (part: Partial<Schedule>) => onChange(clean({ ...s, ...part }))
  const subject = doc.subject ?? 'customer'
  const { audience, select } = s
  const turn = (every: string) => onChange(clean({ audience, select, ...(every === 'once' ? { at: '' } : { every: every as 'day', time: s.time ?? '10:00', weekdays: every === 'week' ? ['mon'] : undefined, days: every === 'month' ? [1] : undefined }) }))
  const line = (key: 'from' | 'until', label: string) => <Field inline label={label}><Input type="date" aria-label={label} style={{ width: 160 }} value={s[key] ?? ''} onChange={(e) => put({ [key]: e.target.value || undefined })} /></Field>
  return (
    <>
      <Field label={t.every} path="/trigger/schedule"><Segmented value={s.at !== undefined ? 'once' : (s.every ?? 'day')} onChange={turn} options={[{ value: 'once', label: t.once }, { value: 'day', label: t.day }, { value: 'week', label: t.week }, { value: 'month', label: t.monthly }]} /></Field>
      {s.at !== undefined ? <Field label={t.moment}><Input type="datetime-local" aria-label={t.moment} style={{ width: 220 }} value={s.at.slice(0, 16)} onChange={(e) => put({ at: e.target.value })} /></Field> : (
        <>
          {s.every === 'week' && <Field label={t.weekdays}><Weekdays label={t.weekdays} value={s.weekdays} onChange={(weekdays) => put({ weekdays })} /></Field>}
          {s.every === 'month' && <Field label={t.days}><Select mode="tags" aria-label={t.days} style={{ width: '100%' }} value={(s.days ?? []).map(String)} onChange={(v: string[]) => put({ days: v.map(Number).filter((n) => Number.isInteger(n) && n >= -1 && n <= 31 && n !== 0) })} /></Field>}
          <Field inline label={t.at}><Clock label={t.at} value={s.time ?? '09:00'} onChange={(time) => put({ time })} /></Field>
          {line('from', t.from)}
          {line('until', t.until)}
        </>
      )}
      {subject === 'customer' && <Field label={t.forWhom} path="/trigger/schedule/audience"><AudienceField value={audience} own={doc.audiences} onChange={(a) => put({ audience: a || undefined })} /></Field>}
      {(subject === 'staff' || subject === 'group') && <Field label={t.forWhom} path="/trigger/schedule/select"><SelectField kind={subject} value={select} onChange={(v) => put({ select: v })} /></Field>}
    </>
  )
}
