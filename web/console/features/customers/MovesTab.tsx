import { api, byCursor } from '@shared/api/client'
import { when } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { Button } from 'antd'
import { State } from '../../ui/PageShell'
import { kindLabel, stageLabel } from '../../ui/rule/labels'
import { Asked } from '../../ui/states'
import { channelName } from './words'

const said = texts({
  moves: ['阶段与等级变化', 'Moves of stages and tiers'], noMoves: ['没有变化记录', 'No moves yet'], begins: ['进入', 'starts at'], none: ['无', 'none'], more: ['加载更多', 'Load more'], consents: ['授权记录', 'Consents'], noConsents: ['没有授权记录：按品牌的默认规则处理', 'No consent on record: the brand’s default applies'],
  given: ['同意', 'Agreed'], withdrawn: ['拒绝', 'Refused'], counts: ['现行', 'in force'], from: [(s: string) => `来自 ${s}`, (s: string) => `told by ${s}`],
})

/** How stage and tier moved, and what the customer agreed to. */
export function MovesTab({ id }: { id: string }) {
  const t = useText(said)
  const lang = useLang()
  const moves = api.useInfiniteQuery('get', '/customers/{id}/levels', { params: { path: { id } } }, byCursor)
  const consents = api.useQuery('get', '/customers/{id}/consents', { params: { path: { id } } })
  const name = (kind: string, level: string) => (level === '' ? t.none : kind === 'tier' ? level : stageLabel(level, lang))
  return (
    <div className="y-stack">
      <section>
        <h3 className="y-h3">{t.moves}</h3>
        <Asked query={{ ...moves, data: moves.data?.pages.flatMap((p) => p.items) }} rows={3}>
          {(all) => (
            <ul className="y-customers-list">
              {all.length === 0 && <li className="y-faint">{t.noMoves}</li>}
              {all.map((m, i) => <li key={m.at + m.kind + String(i)}><span>{kindLabel(m.kind, lang)}：{m.from ? `${name(m.kind, m.from)} → ` : `${t.begins} `}<b>{name(m.kind, m.to)}</b>{m.customer !== id && <small className="y-mono">{m.customer}</small>}</span><time className="y-faint">{when(m.at)}</time></li>)}
            </ul>
          )}
        </Asked>
        {moves.hasNextPage && <Button block loading={moves.isFetchingNextPage} onClick={() => void moves.fetchNextPage()}>{t.more}</Button>}
      </section>
      <section>
        <h3 className="y-h3">{t.consents}</h3>
        <Asked query={consents} rows={2}>
          {(p) => (
            <ul className="y-customers-list">
              {p.items.length === 0 && <li className="y-faint">{t.noConsents}</li>}
              {p.items.map((x) => <li key={x.event}><span><State tone={x.given ? 'good' : 'bad'}>{x.given ? t.given : t.withdrawn}</State> {channelName(x.channel, lang)}{x.counts && <b className="y-customers-mark" style={{ marginLeft: 8 }}>{t.counts}</b>}<small>{x.source && t.from(x.source)}</small></span><time className="y-faint">{when(x.at)}</time></li>)}
            </ul>
          )}
        </Asked>
      </section>
    </div>
  )
}
