import { texts } from '@shared/i18n'
import { reasonWords as reasons } from '../../ui/words/touch'

export { eventWords } from '../../ui/words/events'
export { stageWords } from '../../ui/words/stages'
export { channelWords, touchWords } from '../../ui/words/touch'

/** Kinds of step. */
export const kindWords = texts({
  send: ['发消息', 'Send'], task: ['员工任务', 'Staff task'], post: ['发群与朋友圈', 'Post'], wait: ['等待', 'Wait'], wait_until: ['等到时间', 'Wait until'],
  wait_for: ['等待行为', 'Wait for'], branch: ['条件分支', 'Branch'], split: ['A/B 分流', 'Split'], holdout: ['对照组', 'Holdout'], update: ['更新客户', 'Update'],
  coupon: ['发券', 'Coupon'], start: ['转入 SOP', 'Start playbook'], stop: ['停止 SOP', 'Stop playbook'], webhook: ['通知系统', 'Webhook'], goal: ['达成目标', 'Goal'], exit: ['退出', 'Exit'],
})

/** What each kind is for, one line. */
export const kindNotes = texts({
  send: ['企微群发、短信、邮件、服务号等', 'WeCom, SMS, e-mail, WeChat'], task: ['派给员工一对一跟进', 'One-to-one work for staff'], post: ['员工确认后发到客户群或朋友圈', 'Groups or Moments'],
  wait: ['停一段时间', 'A rest'], wait_until: ['到合适的时刻再走', 'Until a fitting moment'], wait_for: ['等客户做某事，可设超时', 'Until something happens'],
  branch: ['按客户情况走不同的路', 'Ways by rule'], split: ['按比例随机，比较效果', 'Ways by chance'], holdout: ['留一部分不触达，算增量', 'Keep a share untouched'],
  update: ['打标签、改属性、推阶段', 'Tags, traits, stages'], coupon: ['发一张优惠券', 'Issue a coupon'], start: ['让客户进入另一条 SOP', 'Into another playbook'], stop: ['让客户离开另一条 SOP', 'Out of another playbook'],
  webhook: ['把事情告诉其他系统', 'Tell another system'], goal: ['记为成功并结束', 'Ends well'], exit: ['就此结束', 'Ends here'],
})

/** States of a playbook. */
export const stateWords = texts({
  draft: ['草稿', 'Draft'], in_review: ['待审批', 'In review'], approved: ['已批准', 'Approved'], published: ['运行中', 'Running'], paused: ['已暂停', 'Paused'], ended: ['已结束', 'Ended'],
})

/** The colour of a state. */
export const stateTone = { draft: 'quiet', in_review: 'warn', approved: 'live', published: 'good', paused: 'warn', ended: 'quiet' } as const

/** Where a draft stands in its review. */
export const reviewWords = texts({ in_review: ['待审批', 'In review'], approved: ['已批准', 'Approved'], rejected: ['已退回', 'Given back'] })

/** Who goes through. */
export const subjectWords = texts({ customer: ['客户', 'Customers'], staff: ['员工', 'Staff'], group: ['客户群', 'Groups'], brand: ['品牌', 'The brand'] })

/** What became of a run in a step. */
export const outcomeWords = texts({
  entered: ['进入', 'entered'], waiting: ['停留中', 'waiting'], done: ['完成', 'done'], planned: ['已安排', 'planned'], took: ['走这条', 'took'], met: ['发生了', 'happened'],
  timed_out: ['超时', 'timed out'], held_out: ['对照组未触达', 'held out'], failed: ['失败', 'failed'], goal: ['达成目标', 'goal reached'], exited: ['退出', 'exited'], moved: ['转入新版', 'moved'],
  stopped: ['被停止', 'stopped'], open: ['进行中', 'under way'], refused: ['未进入', 'refused'], skipped: ['跳过', 'skipped'], late: ['来得太晚', 'too late'],
})

/** The colour of an outcome. */
export function outcomeTone(outcome: string): 'good' | 'warn' | 'bad' | 'live' | 'quiet' {
  if (['done', 'met', 'goal', 'planned'].includes(outcome)) return 'good'
  if (['failed'].includes(outcome)) return 'bad'
  if (['timed_out', 'held_out', 'stopped', 'exited'].includes(outcome)) return 'warn'
  return ['waiting', 'entered', 'open', 'took'].includes(outcome) ? 'live' : 'quiet'
}

