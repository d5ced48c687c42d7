import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, list, oneOf, reads, text } from '../../ui/search'

const codes = createRoute({
  getParentRoute: () => shellRoute, path: '/codes', validateSearch: reads({ q: text, corp: text, channel: text, batch: text, problems: flag }),
  component: lazyRouteComponent(() => import('./CodeList'), 'CodeList'),
})
const codeNew = createRoute({ getParentRoute: () => shellRoute, path: '/codes/new', validateSearch: reads({ from: text }), component: lazyRouteComponent(() => import('./CodeEdit'), 'CodeNew') })
const codeBatches = createRoute({ getParentRoute: () => shellRoute, path: '/codes/batches', validateSearch: reads({ batch: text }), component: lazyRouteComponent(() => import('./CodeBatches'), 'CodeBatches') })
const code = createRoute({ getParentRoute: () => shellRoute, path: '/codes/$id', validateSearch: reads({ from: text, to: text }), component: lazyRouteComponent(() => import('./CodePage'), 'CodePage') })
const codeEdit = createRoute({ getParentRoute: () => shellRoute, path: '/codes/$id/edit', component: lazyRouteComponent(() => import('./CodeEdit'), 'CodeEdit') })
const welcome = createRoute({
  getParentRoute: () => shellRoute, path: '/welcome',
  validateSearch: reads({ tab: oneOf('rules', 'preview', 'ledger', 'figures'), corp: text, rule: text, outcome: oneOf('sent', 'missed', 'failed'), user: text, from: text, to: text }),
  component: lazyRouteComponent(() => import('./WelcomePage'), 'WelcomePage'),
})
const acquisition = createRoute({
  getParentRoute: () => shellRoute, path: '/acquisition', validateSearch: reads({ corp: text, link: text, edit: text }),
  component: lazyRouteComponent(() => import('./AcquisitionPage'), 'AcquisitionPage'),
})
const links = createRoute({
  getParentRoute: () => shellRoute, path: '/links', validateSearch: reads({ tab: oneOf('links', 'figures'), link: text }),
  component: lazyRouteComponent(() => import('./LinksPage'), 'LinksPage'),
})
const groups = createRoute({
  getParentRoute: () => shellRoute, path: '/groups',
  validateSearch: reads({ tab: oneOf('groups', 'duplicates', 'figures', 'welcome'), corp: text, owner: list, dismissed: flag, from: text, to: text }),
  component: lazyRouteComponent(() => import('./GroupsPage'), 'GroupsPage'),
})
const groupCodes = createRoute({ getParentRoute: () => shellRoute, path: '/groups/codes', validateSearch: reads({ edit: text }), component: lazyRouteComponent(() => import('./GroupCodes'), 'GroupCodes') })
const group = createRoute({ getParentRoute: () => shellRoute, path: '/groups/$id', validateSearch: reads({ past: flag }), component: lazyRouteComponent(() => import('./GroupPage'), 'GroupPage') })

/** The pages of this part. */
export const acquireRoutes = [codes, codeNew, codeBatches, code, codeEdit, welcome, acquisition, links, groups, groupCodes, group] as const
