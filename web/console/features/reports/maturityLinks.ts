import type { Schema } from '@shared/api/client'

/** Where a step of a plan leads: the page named, else the report. */
export function whereTo(step: Pick<Schema<'MaturityStep'>, 'page' | 'report' | 'playbook'>): { to: string; search?: Record<string, string> }[] {
  const out: { to: string; search?: Record<string, string> }[] = []
  if (step.page) out.push(step.page === '/access' ? { to: '/settings/accounts' } : step.page.startsWith('/insight') ? reportAt(step.page.slice('/insight/'.length)) : { to: step.page })
  if (step.report) out.push(step.report === 'experiments' ? { to: '/experiments' } : reportAt(step.report))
  if (step.playbook) out.push({ to: '/sop', search: { key: step.playbook } })
  return out.filter((x, i) => !out.some((y, j) => y.to === x.to && (y.search && !x.search ? true : j < i && JSON.stringify(y.search) === JSON.stringify(x.search))))
}

function reportAt(name: string): { to: string; search?: Record<string, string> } {
  const [report, part] = name.split('/')
  if (report === 'boards') return { to: '/reports/boards', search: part ? { board: part } : undefined }
  if (report === 'costs') return { to: '/reports/cac', search: { tab: 'costs' } }
  if (report === 'ltvtree') return { to: '/reports/ltv', search: { tab: 'tree' } }
  if (report === 'beforeafter') return { to: '/reports/ltv', search: { tab: 'joining' } }
  if (report === 'distribution') return { to: '/reports/trends', search: { tab: 'distribution' } }
  if (report === 'plans' || report === 'plan') return { to: '/reports/planner' }
  return { to: `/reports/${report}` }
}
