import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, oneOf, reads, text } from '../../ui/search'

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

/** The pages of this part. */
export const acquireRoutes = [codes, codeNew, codeBatches, code, codeEdit, welcome] as const
