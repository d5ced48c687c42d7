import { api, problemOf, signedOut } from '@shared/api/client'
import { useBrandFormat } from '@shared/format'
import { onLang, useLang, useText, texts } from '@shared/i18n'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Button, ConfigProvider } from 'antd-mobile'
import enUS from 'antd-mobile/es/locales/en-US'
import zhCN from 'antd-mobile/es/locales/zh-CN'
import { Component, lazy, Suspense, useEffect, type ReactNode } from 'react'
import { useRoute, type PageName } from './route'
import { justTried, keepCorp, login } from './session'
import './theme'
import { Tabs } from './ui/Page'
import { useAround } from './ui/sending'
import { Empty, Failed, Loading } from './ui/states'
import { Snack } from './ui/Snack'

const client = new QueryClient({
  defaultOptions: { queries: { staleTime: 20_000, retry: (n, thrown) => n < 2 && [0, 429, 503].includes(problemOf(thrown).status) } },
})

// Reasons and faults that answers carry come in the language of the question.
onLang(() => void client.invalidateQueries())

const TodayPage = lazy(() => import('./tasks/TodayPage').then((m) => ({ default: m.TodayPage })))
const CardPage = lazy(() => import('./tasks/CardPage').then((m) => ({ default: m.CardPage })))
const TeamPage = lazy(() => import('./tasks/TeamPage').then((m) => ({ default: m.TeamPage })))
const MatePage = lazy(() => import('./tasks/TeamPage').then((m) => ({ default: m.MatePage })))
const CustomersPage = lazy(() => import('./customers/CustomersPage').then((m) => ({ default: m.CustomersPage })))
const CustomerPage = lazy(() => import('./customers/CustomerPage').then((m) => ({ default: m.CustomerPage })))
const ScriptsPage = lazy(() => import('./library/LibraryPage').then((m) => ({ default: m.ScriptsPage })))
const MaterialsPage = lazy(() => import('./library/LibraryPage').then((m) => ({ default: m.MaterialsPage })))
const MePage = lazy(() => import('./me/MePage').then((m) => ({ default: m.MePage })))
const PersonaPage = lazy(() => import('./me/PersonaPage').then((m) => ({ default: m.PersonaPage })))
const AuditsPage = lazy(() => import('./me/AuditsPage').then((m) => ({ default: m.AuditsPage })))
const AuditPage = lazy(() => import('./me/AuditPage').then((m) => ({ default: m.AuditPage })))
const PanelPage = lazy(() => import('./panel/PanelPage').then((m) => ({ default: m.PanelPage })))

const said = texts({
  login: ['请从企业微信打开', 'Open this in WeCom'], loginWhy: ['点开应用消息或聊天侧边栏里的链接，就会自动登录。', 'The link in a message of the app, or the panel beside a chat, signs you in.'],
  again: ['重新登录', 'Log in again'], lost: ['没有这个页面', 'There is no such page'], lostWhy: ['链接可能写错了。', 'The link may be wrong.'], broken: ['页面出错了', 'This page failed'], reload: ['刷新', 'Reload'],
})

const pages: Record<PageName, React.ComponentType> = {
  today: TodayPage, card: CardPage, team: TeamPage, mate: MatePage, customers: CustomersPage, customer: CustomerPage, scripts: ScriptsPage, materials: MaterialsPage,
  me: MePage, persona: PersonaPage, audits: AuditsPage, audit: AuditPage, panel: PanelPage, lost: Lost,
}

function Lost() {
  const t = useText(said)
  return <main className="s-main"><Empty icon="alert" title={t.lost}>{t.lostWhy}</Empty></main>
}

function Broken() {
  const t = useText(said)
  return <Empty icon="alert" title={t.broken} action={<Button color="primary" onClick={() => location.reload()}>{t.reload}</Button>} />
}

class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  state = { broken: false }
  static getDerivedStateFromError() {
    return { broken: true }
  }
  render() {
    return this.state.broken ? <Broken /> : this.props.children
  }
}

/** Lets in who is logged in; everybody else goes through WeCom and comes back. */
function Door() {
  const t = useText(said)
  const { page, params } = useRoute()
  const me = api.useQuery('get', '/panel/me', {}, { retry: false, staleTime: Infinity })
  const around = useAround()
  const stranger = me.error !== null && [401, 403].includes(problemOf(me.error).status)
  const other = me.data !== undefined && around.sdk?.holder !== undefined && around.sdk.holder !== me.data.staff
  const leaves = (stranger || other) && !justTried()
  useEffect(() => {
    if (leaves) login()
  }, [leaves])
  if (leaves) return <Loading />
  if (stranger) return <Empty icon="me" title={t.login} action={<Button color="primary" onClick={login}>{t.again}</Button>}>{t.loginWhy}</Empty>
  if (me.error) return <Failed error={me.error} again={() => void me.refetch()} />
  if (!me.data) return <Loading />
  useBrandFormat(me.data)
  const Shown = pages[page]
  return (
    <>
      <Guard key={page}><Suspense fallback={<Loading />}><Shown key={Object.values(params).join()} /></Suspense></Guard>
      {page !== 'panel' && <Tabs />}
      <Snack />
    </>
  )
}

/** The staff's pages. */
export function App() {
  const lang = useLang()
  useEffect(() => {
    keepCorp()
    const leave = () => void client.invalidateQueries({ queryKey: ['get', '/panel/me'] })
    addEventListener(signedOut, leave)
    return () => removeEventListener(signedOut, leave)
  }, [])
  useEffect(() => {
    document.documentElement.lang = lang
  }, [lang])
  return (
    <ConfigProvider locale={lang === 'zh-CN' ? zhCN : enUS}>
      <QueryClientProvider client={client}><Door /></QueryClientProvider>
    </ConfigProvider>
  )
}
