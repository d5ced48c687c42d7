import { useMemo } from 'react'
import { useMay } from './session'

/** Something to do from the palette. */
export interface Action {
  to: string
  zh: string
  en: string
  py: string
  needs: string
}

const all: Action[] = [
  { to: '/audiences/new', zh: '新建人群', en: 'New audience', py: 'xjrq', needs: 'audiences.write' },
  { to: '/codes/new', zh: '新建渠道活码', en: 'New live code', py: 'xjqdhm', needs: 'codes.write' },
  { to: '/playbooks/new', zh: '新建 SOP', en: 'New playbook', py: 'xjsop', needs: 'playbooks.write' },
  { to: '/sends/new', zh: '新建群发', en: 'New mass send', py: 'xjqf', needs: 'outreach.write' },
  { to: '/moments/new', zh: '新建朋友圈', en: 'New Moment', py: 'xjpyq', needs: 'outreach.write' },
  { to: '/settings/imports/new', zh: '导入文件', en: 'Import a file', py: 'drwj', needs: 'imports.write' },
]

/** What the viewer may do from the palette. */
export function useActions(): Action[] {
  const may = useMay()
  return useMemo(() => all.filter((a) => may(a.needs)), [may])
}
