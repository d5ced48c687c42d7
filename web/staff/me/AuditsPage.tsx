import { api } from '@shared/api/client'
import { day } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Bar, Chip } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Link, Page } from '../ui/Page'
import { Asked, Empty } from '../ui/states'

const said = texts({
  title: ['装修检查', 'Audits'], none: ['没有检查', 'No audits'], noneWhy: ['管理员发起账号、群或活动的检查后，你在这里逐项回答并拍照。', 'When your administrator asks how an account, group or campaign is set up, you answer here, with photos.'],
  due: [(d: string) => `${d} 前完成`, (d: string) => `until ${d}`], score: [(n: number) => `${n}% 达标`, (n: number) => `${n}% in order`], of: [(d: number, n: number) => `${d} / ${n} 项`, (d: number, n: number) => `${d} of ${n}`],
})

/** The member's audits. */
export function AuditsPage() {
  const t = useText(said)
  const q = api.useQuery('get', '/panel/audits', { params: { query: { limit: 50 } } })
  return (
    <Page title={t.title} parent="/me">
      <Asked of={q}>{({ items }) => (
        <>
          {items?.length === 0 && <Empty icon="camera" title={t.none}>{t.noneWhy}</Empty>}
          <ul className="s-list">{items?.map((a) => {
            const total = a.items?.length ?? 0
            const done = Object.keys(a.answers).length
            return (
              <li key={a.id}><Link to={`/me/audits/${a.id}`} className={a.state === 'done' ? 's-pile s-pile-done' : 's-pile'}>
                <span className="s-pile-top"><b>{a.name}</b><Icon name="next" size={18} /></span>
                <span className="s-pile-line"><span>{t.of(done, total)}</span>{a.score !== undefined ? <Chip tone={a.score >= 80 ? 'good' : 'warn'}>{t.score(a.score)}</Chip> : <span className="s-faint">{t.due(day(a.due_at))}</span>}</span>
                <Bar done={done} of={total} />
              </Link></li>
            )
          })}</ul>
        </>
      )}</Asked>
    </Page>
  )
}
