import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Checkbox, Collapse, InputNumber, Select } from 'antd'
import { MomentPicker } from '../../ui/MomentPicker'
import type { Draft } from './wish'

const said = texts({
  start: ['派发时间', 'Hand out'], startHint: ['留空：确认后立即派发给员工。客户读到的时间取决于员工何时确认。', 'Empty: at once. Customers read it when staff confirm.'], deadline: ['确认截止', 'Confirm until'], deadlineHint: ['留空：三天。过期没确认的自动撤回。', 'Empty: three days. What is not confirmed then is taken back.'],
  holdout: ['留出对照组', 'Hold out'], holdoutHint: ['随机留下一部分客户不发，用来算这次群发真正带来了多少。', 'A share drawn by lot gets nothing, to show what the send really brought.'], remind: ['自动提醒未确认的员工', 'Remind staff who have not confirmed'], remindHint: ['24 小时内最多 3 次。', 'At most three in 24 hours.'],
  minutes: [(n: string) => `${n} 分钟后`, (n: string) => `after ${n} min`], hours: [(n: string) => `${n} 小时后`, (n: string) => `after ${n} h`], more: ['更多设置', 'More'], select: ['员工确认时可以去掉部分客户', 'Staff may leave customers out when they confirm'], late: ['截止后仍允许确认', 'Staff may still confirm after the deadline'],
  transactional: ['这是服务通知（不受授权、免打扰和频次上限限制；平台额度仍然有效）', 'This is transactional (exempt from consent, quiet hours and caps; not from the platform’s quota)'], priority: ['优先级（0–9，额度不够时高的先占）', 'Priority (0–9; the higher gets scarce places)'],
})

const reminders = [30, 60, 120, 240, 720, 1440]

/** When and how a mass send goes. */
export function SendOptions({ draft: d, set }: { draft: Draft; set: (part: Partial<Draft>) => void }) {
  const t = useText(said)
  const group = d.mode === 'groups'
  const date = (id: string, label: string, hint: string, value: string | undefined, tell: (at: string | undefined) => void) => (
    <div className="y-outreach-field">
      <label htmlFor={id}>{label}</label>
      <MomentPicker id={id} value={value} only="future" onChange={tell} />
      <small>{hint}</small>
    </div>
  )
  return (
    <div className="y-stack">
      <div className="y-outreach-two">
        {date('send-start', t.start, t.startHint, d.start, (start) => set({ start }))}
        {date('send-deadline', t.deadline, t.deadlineHint, d.deadline, (deadline) => set({ deadline }))}
        {!group && (
          <div className="y-outreach-field">
            <label htmlFor="send-holdout">{t.holdout}</label>
            <InputNumber id="send-holdout" min={0} max={90} suffix="%" style={{ width: 130 }} value={d.holdout} onChange={(holdout) => set({ holdout: holdout ?? 0 })} />
            <small>{t.holdoutHint}</small>
          </div>
        )}
        <div className="y-outreach-field">
          <label htmlFor="send-remind">{t.remind}</label>
          <Select id="send-remind" mode="multiple" value={d.remind} onChange={(remind: number[]) => set({ remind })} options={reminders.map((m) => ({ value: m, label: m < 60 ? t.minutes(num(m)) : t.hours(num(m / 60)) }))} />
          <small>{t.remindHint}</small>
        </div>
      </div>
      <Collapse
        ghost size="small" items={[{
          key: 'more', label: t.more, children: (
            <div className="y-stack">
              <Checkbox checked={d.select} onChange={(e) => set({ select: e.target.checked })}>{t.select}</Checkbox>
              <Checkbox checked={d.late} onChange={(e) => set({ late: e.target.checked })}>{t.late}</Checkbox>
              <Checkbox checked={d.transactional} onChange={(e) => set({ transactional: e.target.checked })}>{t.transactional}</Checkbox>
              <div className="y-rowline"><label htmlFor="send-priority">{t.priority}</label><InputNumber id="send-priority" min={0} max={9} precision={0} value={d.priority} onChange={(priority) => set({ priority: priority ?? 0 })} /></div>
            </div>
          ),
        }]}
      />
    </div>
  )
}
