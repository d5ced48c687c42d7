import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { oneOf, reads, text } from '../../ui/search'
import { readSearch } from './filter'

const listRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/customers', validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./CustomerList'), 'CustomerList'),
})

const pageRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/customers/$id', validateSearch: reads({ tab: oneOf('timeline', 'orders', 'touches', 'work', 'audiences', 'moves', 'identity'), kind: text }),
  component: lazyRouteComponent(() => import('./CustomerPage'), 'CustomerPage'),
})

const tagsRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/tags', validateSearch: reads({ tab: oneOf('groups', 'all', 'bulk', 'pushes'), q: text, corp: text, state: oneOf('pending', 'done', 'failed'), open: text }),
  component: lazyRouteComponent(() => import('./TagsPage'), 'TagsPage'),
})

const identityRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/identity', validateSearch: reads({ tab: oneOf('merges', 'conflicts', 'blocked', 'policy'), q: text, customer: text, open: text }),
  component: lazyRouteComponent(() => import('./IdentityPage'), 'IdentityPage'),
})

/** The pages of this part. */
export const customerRoutes = [listRoute, pageRoute, tagsRoute, identityRoute] as const
