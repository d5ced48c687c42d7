import { lazy, Suspense } from 'react'
import { texts, useText } from '@shared/i18n'
import { Tabs } from 'antd-mobile'
import type { Customer } from '../types'
import { NextPart } from './NextPart'
import { OrdersPart } from './OrdersPart'
import { ProfilePart } from './ProfilePart'
import { TimelinePart } from './TimelinePart'
import { Loading } from '../ui/states'

const Library = lazy(() => import('../library/Library').then((m) => ({ default: m.Library })))

const said = texts({ next: ['下一步', 'Next'], profile: ['画像', 'Profile'], timeline: ['时间线', 'Timeline'], orders: ['订单', 'Orders'], scripts: ['话术', 'Scripts'] })

/** The parts of a customer's page. */
export function CustomerParts({ of: c, part, onPart }: { of: Customer; part: string; onPart: (part: string) => void }) {
  const t = useText(said)
  return (
    <>
      <Tabs activeKey={part} onChange={onPart} className="s-parts" stretch>
        <Tabs.Tab key="next" title={t.next} /><Tabs.Tab key="profile" title={t.profile} /><Tabs.Tab key="timeline" title={t.timeline} /><Tabs.Tab key="orders" title={t.orders} /><Tabs.Tab key="scripts" title={t.scripts} />
      </Tabs>
      {part === 'next' && <NextPart of={c} />}
      {part === 'profile' && <ProfilePart of={c} />}
      {part === 'timeline' && <TimelinePart of={c} />}
      {part === 'orders' && <OrdersPart of={c} />}
      {part === 'scripts' && <Suspense fallback={<Loading />}><Library space="scripts" customer={c.external_userid} /></Suspense>}
    </>
  )
}
