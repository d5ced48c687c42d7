import { api, byCursor, type Schema } from '@shared/api/client'
import { day, num, pct } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { PageShell, State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { useExperimentName } from '../../ui/experimentName'
import { PowerDrawer } from './PowerDrawer'
import { verdictOf } from './reading'
import { armWords, eventWords, kindWords } from './words'

const said = texts({
  title: ['实验', 'Experiments'], lead: ['每位客户随机只在一组，之后由订单说话。结论任何时候看都有效，不会因为天天看而误判。', 'Each customer is in one arm by lot; then orders decide. Results hold however often you look.'], plan: ['需要多少客户', 'How many customers'], name: ['实验', 'Experiment'], kind: ['类型', 'Kind'],
  arms: ['各组人数', 'Arms'], by: ['看什么', 'Measured by'], within: [(e: string, d: string) => `${d} 天内 ${e}`, (e: string, d: string) => `${e} in ${d} days`], begin: ['开始', 'Began'], state: ['状态', 'State'], running: ['进行中', 'Running'], stopped: ['已停止入组', 'Enrolment ended'], decided: ['已决定', 'Decided'], waits: ['等首位客户', 'Nobody yet'],
  result: ['转化提升', 'Lift of conversion'], check: ['分流检查', 'Split check'], ok: ['正常', 'As planned'], warning: ['偏差', 'Uneven'], mismatch: ['异常', 'Mismatch'], early: ['还没有结论', 'Too early'], up: ['更高', 'Higher'], down: ['更低', 'Lower'], same: ['看不出差别', 'No difference'],
  none: ['还没有实验', 'No experiments yet'], about: ['SOP 里的对照组、A/B 分流、消息版本，以及群发的 A/B 和对照组会自动成为实验。', 'Control groups, splits and variants of playbooks and mass sends become experiments by themselves.'], playbooks: ['去 SOP', 'Playbooks'],
})

const route = getRouteApi('/shell/experiments')
type Info = Schema<'ExperimentInfo'>

/** All experiments with what they show so far. */
export function ExperimentsPage() {
  const t = useText(said)
  const kinds = useText(kindWords)
  const arms = useText(armWords)
  const events = useText(eventWords)
  const { plan } = route.useSearch()
  const go = route.useNavigate()
  const list = api.useInfiniteQuery('get', '/experiments', { params: { query: { limit: 50 } } }, byCursor)
  return (
    <PageShell title={t.title} lead={t.lead} fill actions={<Button onClick={() => void go({ search: { plan: true } })}>{t.plan}</Button>}>
      <QueryTable
        id="experiments" label={t.title} query={list} rowKey="id" onOpen={(x) => void go({ to: '/experiments/$id', params: { id: x.id } } as never)} empty={<Empty title={t.none} action={<Link to="/playbooks"><Button>{t.playbooks}</Button></Link>}>{t.about}</Empty>}
        columns={[
          { key: 'name', title: t.name, width: 290, always: true, render: (_, x) => <Name info={x} /> }, { key: 'kind', title: t.kind, width: 110, hidden: true, render: (_, x) => named(kinds, x.kind) },
          { key: 'state', title: t.state, width: 130, render: (_, x) => (x.decision ? <State tone="good">{t.decided}</State> : x.stopped_at ? <State tone="quiet">{t.stopped}</State> : x.started_at ? <State tone="live">{t.running}</State> : <State tone="quiet">{t.waits}</State>) },
          { key: 'arms', title: t.arms, width: 215, render: (_, x) => x.arms.map((a) => `${named(arms, a.name)} ${num(a.records)}`).join(' · ') }, { key: 'result', title: t.result, width: 160, render: (_, x) => <Result info={x} /> }, { key: 'check', title: t.check, width: 115, render: (_, x) => <Check info={x} /> },
          { key: 'by', title: t.by, width: 190, hidden: true, render: (_, x) => t.within(named(events, x.settings.event), num(x.settings.horizon_days)) }, { key: 'begin', title: t.begin, width: 110, render: (_, x) => day(x.started_at) },
        ]}
      />
      {plan && <PowerDrawer onClose={() => void go({ search: {}, replace: true })} />}
    </PageShell>
  )
}

function Name({ info: x }: { info: Info }) {
  return <Link to={`/experiments/${x.id}` as string} title={x.name}>{useExperimentName(x.name)}</Link>
}

const useOutcome = (x: Info) => api.useQuery('get', '/experiments/{experiment}', { params: { path: { experiment: x.id } } }, { enabled: Boolean(x.started_at), staleTime: 120_000 })

function Result({ info: x }: { info: Info }) {
  const t = useText(said)
  const r = useOutcome(x)
  if (!x.started_at) return <span className="y-faint">–</span>
  const best = r.data?.comparisons[0]
  if (!best) return null
  const v = verdictOf(best.conversion)
  const tone = { up: 'good', down: 'bad', same: 'quiet', early: 'quiet' } as const
  return <><State tone={tone[v]}>{t[v]}</State>{best.conversion.lift !== undefined && v !== 'early' && <> {best.conversion.lift > 0 ? '+' : ''}{pct(best.conversion.lift)}</>}</>
}

function Check({ info: x }: { info: Info }) {
  const t = useText(said)
  const split = useOutcome(x).data?.split
  if (!split) return <span className="y-faint">–</span>
  return <State tone={split.verdict === 'ok' ? 'good' : split.verdict === 'warning' ? 'warn' : 'bad'}>{t[split.verdict]}</State>
}
