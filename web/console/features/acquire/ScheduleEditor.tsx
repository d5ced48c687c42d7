import type { Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { Button, Input, Segmented, Select, Switch } from 'antd'
import { DatePicker } from '@/ui/dates'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useStaffName } from '../../ui/Who'
import { emptyWeek, hours, paint, rosters, runs, shiftsOf, type Roster, type Week } from './schedule'
import { WeekGrid } from './WeekGrid'
import { dayName, week as weekWords } from './words'

type Schedule = Schema<'LivecodeSchedule'>

const said = texts({
  mode: ['接待时间', 'Hours'],
  always: ['全天接待', 'All day, every day'],
  planned: ['按班次接待', 'By shifts'],
  all: ['全部成员', 'All members'],
  roster: ['这张班表适用于', 'This plan is for'],
  addRoster: ['为部分成员单独排班', 'Another plan for some members'],
  dropRoster: ['删除这张班表', 'Delete this plan'],
  office: ['工作日 9–18 点', 'Weekdays 9–18'],
  daily: ['每天 9–21 点', 'Every day 9–21'],
  clear: ['清空', 'Clear'],
  hours: [(n: string) => `每周 ${n} 小时`, (n: string) => `${n} hours a week`],
  exceptions: ['节假日与特殊日期', 'Holidays and special dates'],
  addException: ['添加日期', 'Add a date'],
  date: ['日期', 'Date'],
  name: ['说明，如 国庆节', 'Name, such as New Year'],
  open: ['上班', 'Open'],
  closed: ['休息', 'Closed'],
  from: ['开始', 'From'],
  to: ['结束', 'To'],
  remove: ['移除', 'Remove'],
})

const clocks = Array.from({ length: 49 }, (_, i) => `${String(Math.floor(i / 2)).padStart(2, '0')}:${i % 2 ? '30' : '00'}`)

/** Edits when a code is on duty: a week to paint on for all or for some members, and dates that differ. */
export function ScheduleEditor({ value, onChange, members, corp }: { value?: Schedule; onChange?: (schedule: Schedule | undefined) => void; members: string[]; corp?: string }) {
  const t = useText(said)
  const name = useStaffName(corp)
  const [list, setList] = useState<Roster[]>(() => rosters(value?.shifts))
  const [tab, setTab] = useState(0)
  const roster = list[tab] ?? list[0]
  const exceptions = value?.exceptions ?? []
  const tell = (next: Roster[], dates = exceptions) => {
    setList(next)
    onChange?.({ ...(next.length > 0 ? { shifts: shiftsOf(next) } : {}), ...(dates.length > 0 ? { exceptions: dates } : {}) })
  }
  const change = (next: Partial<Roster>) => tell(list.map((r, i) => (i === tab ? { ...r, ...next } : r)))
  const office = (last: number, from: number, to: number): Week => Array.from({ length: last }).reduce<Week>((w, _, d) => paint(w, d, from * 60, to * 60, true), emptyWeek)
  const label = (r: Roster) => (r.staff?.length ? r.staff.map(name).join('、') : t.all)
  return (
    <div className="y-stack">
      <Segmented
        aria-label={t.mode} style={{ alignSelf: 'start' }} value={value ? 'planned' : 'always'} options={[{ value: 'always', label: t.always }, { value: 'planned', label: t.planned }]}
        onChange={(v) => { if (v === 'always') onChange?.(undefined); else { setTab(0); tell(list.length > 0 ? list : [{ week: office(5, 9, 18) }]) } }}
      />
      {value && (
        <>
          {roster && (
            <div>
              {list.length > 1 && <Segmented style={{ marginBottom: 10 }} value={tab} onChange={(v) => setTab(v as number)} options={list.map((r, i) => ({ value: i, label: label(r) }))} aria-label={t.roster} />}
              <div className="y-rowline" style={{ marginBottom: 10 }}>
                {(list.length > 1 || roster.staff) && (
                  <>
                    <span className="y-faint">{t.roster}</span>
                    <Select mode="multiple" aria-label={t.roster} placeholder={t.all} style={{ minWidth: 200 }} value={roster.staff ?? []} onChange={(staff: string[]) => change({ staff: staff.length ? staff : undefined })} options={members.map((m) => ({ value: m, label: name(m) }))} />
                    <Button size="small" type="text" icon={<DeleteOutlined />} onClick={() => { setTab(0); tell(list.filter((_, i) => i !== tab)) }}>{t.dropRoster}</Button>
                  </>
                )}
                <span className="y-grow" />
                <Button size="small" onClick={() => change({ week: office(5, 9, 18) })}>{t.office}</Button>
                <Button size="small" onClick={() => change({ week: office(7, 9, 21) })}>{t.daily}</Button>
                <Button size="small" onClick={() => change({ week: emptyWeek })}>{t.clear}</Button>
              </div>
              <WeekGrid value={roster.week} onChange={(week) => change({ week })} />
              <WeekWords week={roster.week} />
            </div>
          )}
          <div><Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => { setTab(list.length); tell([...list, { staff: members.slice(0, 1), week: emptyWeek }]) }}>{t.addRoster}</Button></div>
          <div className="y-acquire-exceptions">
            <b>{t.exceptions}</b>
            {exceptions.map((e, i) => {
              const span = e.spans?.[0]
              const set = (next: Partial<typeof e>) => tell(list, exceptions.map((x, j) => (j === i ? { ...x, ...next } : x)))
              const clock = (key: 'from' | 'to') => <Select size="small" style={{ width: 92 }} aria-label={t[key]} value={span?.[key]} options={clocks.map((c) => ({ value: c, label: c }))} onChange={(c: string) => set({ spans: [{ from: '09:00', to: '18:00', ...span, [key]: c }] })} />
              return (
                <div className="y-rowline" key={i}>
                  <DatePicker size="small" aria-label={t.date} allowClear={false} value={e.date ? dayjs(e.date) : null} onChange={(d) => set({ date: d?.format('YYYY-MM-DD') ?? '' })} />
                  <Input size="small" style={{ width: 190 }} aria-label={t.name} placeholder={t.name} value={e.name} onChange={(x) => set({ name: x.target.value || undefined })} />
                  <Switch size="small" checked={Boolean(span)} checkedChildren={t.open} unCheckedChildren={t.closed} aria-label={t.open} onChange={(on) => set({ spans: on ? [{ from: '09:00', to: '18:00' }] : undefined })} />
                  {span && <>{clock('from')}–{clock('to')}</>}
                  <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t.remove} onClick={() => tell(list, exceptions.filter((_, j) => j !== i))} />
                </div>
              )
            })}
            <div><Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => tell(list, [...exceptions, { date: dayjs().add(1, 'day').format('YYYY-MM-DD') }])}>{t.addException}</Button></div>
          </div>
        </>
      )}
    </div>
  )
}

/** A week in words: the days and spans, and the hours in all. */
export function WeekWords({ week }: { week: Week }) {
  const t = useText(said)
  const w = useText(weekWords)
  return (
    <ul className="y-acquire-shifts">
      {shiftsOf([{ week }]).map((s, i) => (
        <li key={i}>{runs(s.days ?? []).map(([a, b]) => (a === b ? dayName(w, a) : `${dayName(w, a)}–${dayName(w, b)}`)).join(' ')} {s.from}–{s.to}</li>
      ))}
      <li className="y-faint">{t.hours(num(hours(week), 1))}</li>
    </ul>
  )
}
