import { api, type Schema } from '@shared/api/client'
import { exactly, isoDay, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Button, Collapse, Drawer } from 'antd'
import { Facts } from '../../ui/PageShell'
import { changesOf, linesOf } from './auditDetail'
import type { AuditNames } from './auditNames'
import { earlierOf, leaves } from './auditObjects'
import { AuditThing } from './AuditThing'
import { actionNames } from './auditWords'

type Entry = Schema<'AccessEntry'>

const said = texts({
  at: ['时间', 'When'], actor: ['操作者', 'Who'], object: ['对象', 'Object'], code: ['动作编码', 'Code'], id: ['记录编号', 'Entry'],
  detail: ['改了什么', 'What it says'], field: ['项目', 'Field'], was: [(at: string) => `之前（${at}）`, (at: string) => `Before (${at})`], is: ['现在', 'Now'], value: ['内容', 'Value'],
  nothing: ['这个动作没有更多内容。', 'There is no more to say about this action.'], none: ['–', '–'], changed: ['有变化', 'changed'], json: ['原始 JSON', 'JSON'],
  ofObject: ['这个对象的全部记录', 'All about this object'], ofActor: ['此人的全部操作', 'All by this actor'],
})

/** One entry in full: who, what, and the values before and after. */
export function AuditEntry({ entry, names, onClose, onOnly }: { entry: Entry; names: AuditNames; onClose: () => void; onOnly: (only: { object?: string; actor?: string }) => void }) {
  const t = useText(said)
  const actions = useText(actionNames)
  const near = api.useQuery('get', '/audit', { params: { query: { object: entry.object, to: isoDay(entry.at), limit: 200 } } }, { enabled: leaves(entry.action) && entry.object !== '', retry: false })
  const earlier = earlierOf(entry, near.data?.items ?? [])
  const lines = changesOf(earlier && linesOf(earlier.detail, names.name), linesOf(entry.detail, names.name))
  const who = names.actor(entry.actor)
  return (
    <Drawer
      open onClose={onClose} title={named(actions, entry.action)} size={600}
      footer={(
        <div className="y-rowline">
          {entry.object && <Button onClick={() => onOnly({ object: entry.object })}>{t.ofObject}</Button>}
          <Button onClick={() => onOnly({ actor: entry.actor })}>{t.ofActor}</Button>
        </div>
      )}
    >
      <Facts items={[
        [t.at, exactly(entry.at)],
        [t.actor, <span key="w">{who.name} <small className="y-faint">{names.kinds[who.kind]}</small></span>],
        entry.object !== '' && [t.object, <AuditThing key="o" entry={entry} names={names} />],
        [t.code, <code key="c">{entry.action}</code>],
      ]} />
      <h3 className="y-audit-head">{t.detail}</h3>
      {lines.length === 0 ? <p className="y-faint">{t.nothing}</p> : (
        <table className="y-audit-lines">
          <thead><tr><th scope="col">{t.field}</th>{earlier && <th scope="col">{t.was(when(earlier.at))}</th>}<th scope="col">{earlier ? t.is : t.value}</th></tr></thead>
          <tbody>
            {lines.map((l) => (
              <tr key={l.key} className={l.changed ? 'y-audit-changed' : undefined}>
                <th scope="row">{l.label}{l.changed && <span className="y-audit-mark" role="img" aria-label={t.changed} />}</th>
                {earlier && <td>{l.was ?? t.none}</td>}
                <td>{l.is ?? t.none}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Collapse
        ghost className="y-audit-json" items={[{
          key: 'json', label: t.json, children: <pre className="y-json" tabIndex={0}>{JSON.stringify(entry, null, 2)}</pre>,
        }]}
      />
    </Drawer>
  )
}
