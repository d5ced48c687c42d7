import { useText } from '@shared/i18n'
import type { MouseEvent, ReactNode } from 'react'
import { back, go, href, useRoute } from '../route'
import { useOnline } from '../theme'
import { Icon, type IconName } from './icons'
import { common } from './words'

/** A link between pages. */
export function Link({ to, className, label, children }: { to: string; className?: string; label?: string; children: ReactNode }) {
  const open = (e: MouseEvent) => {
    if (e.metaKey || e.ctrlKey) return
    e.preventDefault()
    go(to)
  }
  return <a href={href(to)} className={className} onClick={open} aria-label={label}>{children}</a>
}

/** A page: its title, the way back to its parent, and what is at the right of the title. */
export function Page({ title, parent, right, children, bare }: { title: string; parent?: string; right?: ReactNode; children: ReactNode; bare?: boolean }) {
  const t = useText(common)
  const online = useOnline()
  return (
    <>
      <header className={bare ? 's-head s-head-bare' : 's-head'}>
        {parent && <button type="button" className="s-back" aria-label={t.back} onClick={() => back(parent)}><Icon name="back" size={22} /></button>}
        <h1>{title}</h1>
        {right}
      </header>
      {!online && <p className="s-offline" role="status"><Icon name="off" size={16} />{t.offline}</p>}
      <main className="s-main">{children}</main>
    </>
  )
}

const places: [string, IconName, 'today' | 'customers' | 'scripts' | 'materials' | 'me', string[]][] = [
  ['/tasks', 'today', 'today', ['today', 'card', 'team', 'mate']], ['/customers', 'people', 'customers', ['customers', 'customer']],
  ['/scripts', 'scripts', 'scripts', ['scripts']], ['/materials', 'materials', 'materials', ['materials']], ['/me', 'me', 'me', ['me', 'persona', 'audits', 'audit']],
]

/** The places, at the foot. */
export function Tabs() {
  const t = useText(common)
  const { page } = useRoute()
  return (
    <nav className="s-tabs" aria-label={t.more}>
      {places.map(([to, icon, name, pages]) => (
        <a key={to} href={href(to)} aria-current={pages.includes(page) ? 'page' : undefined} onClick={(e) => { e.preventDefault(); go(to) }}><Icon name={icon} size={23} />{t[name]}</a>
      ))}
    </nav>
  )
}
