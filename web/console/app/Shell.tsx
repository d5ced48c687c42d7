import { api } from '@shared/api/client'
import { useBrandFormat } from '@shared/format'
import { setLang, texts, useLang, useText } from '@shared/i18n'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { Button, Popover, Tooltip } from 'antd'
import {
  ApartmentOutlined, AppstoreOutlined, BarChartOutlined, BulbOutlined, FileTextOutlined, MenuOutlined, QrcodeOutlined, SearchOutlined,
  SettingOutlined, TeamOutlined, UserOutlined, WechatOutlined,
} from '../ui/icons'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { DrillProvider } from '../ui/Drill'
import { Loading } from '../ui/states'
import { districts, placeOf } from './nav'
import { useMay, useMe } from './session'
import { setLook, useLook } from './theme'
import { useShortcuts } from './shortcuts'
import { Work } from './Work'

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
      <div className="y-shell">
        <aside className="y-side">
          <Brand name={name} />
          <nav aria-label={t.menu}><Places /></nav>
        </aside>
        <Sheet open={menuOpen} onClose={() => setMenuOpen(false)}>
          <Brand name={name} />
          <nav aria-label={t.menu}><Places onGo={() => setMenuOpen(false)} /></nav>
        </Sheet>
        <div className="y-main">
          <header className="y-head">
            <Button className="y-burger" type="text" aria-label={t.menu} icon={<MenuOutlined />} onClick={() => setMenuOpen(true)} />
            <Crumbs />
            <button type="button" className="y-search" aria-label={`${t.search} Ctrl K`} aria-keyshortcuts="Control+K Meta+K" onClick={() => setPalette(true)}>
              <SearchOutlined /> <span>{t.search}</span> <kbd>Ctrl K</kbd>
            </button>
            <Work />
            <Tooltip title={t.keys}><Button type="text" className="y-wide" aria-label={t.keys} icon={<BulbOutlined />} onClick={() => setKeys(true)} /></Tooltip>
            <Button type="text" lang={lang === 'zh-CN' ? 'en' : 'zh-CN'} onClick={() => setLang(lang === 'zh-CN' ? 'en-US' : 'zh-CN')}>{t.language}</Button>
            <Account name={me.name} role={String(me.role ?? '')} />
          </header>
          <Offline text={t.offline} />
          <main id="content" className="y-content" tabIndex={-1}>
            <Suspense fallback={<Loading />}><Outlet /></Suspense>
          </main>
        </div>
      </div>
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
  const path = useLocation({ select: (l) => l.pathname })
  const here = placeOf(path)
  const label = (x: { zh: string; en: string }) => (lang === 'zh-CN' ? x.zh : x.en)
  return (
    <ul className="y-places">
      {districts.map((d) => {
        const places = d.places.filter((place) => may(place.needs))
        const only = places[0]
        if (!only) return null
        if (d.places.length === 1) {
          return <li key={d.key}><Link to={only.to as string} className="y-place" aria-current={here?.place === only ? 'page' : undefined} onClick={onGo}>{icons[d.key]}{label(d)}</Link></li>
        }
        return (
          <li key={d.key}>
            <District name={label(d)} icon={icons[d.key]} here={here?.district === d}>
              {places.map((place) => (
                <li key={place.to}><Link to={place.to as string} className="y-place" aria-current={here?.place === place ? 'page' : undefined} onClick={onGo}>{label(place)}</Link></li>
              ))}
            </District>
          </li>
        )
      })}
    </ul>
  )
}

function District({ name, icon, here, children }: { name: string; icon: React.ReactNode; here: boolean; children: React.ReactNode }) {
  const [open, setOpen] = useState(here)
  useEffect(() => { if (here) setOpen(true) }, [here])
  return (
    <>
      <button type="button" className="y-district" aria-expanded={open} onClick={() => setOpen(!open)}>{icon}<span>{name}</span><i aria-hidden="true" /></button>
      {open && <ul>{children}</ul>}
    </>
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
  const chosen = useLook()
  const [open, setOpen] = useState(false)
  const signOut = api.useMutation('delete', '/session', { onSuccess: () => location.assign('/console/sign-in') })
  const roles: Record<string, string> = { owner: t.owner, operator: t.operator, analyst: t.analyst, viewer: t.viewer }
  const menu = (
    <div className="y-account">
      <Link to={'/settings/account' as string} onClick={() => setOpen(false)}>{t.account}</Link>
      <fieldset>
        <legend>{t.look}</legend>
        {(['system', 'light', 'dark'] as const).map((l) => (
          <label key={l}><input type="radio" name="look" checked={chosen === l} onChange={() => setLook(l)} /> {t[l]}</label>
        ))}
      </fieldset>
      <button type="button" onClick={() => signOut.mutate({})}>{t.signOut}</button>
    </div>
  )
  return (
    <Popover content={menu} trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen} arrow={false}>
      <button type="button" className="y-who" aria-label={`${t.account}: ${name} ${roles[role] ?? role}`} aria-expanded={open}>
        <span className="y-avatar" aria-hidden="true" data-letter={[...name][0]} />
        <span className="y-who-text"><b>{name}</b><small>{roles[role] ?? role}</small></span>
      </button>
    </Popover>
  )
}

/** The menu of narrow windows. The dialog holds the focus and closes with Escape. */
function Sheet({ open, onClose, children }: { open: boolean; onClose: () => void; children: React.ReactNode }) {
  const on = useRef<HTMLDialogElement>(null)
  const t = useText(said)
  useEffect(() => { if (open) on.current?.showModal(); else on.current?.close() }, [open])
  return (
    // The dialog itself is the backdrop around its content.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog ref={on} className="y-sheet-menu" aria-label={t.menu} onClose={onClose} onClick={(e) => { if (e.target === e.currentTarget) onClose() }}>
      <div>{open && children}</div>
    </dialog>
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
