import type { Schema } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { State } from '../../ui/PageShell'
import type { NameOf } from './say'
import { changeWords } from './words'

const said = texts({ whole: ['整条 SOP', 'The playbook'], none: ['没有差别', 'No difference'] })

const tones = { added: 'good', removed: 'bad', changed: 'live', moved: 'warn' } as const

const text = (v: unknown) => (typeof v === 'string' ? v : JSON.stringify(v, null, 1))

/** Differences between two versions, by step. */
export function Changes({ items, nameOf }: { items: readonly Schema<'FlowChange'>[]; nameOf: NameOf }) {
  const t = useText(said)
  const words = useText(changeWords)
  if (items.length === 0) return <p className="y-faint">{t.none}</p>
  return (
    <ul className="y-playbooks-changes">
      {items.map((c, i) => (
        <li key={i}>
          <State tone={tones[c.what]}>{named(words, c.what)}</State> <b>{c.step ? nameOf('step', c.step) : t.whole}</b> {c.path && <code>{c.path}</code>}
          {c.from !== undefined && <del>{text(c.from)}</del>}
          {c.to !== undefined && <ins>{text(c.to)}</ins>}
        </li>
      ))}
    </ul>
  )
}
