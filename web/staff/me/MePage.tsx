import { api } from '@shared/api/client'
import { num } from '@shared/format'
import { setLang, texts, useLang, useText } from '@shared/i18n'
import { useMe } from '../tasks/acts'
import { Face } from '../ui/bits'
import { Icon, type IconName } from '../ui/icons'
import { Link, Page } from '../ui/Page'
import { useAround } from '../ui/sending'

const said = texts({
  title: ['我的', 'Me'], persona: ['我的人设', 'My persona'], personaWhy: ['头像、昵称、自我介绍、朋友圈怎么发', 'Picture, name, introduction, what to post'], audits: ['装修检查', 'Audits'], auditsOpen: [(n: string) => `${n} 项待检查`, (n: string) => `${n} to check`], auditsNone: ['账号、群、活动的布置检查', 'How account, group and campaign are set up'],
  team: ['团队任务', 'My team'], teamWhy: ['成员的进度与转交', 'How far members are; hand over'], language: ['语言', 'Language'], inWeCom: ['已连接企业微信，可以一键发送', 'Connected to WeCom: sends with one tap'], outside: ['不在企业微信里：点发送会改为复制', 'Outside of WeCom: sending copies instead'],
})

/** The member: persona, audits, team, language. */
export function MePage() {
  const t = useText(said)
  const lang = useLang()
  const me = useMe()
  const { sdk, ready } = useAround()
  const audits = api.useQuery('get', '/panel/audits', { params: { query: { state: 'open', limit: 50 } } })
  const open = audits.data?.items?.length ?? 0
  const rows: [string, IconName, string, string][] = [
    ['/me/persona', 'me', t.persona, t.personaWhy],
    ['/me/audits', 'camera', t.audits, open > 0 ? t.auditsOpen(num(open)) : t.auditsNone],
    ...(me?.leads ? [['/tasks/team', 'team', t.team, t.teamWhy] as [string, IconName, string, string]] : []),
  ]
  return (
    <Page title={t.title}>
      <section className="s-box s-who">
        <Face name={me?.name ?? ''} of={me?.staff ?? ''} />
        <div className="s-grow"><b className="s-name">{me?.name}</b><p className="s-faint">{ready && (sdk ? t.inWeCom : t.outside)}</p></div>
      </section>
      <ul className="s-rows">{rows.map(([to, icon, title, why]) => (
        <li key={to}><Link to={to} className="s-who"><span className="s-row-icon"><Icon name={icon} /></span><span className="s-grow"><b>{title}</b><span className="s-faint">{why}</span></span><Icon name="next" size={18} /></Link></li>
      ))}</ul>
      <section className="s-box s-pile-line">
        <b id="lang">{t.language}</b>
        <span className="s-filters" role="group" aria-labelledby="lang">
          <button type="button" lang="zh-CN" aria-pressed={lang === 'zh-CN'} onClick={() => setLang('zh-CN')}>中文</button>
          <button type="button" lang="en" aria-pressed={lang === 'en-US'} onClick={() => setLang('en-US')}>English</button>
        </span>
      </section>
    </Page>
  )
}
