import { api } from '@shared/api/client'
import { useBrandFormat } from '@shared/format'
import { setLang, texts, useLang, useText } from '@shared/i18n'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { Button, Drawer, Dropdown, Layout, Menu, Tooltip, type MenuProps } from 'antd'
import {
  ApartmentOutlined, AppstoreOutlined, BarChartOutlined, BulbOutlined, FileTextOutlined, MenuOutlined, QrcodeOutlined, SearchOutlined,
  SettingOutlined, TeamOutlined, UserOutlined, WechatOutlined,
} from '../ui/icons'
import { lazy, Suspense, useEffect, useState } from 'react'
import { DrillProvider } from '../ui/Drill'
import { Loading } from '../ui/states'
import { districts, placeOf } from './nav'
import { useMay, useMe } from './session'
import { setLook, useLook } from './theme'
import { useShortcuts } from './shortcuts'

const Palette = lazy(() => import('./Palette').then((m) => ({ default: m.Palette })))
const Keys = lazy(() => import('./Keys').then((m) => ({ default: m.Keys })))

const said = texts({
  skip: ['跳到正文', 'Skip to content'],
  brand: ['鱼塘', 'Yutang'],
  menu: ['菜单', 'Menu'],
  search: ['搜索客户、人群、页面', 'Search customers, pages'],
  signOut: ['退出登录', 'Sign out'],
  account: ['我的账号', 'My account'],
  look: ['外观', 'Appearance'],
  system: ['跟随系统', 'Like the system'],
  light: ['浅色', 'Light'],
  dark: ['深色', 'Dark'],
  keys: ['键盘快捷键', 'Keyboard shortcuts'],
  language: ['English', '中文'],
  offline: ['网络已断开，内容可能不是最新。', 'You are offline. What you see may be out of date.'],
  owner: ['所有者', 'Owner'], operator: ['运营', 'Operator'], analyst: ['分析', 'Analyst'], viewer: ['只读', 'Viewer'],
})

const icons: Record<string, React.ReactNode> = {
  home: <AppstoreOutlined />, customers: <UserOutlined />, acquire: <QrcodeOutlined />, operate: <ApartmentOutlined />, groups: <TeamOutlined />,
  content: <FileTextOutlined />, reports: <BarChartOutlined />, settings: <SettingOutlined />,
}

/** The frame of every page: menu, search, account. */
export function Shell() {
  const me = useMe()
  const t = useText(said)
  const lang = useLang()
  const [menuOpen, setMenuOpen] = useState(false)
  const [palette, setPalette] = useState(false)
  const [keys, setKeys] = useState(false)
  const brand = api.useQuery('get', '/settings/brand', {}, { enabled: Boolean(me), staleTime: Number.POSITIVE_INFINITY, retry: false })
  useBrandFormat(brand.data ?? {})
  useShortcuts({ palette: () => setPalette(true), help: () => setKeys(true) })
  useTitle(lang)
  if (!me || brand.isLoading) return <Loading tall />
  const name = brand.data?.name
  return (
    <DrillProvider>
      <a className="y-skip" href="#content">{t.skip}</a>
      <Layout className="y-shell">
        <Layout.Sider className="y-side" width={208} theme="light">
          <Brand name={name} />
          <nav aria-label={t.menu}><Places /></nav>
        </Layout.Sider>
        <Drawer open={menuOpen} onClose={() => setMenuOpen(false)} placement="left" size={248} title={<Brand name={name} />} styles={{ body: { padding: 0 } }}>
          <nav aria-label={t.menu}><Places onGo={() => setMenuOpen(false)} /></nav>
        </Drawer>
        <Layout>
          <Layout.Header className="y-head">
            <Button className="y-burger" type="text" aria-label={t.menu} icon={<MenuOutlined />} onClick={() => setMenuOpen(true)} />
            <Crumbs />
            <button type="button" className="y-search" aria-label={t.search} aria-keyshortcuts="Control+K Meta+K" onClick={() => setPalette(true)}>
              <SearchOutlined /> <span>{t.search}</span> <kbd>Ctrl K</kbd>
            </button>
            <Tooltip title={t.keys}><Button type="text" className="y-wide" aria-label={t.keys} icon={<BulbOutlined />} onClick={() => setKeys(true)} /></Tooltip>
            <Button type="text" lang={lang === 'zh-CN' ? 'en' : 'zh-CN'} onClick={() => setLang(lang === 'zh-CN' ? 'en-US' : 'zh-CN')}>{t.language}</Button>
            <Account name={me.name} role={String(me.role ?? '')} />
          </Layout.Header>
          <Offline text={t.offline} />
          <Layout.Content id="content" className="y-content" tabIndex={-1}>
            <Suspense fallback={<Loading />}><Outlet /></Suspense>
          </Layout.Content>
        </Layout>
      </Layout>
      <Suspense>
        {palette && <Palette onClose={() => setPalette(false)} />}
        {keys && <Keys onClose={() => setKeys(false)} />}
      </Suspense>
    </DrillProvider>
  )
}

