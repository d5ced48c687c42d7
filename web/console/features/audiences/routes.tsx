import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { object, oneOf, reads, text } from '../../ui/search'

const list = createRoute({ getParentRoute: () => shellRoute, path: '/audiences', validateSearch: reads({ q: text, state: oneOf('live', 'building') }), component: lazyRouteComponent(() => import('./AudienceList'), 'AudienceList') })
const make = createRoute({ getParentRoute: () => shellRoute, path: '/audiences/new', validateSearch: reads({ rule: object, name: text, template: text }), component: lazyRouteComponent(() => import('./AudienceEdit'), 'AudienceNew') })
const one = createRoute({
  getParentRoute: () => shellRoute, path: '/audiences/$id',
  validateSearch: reads({ tab: oneOf('overview', 'members', 'why', 'moves', 'versions'), q: text, customer: text, at: text }),
  component: lazyRouteComponent(() => import('./AudiencePage'), 'AudiencePage'),
})
const edit = createRoute({ getParentRoute: () => shellRoute, path: '/audiences/$id/edit', component: lazyRouteComponent(() => import('./AudienceEdit'), 'AudienceEdit') })
const lifecycle = createRoute({
  getParentRoute: () => shellRoute, path: '/lifecycle', validateSearch: reads({ kind: oneOf('aipl', 'aarrr', 'tier'), from: text, to: text }),
  component: lazyRouteComponent(() => import('./LifecyclePage'), 'LifecyclePage'),
})

/** The pages of this part. */
export const audienceRoutes = [list, make, one, edit, lifecycle] as const
