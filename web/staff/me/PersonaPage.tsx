import { api, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { useSend } from '../ui/sending'
import { Asked, Empty } from '../ui/states'
import { common } from '../ui/words'

const said = texts({
  title: ['我的人设', 'My persona'], none: ['还没有人设', 'No persona yet'], noneWhy: ['管理员为你设定后，这里会写明头像、昵称、说话方式和朋友圈内容。', 'Once your administrator gives you one, it says what picture, name and tone to use, and what to post.'],
  nameStyle: ['昵称', 'Name'], avatar: ['头像', 'Picture'], tone: ['语气', 'Tone'], introduction: ['自我介绍', 'Introduction'], story: ['故事', 'Story'], pillars: ['朋友圈内容', 'What to post'], do: ['要做', 'Do'], doNot: ['不要', 'Do not'],
})

/** How the member appears to customers. */
export function PersonaPage() {
  const t = useText(said)
  const c = useText(common)
  const sending = useSend()
  const q = api.useQuery('get', '/panel/persona', {}, { retry: false })
  if (q.error && problemOf(q.error).status === 404) return <Page title={t.title} parent="/me"><Empty icon="me" title={t.none}>{t.noneWhy}</Empty></Page>
  return (
    <Page title={t.title} parent="/me">
      <Asked of={q}>{({ sheet: s }) => (
        <>
          <section className="s-box"><h2>{s.name}</h2><dl className="s-facts s-facts-long">{([[t.nameStyle, s.name_style], [t.avatar, s.avatar], [t.tone, s.tone]] as const).filter(([, v]) => v).map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl></section>
          {s.introduction && <section className="s-box"><div className="s-box-head"><h2>{t.introduction}</h2><button type="button" className="s-text-button" onClick={() => void sending.copy(s.introduction)}><Icon name="copy" size={16} />{c.copy}</button></div><div className="s-script"><p>{s.introduction}</p></div></section>}
          {s.story && <section className="s-box"><h2>{t.story}</h2><p>{s.story}</p></section>}
          <Points title={t.pillars} of={s.pillars} icon="materials" />
          <Points title={t.do} of={s.do} icon="check" />
          <Points title={t.doNot} of={s.do_not} icon="close" />
        </>
      )}</Asked>
    </Page>
  )
}

function Points({ title, of, icon }: { title: string; of: string[] | null | undefined; icon: 'check' | 'close' | 'materials' }) {
  if (!of?.length) return null
  return <section className="s-box"><h2>{title}</h2><ul className={`s-points s-points-${icon}`}>{of.map((x) => <li key={x}><Icon name={icon} size={16} />{x}</li>)}</ul></section>
}