function Brand({ name }: { name?: string }) {
  const t = useText(said)
  return (
    <div className="y-brand">
      <img src="/console/mark.svg" width={26} height={26} alt="" />
      <div><b>{t.brand}</b>{name && <span title={name}>{name}</span>}</div>
    </div>
  )
}

function Places({ onGo }: { onGo?: () => void }) {
  const lang = useLang()
  const may = useMay()
  const go = useNavigate()
  const path = useLocation({ select: (l) => l.pathname })
  const here = placeOf(path)
  const [open, setOpen] = useState<string[]>([])
  useEffect(() => {
    if (here) setOpen((o) => (o.includes(here.district.key) ? o : [...o, here.district.key]))
  }, [here?.district.key])
  const label = (x: { zh: string; en: string }) => (lang === 'zh-CN' ? x.zh : x.en)
  const items: MenuProps['items'] = districts.flatMap((d) => {
    const places = d.places.filter((place) => may(place.needs))
    const only = places[0]
    if (!only) return []
    if (d.places.length === 1) return [{ key: only.to, icon: icons[d.key], label: label(d) }]
    return [{ key: d.key, icon: icons[d.key], label: label(d), children: places.map((place) => ({ key: place.to, label: label(place) })) }]
  })
  return (
    <Menu
      mode="inline" inlineIndent={16} items={items} openKeys={open} onOpenChange={setOpen} selectedKeys={here ? [here.place.to] : []}
      onClick={({ key }) => { onGo?.(); void go({ to: key }) }}
    />
  )
}

function Crumbs() {
  const lang = useLang()
  const here = placeOf(useLocation({ select: (l) => l.pathname }))
  if (!here) return <span className="y-crumbs" />
  const label = (x: { zh: string; en: string }) => (lang === 'zh-CN' ? x.zh : x.en)
  return (
    <span className="y-crumbs">
      {here.district.places.length > 1 && <>{label(here.district)} <i>/</i> </>}<b>{label(here.place)}</b>
    </span>
  )
}

function Account({ name, role }: { name: string; role: string }) {
  const t = useText(said)
  const go = useNavigate()
  const chosen = useLook()
  const signOut = api.useMutation('delete', '/session', { onSuccess: () => location.assign('/console/sign-in') })
  const roles: Record<string, string> = { owner: t.owner, operator: t.operator, analyst: t.analyst, viewer: t.viewer }
  const items: MenuProps['items'] = [
    { key: 'account', label: t.account, onClick: () => void go({ to: '/settings/account' as string }) },
    { key: 'look', label: t.look, children: (['system', 'light', 'dark'] as const).map((l) => ({ key: l, label: `${chosen === l ? '✓ ' : ''}${t[l]}`, onClick: () => setLook(l) })) },
    { type: 'divider' },
    { key: 'out', label: t.signOut, onClick: () => signOut.mutate({}) },
  ]
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <button type="button" className="y-who" aria-label={`${t.account}: ${name}`}>
        <span className="y-avatar" aria-hidden="true">{[...name][0]}</span>
        <span className="y-who-text"><b>{name}</b><small>{roles[role] ?? role}</small></span>
      </button>
    </Dropdown>
  )
}

function Offline({ text }: { text: string }) {
  const [off, setOff] = useState(!navigator.onLine)
  useEffect(() => {
    const look = () => setOff(!navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => { removeEventListener('online', look); removeEventListener('offline', look) }
  }, [])
  return off ? <div className="y-offline" role="status"><WechatOutlined /> {text}</div> : null
}

function useTitle(lang: string) {
  const here = placeOf(useLocation({ select: (l) => l.pathname }))
  useEffect(() => {
    const name = here && (lang === 'zh-CN' ? here.place.zh : here.place.en)
    document.title = [name, lang === 'zh-CN' ? '鱼塘' : 'Yutang'].filter(Boolean).join(' · ')
  }, [here?.place.to, lang])
}
