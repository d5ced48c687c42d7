import { type Schema } from '@shared/api/client'
import { when } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { Button } from 'antd'
import { useState } from 'react'
import { Hint, State } from '../../ui/PageShell'
import { Who } from '../../ui/Who'
import { MergeDrawer } from './MergeDrawer'
import { conflictAdvice, conflictReasons, typeName } from './words'

const said = texts({ and: ['和', 'and'], nobody: ['未归属', 'nobody'], compare: ['对比', 'Compare'], resolved: ['已合并', 'One now'], over: [(x: string) => `受限的是 ${x}`, (x: string) => `the limit of ${x}`] })

/** Links that were seen and not made, each with its reason and both sides. */
export function ConflictList({ items }: { items: readonly Schema<'IdentityConflict'>[] }) {
  const t = useText(said)
  const lang = useLang()
  const reasons = useText(conflictReasons)
  const advice = useText(conflictAdvice)
  const [pair, setPair] = useState<[string, string]>()
  return (
    <>
      <ul className="y-customers-list y-customers-inline">
        {items.map((x) => (
          <li key={x.id}>
            <span>
              {x.customer_id ? <Who id={x.customer_id} /> : t.nobody} {t.and} {x.other_id ? <Who id={x.other_id} /> : t.nobody}
              <small>{named(reasons, x.reason)} <Hint>{named(advice, x.reason)}</Hint> · {typeName(x.type, lang)} <span className="y-customers-mono">{x.value}</span>{x.over_type && ` · ${t.over(typeName(x.over_type, lang))}`} · {when(x.at)}</small>
            </span>
            {x.resolved ? <State tone="good">{t.resolved}</State> : x.customer_id && x.other_id && <Button size="small" onClick={() => setPair([x.customer_id ?? '', x.other_id ?? ''])}>{t.compare}</Button>}
          </li>
        ))}
      </ul>
      {pair && <MergeDrawer a={pair[0]} b={pair[1]} onClose={() => setPair(undefined)} />}
    </>
  )
}
