import { texts, useText } from '@shared/i18n'
import { useNavigate } from '@tanstack/react-router'
import { Tabs } from 'antd'

const said = texts({
  groups: ['客户群', 'Groups'],
  codes: ['入群活码', 'Join codes'],
  duplicates: ['重复入群', 'In several groups'],
  figures: ['数据统计', 'Statistics'],
  welcome: ['入群欢迎语', 'Group welcome'],
})

/** The pages about customer groups, side by side. */
export function GroupTabs({ at }: { at: keyof typeof said }) {
  const t = useText(said)
  const go = useNavigate()
  const to = (k: string) => void go(k === 'codes' ? { to: '/groups/codes' as string } : { to: '/groups' as string, search: (k === 'groups' ? {} : { tab: k }) as never })
  return <Tabs activeKey={at} onChange={to} items={(['groups', 'codes', 'duplicates', 'figures', 'welcome'] as const).map((k) => ({ key: k, label: t[k] }))} />
}
