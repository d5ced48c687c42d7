import { lang, setLang } from '@shared/i18n'
import { useMemo } from 'react'
import { useMay } from './session'
import { setLook } from './theme'

/** Something to do from the palette: a page to go to, or what happens at once. */
export interface Action {
  to?: string
  run?: () => void
  zh: string
  en: string
  py: string
  needs?: string
}

const all: Action[] = [
  { to: '/audiences/new', zh: '新建人群', en: 'New audience', py: 'xjrq', needs: 'audiences.write' },
  { to: '/codes/new', zh: '新建渠道活码', en: 'New live code', py: 'xjqdhm', needs: 'codes.write' },
  { to: '/playbooks/new', zh: '新建 SOP', en: 'New playbook', py: 'xjsop', needs: 'playbooks.write' },
  { to: '/sends/new', zh: '新建群发', en: 'New mass send', py: 'xjqf', needs: 'outreach.write' },
  { to: '/moments/new', zh: '新建朋友圈', en: 'New Moment', py: 'xjpyq', needs: 'outreach.write' },
  { to: '/settings/imports/new', zh: '导入文件', en: 'Import a file', py: 'drwj', needs: 'imports.write' },
  { to: '/library/new', zh: '新建素材', en: 'New material', py: 'xjsc', needs: 'content.write' },
  { to: '/budget', zh: '暂停或恢复全部发送', en: 'Hold or release all sending', py: 'zthhfqbfs', needs: 'outreach.write' },
  { run: () => setLook('dark'), zh: '深色外观', en: 'Dark appearance', py: 'sswg' },
  { run: () => setLook('light'), zh: '浅色外观', en: 'Light appearance', py: 'qswg' },
  { run: () => setLang(lang() === 'zh-CN' ? 'en-US' : 'zh-CN'), zh: '切换到 English', en: 'Switch to 中文', py: 'qhd' },
]

/** What the viewer may do from the palette. */
export function useActions(): Action[] {
  const may = useMay()
  return useMemo(() => all.filter((a) => !a.needs || may(a.needs)), [may])
}
