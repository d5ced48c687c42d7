import { api, call, type Schema } from '@shared/api/client'
import { isoDay, num, pct, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Button } from 'antd'
import { DaySpan } from '../../ui/DaySpan'
import { useDrill } from '../../ui/Drill'
import { Card, Stat } from '../../ui/PageShell'
import { Asked, Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { sift } from './kit'
import { customersOf, next, offset } from './people'
import { reasons } from './welcomeWords'

type Entry = Schema<'WelcomeEntry'>

const said = texts({
  title: ['发送效果', 'Figures'],
  sent: ['已发送', 'Sent'],
  sentHint: ['企业微信确认发出的欢迎语', 'Greetings that WeCom took'],
  missed: ['错过', 'Missed'],
  missedHint: ['平台只给 20 秒和一次机会，没赶上或被别的应用抢先', 'The platform gives 20 seconds and one try'],
  failed: ['失败', 'Failed'],
  fallback: ['只发了文字', 'Text alone'],
  fallbackHint: ['附件被拒或未就绪，略去后发送', 'Some or all attachments were left out'],
  p50: ['一半快于', 'Half within'],
  p99: ['99% 快于', '99% within'],
  latencyHint: ['从收到回调到调用接口', 'From the callback to the call'],
  ms: [(n: string) => `${n} 毫秒`, (n: string) => `${n} ms`],
  why: ['为什么没有被欢迎', 'Why some were not greeted'],
  all: ['所有新客户都收到了欢迎语', 'Everybody was greeted'],
  none: ['这段时间没有新客户', 'No new contacts in these days'],
  noneText: ['换一段时间看看。', 'Choose other days.'],
})

/** How many were greeted, how fast, and why the others were not. */
export function WelcomeFigures({ corp, from, to, set }: { corp: string; from?: string; to?: string; set: (span: { from?: string; to?: string }) => void }) {
  const t = useText(said)
  const r = useText(reasons)
  const drill = useDrill()
  const name = useStaffName(corp)
  const first = from ?? isoDay(Date.now() - 29 * 86_400_000)
  const last = to ?? isoDay(Date.now())
  const span = { from: `${first}T00:00:00${offset(first)}`, to: next(last) }
  const stats = api.useQuery('get', '/welcome/stats', { params: { query: { corp, ...span } } }, { placeholderData: (old) => old })
  const open = (title: string, outcome: Entry['outcome'], keep: (x: Entry) => boolean = () => true) => drill({
    key: ['welcome', corp, outcome, title, first, last], title,
    list: async (cursor, signal) => {
      const page = await sift<Entry, Entry>((at) => call.GET('/welcome/ledger', { params: { query: { corp, outcome, cursor: at, limit: 50 } }, signal }), cursor, (x) => isoDay(x.received_at) >= first && isoDay(x.received_at) <= last && keep(x), (x) => x)
      return { items: await customersOf(page.items, (x) => `${name(x.staff)} · ${when(x.received_at)}`, signal), next: page.next }
    },
  })
  return (
    <Card title={t.title} extra={<DaySpan value={{ from: first, to: last }} onChange={set} />}>
      <Asked query={stats}>
        {(v) => {
          const sum = (by: Record<string, number> | undefined) => Object.values(by ?? {}).reduce((a, b) => a + b, 0)
          const [missed, failed] = [sum(v.missed), sum(v.failed)]
          const all = v.sent + missed + failed
          const rows = [...Object.entries(v.missed ?? {}).map(([k, n]) => ['missed', k, n] as const), ...Object.entries(v.failed ?? {}).map(([k, n]) => ['failed', k, n] as const)].sort((a, b) => b[2] - a[2])
          if (all === 0) return <Empty title={t.none}>{t.noneText}</Empty>
          return (
            <div className="y-stack">
              <div className="y-stats">
                <Stat label={t.sent} hint={t.sentHint} value={num(v.sent)} note={pct(v.sent / all)} onOpen={() => open(t.sent, 'sent')} />
                <Stat label={t.missed} hint={t.missedHint} value={num(missed)} note={pct(missed / all)} onOpen={missed ? () => open(t.missed, 'missed') : undefined} />
                <Stat label={t.failed} value={num(failed)} note={pct(failed / all)} onOpen={failed ? () => open(t.failed, 'failed') : undefined} />
                <Stat label={t.fallback} hint={t.fallbackHint} value={num(v.fallback)} onOpen={v.fallback ? () => open(t.fallback, 'sent', (x) => x.fallback) : undefined} />
                <Stat label={t.p50} hint={t.latencyHint} value={t.ms(num(v.p50_ms))} />
                <Stat label={t.p99} hint={t.latencyHint} value={t.ms(num(v.p99_ms))} />
              </div>
              <div>
                <b>{t.why}</b>
                {rows.length === 0 ? <p className="y-tone-good">{t.all}</p> : (
                  <ul className="y-acquire-reasons" style={{ marginTop: 10 }}>
                    {rows.map(([outcome, reason, n]) => (
                      <li key={outcome + reason}>
                        <div><span>{named(r, reason)}</span><Button type="link" className="y-number" onClick={() => open(named(r, reason), outcome, (x) => x.reason === reason)}>{num(n)}</Button></div>
                        <i style={{ width: `${(n / all) * 100}%` }} />
                      </li>
                    ))}
                  </ul>
                )}
              </div>
            </div>
          )
        }}
      </Asked>
    </Card>
  )
}
