import ApiOutlined from '@ant-design/icons/ApiOutlined'
import BranchesOutlined from '@ant-design/icons/BranchesOutlined'
import CalendarOutlined from '@ant-design/icons/CalendarOutlined'
import CheckCircleOutlined from '@ant-design/icons/CheckCircleOutlined'
import ClockCircleOutlined from '@ant-design/icons/ClockCircleOutlined'
import CloseCircleOutlined from '@ant-design/icons/CloseCircleOutlined'
import ExperimentOutlined from '@ant-design/icons/ExperimentOutlined'
import GiftOutlined from '@ant-design/icons/GiftOutlined'
import HourglassOutlined from '@ant-design/icons/HourglassOutlined'
import LoginOutlined from '@ant-design/icons/LoginOutlined'
import MessageOutlined from '@ant-design/icons/MessageOutlined'
import NotificationOutlined from '@ant-design/icons/NotificationOutlined'
import PauseCircleOutlined from '@ant-design/icons/PauseCircleOutlined'
import ScheduleOutlined from '@ant-design/icons/ScheduleOutlined'
import StopOutlined from '@ant-design/icons/StopOutlined'
import TagOutlined from '@ant-design/icons/TagOutlined'
import ThunderboltOutlined from '@ant-design/icons/ThunderboltOutlined'
import type { ComponentType } from 'react'
import type { Kind } from './document'

const icons: Record<Kind | 'trigger', ComponentType> = {
  send: MessageOutlined, task: ScheduleOutlined, post: NotificationOutlined, wait: ClockCircleOutlined, wait_until: CalendarOutlined, wait_for: HourglassOutlined,
  branch: BranchesOutlined, split: ExperimentOutlined, holdout: PauseCircleOutlined, update: TagOutlined, coupon: GiftOutlined, start: LoginOutlined, stop: StopOutlined,
  webhook: ApiOutlined, goal: CheckCircleOutlined, exit: CloseCircleOutlined, trigger: ThunderboltOutlined,
}

const sorts: Record<Kind | 'trigger', string> = {
  trigger: 'start', send: 'act', task: 'act', post: 'act', update: 'act', coupon: 'act', start: 'act', stop: 'act', webhook: 'act',
  wait: 'rest', wait_until: 'rest', wait_for: 'rest', branch: 'way', split: 'way', holdout: 'way', goal: 'end', exit: 'end',
}

/** The mark of a kind of step: acts, rests, choices and ends have a colour each. */
export function KindIcon({ kind }: { kind: Kind | 'trigger' }) {
  const Icon = icons[kind]
  return <span className={`y-playbooks-icon y-playbooks-icon-${sorts[kind]}`} aria-hidden="true"><Icon /></span>
}
