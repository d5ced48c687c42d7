import { num, pct } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Stat } from '../../ui/PageShell'
import { useReach } from './usePreview'
import { channelWords } from '../../ui/words/touch'

const said = texts({
  reachable: ['可触达', 'Can be written to'], hint: ['至少有一个渠道能发：有地址、已同意、不在对照组、额度没用完。', 'By one channel at least: with an address, with consent, not held out, quota left.'],
  note: [(p: string) => `占人群 ${p}`, (p: string) => `${p} of them`],
})

/** How many of an audience can be written to, in all and by channel. */
export function ReachStats({ id, count }: { id: string; count: number }) {
  const t = useText(said)
  const c = useText(channelWords)
  const reach = useReach({ audience: id })
  if (!reach.data) return null
  const share = (n: number) => (count > 0 ? t.note(pct(n / count)) : undefined)
  return (
    <>
      <Stat label={t.reachable} hint={t.hint} value={num(reach.data.reachable)} note={share(reach.data.reachable)} />
      {reach.data.channels.filter((x) => x.address > 0).map((x) => <Stat key={x.channel} label={named(c, x.channel)} value={num(x.reachable)} note={share(x.reachable)} />)}
    </>
  )
}
