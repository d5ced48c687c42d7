import { texts, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Tabs } from 'antd'
import { useMay } from '../../app/session'
import { PageShell } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { Empty, Loading } from '../../ui/states'
import { WelcomeFigures } from './WelcomeFigures'
import { WelcomeLedger } from './WelcomeLedger'
import { RuleDrawer } from './RuleDrawer'
import { WelcomePreview } from './WelcomePreview'
import { WelcomeRules } from './WelcomeRules'
import { common } from './words'
import './acquire.css'

const said = texts({
  title: ['欢迎语', 'Welcome'],
  lead: ['客户添加员工后 20 秒内自动发送，只有一次机会。先看活码专属，再看员工规则、部门规则，最后是企业默认。', 'Sent within 20 seconds of a customer adding a member, once. The code’s own comes first, then rules of members, of departments, and the corp’s default.'],
  new: ['新建规则', 'New rule'],
  rules: ['规则', 'Rules'],
  preview: ['预览', 'Preview'],
  ledger: ['发送记录', 'Ledger'],
  figures: ['统计', 'Figures'],
})

/** Greetings of new contacts: rules, preview, ledger and figures. */
export function WelcomePage() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const search = useSearch({ from: '/shell/welcome' })
  const go = useNavigate({ from: '/welcome' })
  const { first, query } = useCorps()
  const tab = search.tab ?? 'rules'
  const corp = search.corp ?? first
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const tabs = (['rules', 'preview', 'ledger', 'figures'] as const).filter((k) => k !== 'ledger' || may('contacts.read'))
  return (
    <PageShell
      fill={tab === 'ledger'} title={t.title} lead={t.lead} extra={<CorpPicker value={corp} onChange={(x) => set({ corp: x })} />}
      actions={may('content.write') && corp && <Button type="primary" onClick={() => set({ tab: 'rules', rule: 'new' })}>{t.new}</Button>}
    >
      {query.isPending ? <Loading /> : !corp ? <Empty title={c.connect} action={<Link to={'/settings/wecom' as string}><Button type="primary">{c.toConnect}</Button></Link>}>{c.connectWhy}</Empty> : (
        <>
          <Tabs activeKey={tab} onChange={(k) => set({ tab: k as typeof tab })} items={tabs.map((k) => ({ key: k, label: t[k] }))} />
          {tab === 'rules' && <WelcomeRules corp={corp} onEdit={(rule) => set({ rule })} />}
          {tab === 'preview' && <WelcomePreview corp={corp} />}
          {tab === 'ledger' && <WelcomeLedger corp={corp} search={search} set={set} />}
          {tab === 'figures' && <WelcomeFigures corp={corp} from={search.from} to={search.to} set={set} />}
          {search.rule && <RuleDrawer key={search.rule} corp={corp} id={search.rule === 'new' ? undefined : search.rule} onClose={() => set({ rule: undefined })} />}
        </>
      )}
    </PageShell>
  )
}
