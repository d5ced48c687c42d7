import { texts, useText } from '@shared/i18n'
import { Tooltip } from 'antd'
import { State } from '../../ui/PageShell'
import type { Material } from './message'
import { stateWords, tones } from './words'

const said = texts({
  version: [(n: number) => `第 ${n} 版`, (n: number) => `v${n}`],
  inUse: [(n: number) => `第 ${n} 版使用中`, (n: number) => `v${n} in use`],
  newer: [(n: number, state: string) => `另有第 ${n} 版：${state}`, (n: number, state: string) => `and v${n}: ${state}`],
  expired: ['已过期', 'Expired'],
})

/** The state of a material: what is in use, and what a newer version waits for. */
export function StateOf({ material: m, brief }: { material: Material; brief?: boolean }) {
  const t = useText(said)
  const s = useText(stateWords)
  const newest = m.version?.state
  if (m.expires_at && new Date(m.expires_at).getTime() < Date.now()) return <State tone="warn">{t.expired}</State>
  if (m.approved === 0) return newest ? <State tone={tones[newest]}>{s[newest]}</State> : <span className="y-faint">{t.version(m.latest)}</span>
  const more = m.latest > m.approved && newest ? t.newer(m.latest, s[newest]) : undefined
  return (
    <span className="y-rowline y-content-states">
      <State tone="good">{t.inUse(m.approved)}</State>
      {more && newest && (brief ? <Tooltip title={more}><span tabIndex={0}><State tone={tones[newest]}>{s[newest]}</State></span></Tooltip> : <State tone={tones[newest]}>{more}</State>)}
    </span>
  )
}
