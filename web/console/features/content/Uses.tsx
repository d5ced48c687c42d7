import type { Schema } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Card } from '../../ui/PageShell'
import { placeOf, useWords } from './words'

const said = texts({
  title: ['哪里在用', 'Used by'],
  none: ['还没有旅程或群发用到它。员工仍可从侧边栏取用已发布的版本。', 'No playbook or send uses it. Staff can still take what is in use from the side panel.'],
})

/** What uses a material. */
export function Uses({ uses }: { uses: readonly Schema<'LibraryUsage'>[] }) {
  const t = useText(said)
  const u = useText(useWords)
  return (
    <Card title={t.title}>
      {uses.length === 0 ? <p className="y-faint y-content-note">{t.none}</p> : (
        <ul className="y-people">
          {uses.map((x) => {
            const to = placeOf(x.kind, x.id)
            return <li key={x.kind + x.id}>{to ? <Link to={to}>{x.name || x.id}</Link> : <span>{x.name || x.id}</span>}<small>{named(u, x.kind)}</small></li>
          })}
        </ul>
      )}
    </Card>
  )
}