/** Why something was not sent or did not start, and how a step went on. */
export const reasonWords = texts({ ...reasons, has_one: ['正在进行', 'One under way'], no_key: ['缺少编号', 'No key'], full: ['同时进行已满', 'Full'], at_start: ['开始时已满足', 'Already at the start'], too_late: ['来得太晚', 'Too late'], chain_too_long: ['SOP 互相触发过长', 'Chain too long'], unassigned: ['无人可派', 'Nobody to take it'], overdue: ['逾期未做', 'Overdue'], done: ['已完成', 'Done'], met: ['发生了', 'Happened'], timed_out: ['超时', 'Timed out'], else: ['其他', 'Else'], treatment: ['触达组', 'Treatment'], control: ['对照组', 'Control'], unreachable_task: ['联系不上', 'Unreachable'] })

/** Traits with a date. */
export const traitWords = texts({ birthday: ['生日', 'birthday'], baby_birthday: ['宝宝生日', 'baby’s birthday'] })

/** Units of a duration. */
export const unitWords = texts({ s: ['秒', 's'], m: ['分钟', 'min'], h: ['小时', 'h'], d: ['天', 'd'], w: ['周', 'wk'] })

/** Days of the week. */
export const weekdayWords = texts({ mon: ['周一', 'Mon'], tue: ['周二', 'Tue'], wed: ['周三', 'Wed'], thu: ['周四', 'Thu'], fri: ['周五', 'Fri'], sat: ['周六', 'Sat'], sun: ['周日', 'Sun'] })

/** How a property is compared. */
export const opWords = texts({
  eq: ['等于', '='], ne: ['不等于', '≠'], in: ['属于', 'one of'], not_in: ['不属于', 'none of'], contains: ['包含', 'contains'], starts_with: ['开头是', 'starts with'], gt: ['大于', '>'], gte: ['不小于', '≥'],
  lt: ['小于', '<'], lte: ['不大于', '≤'], between: ['介于', 'between'], exists: ['有值', 'is known'], missing: ['没有值', 'is missing'], before: ['早于', 'before'], after: ['晚于', 'after'], within_last: ['在最近', 'within the last'],
})

/** Differences between two versions. */
export const changeWords = texts({ added: ['新增', 'added'], removed: ['删除', 'removed'], changed: ['修改', 'changed'], moved: ['移动', 'moved'], same: ['没有变', 'the same'], gone: ['新版没有', 'gone'] })

/** The industries of the library. */
export const industryWords = texts({ beauty: ['美妆护肤', 'Beauty'], food: ['食品饮料', 'Food and drink'], education: ['教育', 'Education'], baby: ['母婴', 'Mother and baby'] })

/** What ready playbooks are for. */
export const aimWords = texts({
  activate: ['承接新客', 'Welcome'], convert: ['促成首单', 'Convert'], care: ['售后服务', 'Care'], retain: ['复购维护', 'Retain'], win_back: ['沉睡唤醒', 'Win back'], content: ['日常内容', 'Everyday content'], campaign: ['活动直播', 'Campaigns'],
})

/** What a reader of a test or a replay must know. */
export const noteWords = texts({
  as_of_now: ['画像、标签、阶段、授权与归属用的是现在的，事件用当时的', 'Traits, tags, stages, consent and owners are those of now'], no_effects: ['更新、发券与转入其他 SOP 在这里不生效', 'Updates, coupons and other playbooks have no effect'],
  tasks_undone: ['没有人做任务，等任务的步骤都会超时', 'Nobody does the tasks: what waits for one times out'], personal_properties: ['个人信息类属性不保留历史，相关条件不成立', 'Personal properties are not kept for looking back'],
  audience_younger: ['人群比回放区间新，已按当时的数据重算规则', 'An audience is younger: its rule was asked for the past'], no_runs_before: ['区间之前的参与记录不算', 'Runs before the span do not count'], missing_values: ['可能缺变量的消息也按会发出计', 'Touches that lack a value count as sent'],
  no_event: ['客户还没有触发事件，读取其属性的地方为空，可以填一个示例', 'The customer has no such event yet: what reads its properties is empty; give a sample'],
})
