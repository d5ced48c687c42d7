import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Segmented, Select, Tooltip } from 'antd'
import { FilterBar } from '../../ui/FilterBar'
import { PageShell, State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty, NoMatch } from '../../ui/states'
import { useNameOf } from './data'
import { SopDrawer } from './SopDrawer'
import { aimWords, eventWords, industryWords, subjectWords } from './words'
import './playbooks.css'

const said = texts({
  title: ['SOP 模板库', 'Template library'],
  lead: ['现成的打法，按行业写好话术和节奏。装好是草稿，读一遍、改一改再发布。', 'Ready playbooks with texts and rhythm for your industry. Installing makes a draft: read it, change it, publish it.'],
  library: ['模板', 'Templates'],
  installed: ['已安装', 'Installed'],
  industry: ['行业', 'Industry'],
  goal: ['用途', 'For'],
  anyGoal: ['全部用途', 'All'],
  ready: ['可直接安装', 'Ready'],
  lacks: [(s: string) => `还缺：${s}`, (s: string) => `Lacks: ${s}`],
  name: ['SOP', 'Playbook'],
  template: ['模板', 'Template'],
  at: ['安装', 'Installed'],
  version: ['模板版本', 'Version'],
  newer: [(v: string) => `有新版 v${v}`, (v: string) => `v${v} is there`],
  none: ['还没有安装过模板', 'Nothing installed yet'],
  start: ['从哪里开始：新客 7 天承接 + 售后关怀 → 下单未付或首单转化 → 复购提醒。', 'Where to begin: new contact and after-sale, then unpaid order or first purchase, then repurchase.'],
})

/** What a ready playbook needs, in words. */
export function needName(need: Schema<'SopNeed'>, events: Record<string, unknown>): string {
  return need.kind === 'event' ? named(events, need.name) : need.name
}

/** The library of ready playbooks. */
export function SopPage() {
  const t = useText(said)
  const aims = useText(aimWords)
  const industries = useText(industryWords)
  const subjects = useText(subjectWords)
  const events = useText(eventWords)
  const lang = useLang()
  const go = useNavigate()
  const search = useSearch({ from: '/shell/sop' })
  const industry = (search.industry ?? 'beauty') as 'beauty'
  const list = api.useQuery('get', '/sop', { params: { query: { industry, goal: search.goal as 'care' | undefined, lang: lang === 'zh-CN' ? 'zh-CN' : 'en' } } })
  const set = (part: Partial<typeof search>) => void go({ to: '/sop', search: { ...search, ...part }, replace: true })
  return (
    <PageShell title={t.title} lead={t.lead}>
      <FilterBar>
        <Segmented value={search.tab ?? 'library'} onChange={(v) => set({ tab: v === 'installed' ? 'installed' : undefined })} options={[{ value: 'library', label: t.library }, { value: 'installed', label: t.installed }]} />
        {search.tab !== 'installed' && (
          <>
            <Segmented aria-label={t.industry} value={industry} onChange={(v) => set({ industry: v })} options={Object.entries(industries).map(([value, label]) => ({ value, label }))} />
            <Select allowClear aria-label={t.goal} placeholder={t.anyGoal} style={{ width: 160 }} value={search.goal} onChange={(goal?: string) => set({ goal })} options={Object.entries(aims).map(([value, label]) => ({ value, label }))} />
          </>
        )}
      </FilterBar>
      {search.tab === 'installed' ? <InstalledList /> : (
        <Asked query={list}>{({ items }) => (items.length === 0 ? <NoMatch onClear={() => set({ goal: undefined })} /> : (
          <>
            <p className="y-faint">{t.start}</p>
            <div className="y-playbooks-sops">
              {items.map((e) => {
                const lacks = e.needs.filter((n) => !n.has)
                return (
                  <button key={e.key} type="button" className="y-playbooks-sop" onClick={() => set({ open: e.key })}>
                    <header><b>{e.name}</b>{e.ready ? <State tone="good">{t.ready}</State> : <State tone="warn">{t.lacks(lacks.map((n) => needName(n, events)).join('、'))}</State>}</header>
                    <p>{e.description}</p>
                    <footer><span>{named(aims, e.goal)} · {named(subjects, e.subject)}</span><span>{e.when}</span></footer>
                  </button>
                )
              })}
            </div>
          </>
        ))}</Asked>
      )}
      {search.open && <SopDrawer key={search.open + industry} id={search.open} industry={industry} onClose={() => set({ open: undefined })} />}
    </PageShell>
  )
}

type Installed = Schema<'SopInstalled'>

function InstalledList() {
  const t = useText(said)
  const industries = useText(industryWords)
  const nameOf = useNameOf()
  const query = api.useInfiniteQuery('get', '/sop/installed', {}, byCursor)
  const columns: Column<Installed>[] = [
    { key: 'name', title: t.name, width: 320, render: (_, i) => <Link to={`/playbooks/${i.playbook}` as string}>{nameOf('playbook', i.playbook)}</Link> },
    { key: 'key', title: t.template, width: 170, render: (_, i) => <span className="y-mono">{i.key}</span> }, { key: 'industry', title: t.industry, width: 130, render: (_, i) => named(industries, i.industry) },
    { key: 'version', title: t.version, width: 170, render: (_, i) => <>v{num(i.version)} {i.newer && <State tone="warn">{t.newer(num(i.latest))}</State>}</> },
    { key: 'at', title: t.at, width: 140, render: (_, i) => <Tooltip title={exactly(i.at)}><span>{ago(i.at)}</span></Tooltip> },
  ]
  return <QueryTable id="sop-installed" label={t.installed} query={query} columns={columns} rowKey="id" empty={<Empty title={t.none} />} />
}
