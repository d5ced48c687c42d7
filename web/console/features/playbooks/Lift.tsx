import { api, type Schema } from '@shared/api/client'
import { money, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Tooltip } from 'antd'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import { docOf, type Playbook } from './data'

type Short = Schema<'ExperimentLift'>

const said = texts({
  no: ['没有对照组', 'No holdout'],
  noHelp: ['编辑草稿，在“目标与限制”里设全程对照组，或加一个“对照组”步骤，发布后就能算出增量。', 'Set a holdout under goal and limits, or add a holdout step, and publish: then it is measured.'],
  interval: [(a: string, b: string) => `${a} 至 ${b}`, (a: string, b: string) => `${a} to ${b}`],
  few: ['人数太少，还没有区间', 'Too few for an interval'],
  detail: [(treated: string, control: string, at: string) => `触达组 ${treated} 人，对照组 ${control} 人（已满观察期）；${at} 计算`, (treated: string, control: string, at: string) => `${treated} mature customers treated, ${control} in the control; as of ${at}`],
  uneven: ['两组人数和计划的比例不符，先查原因。', 'The arms do not have the planned sizes: look for the cause first.'],
})

const whys = texts({
  nobody: ['还没有人进入', 'Nobody yet'],
  not_mature: ['观察期未满', 'Not mature yet'],
  pending: ['计算中…', 'Computing…'],
})

/** What playbooks with a control group bring, by playbook; asked again while some are still computed. */
export function useLifts() {
  const may = useMay()
  const isShown = may('experiments.read')
  const asked = api.useQuery('get', '/playbooks/lifts', {}, {
    enabled: isShown, staleTime: 60_000, refetchInterval: (q) => (q.state.data?.items.some((l) => l.experiment.why === 'pending') ? 2000 : false),
  })
  const by = useMemo(() => new Map(asked.data?.items.map((l) => [l.playbook, l.experiment])), [asked.data])
  return { by, isShown, isReady: asked.isSuccess }
}

/** The incremental revenue of a playbook with its interval, or why there is none. */
export function Lift({ book, lift, isReady }: { book: Playbook; lift?: Short; isReady: boolean }) {
  const t = useText(said)
  const why = useText(whys)
  if (book.version === 0 || !isReady || (docOf(book.definition).subject ?? 'customer') !== 'customer') return <>–</>
  if (!lift) return <Tooltip title={t.noHelp}><span className="y-faint" tabIndex={0}>{t.no}</span></Tooltip>
  const page = `/experiments/${lift.id}` as string
  const { incremental_revenue: sum } = lift
  if (!sum) return <Link to={page} className="y-playbooks-why">{named(why, lift.why)}</Link>
  const { low, high } = sum
  const tone = low !== undefined && low > 0 ? 'y-tone-good' : high !== undefined && high < 0 ? 'y-tone-bad' : undefined
  return (
    <Tooltip title={<>{t.detail(num(sum.treated), num(lift.control_customers), when(lift.as_of))}{lift.warned && <><br />{t.uneven}</>}</>}>
      <span className="y-playbooks-name">
        <Link to={page} className={tone}>{sum.amount > 0 ? '+' : ''}{money(sum.amount, lift.currency, 0)}{lift.warned && ' ⚠'}</Link>
        <small>{low !== undefined && high !== undefined ? t.interval(money(low, lift.currency, 0), money(high, lift.currency, 0)) : t.few}</small>
      </span>
    </Tooltip>
  )
}
