import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { oneOf, reads, text } from '../../ui/search'

const getParentRoute = () => shellRoute

/** How the brand is set up: people, data, keys, rules of privacy, health. */
export const settingsRoutes = [
  createRoute({ getParentRoute, path: '/settings/account', component: lazyRouteComponent(() => import('./MyAccount'), 'MyAccount') }),
  createRoute({
    getParentRoute, path: '/settings/accounts', validateSearch: reads({ tab: oneOf('accounts', 'roles', 'tokens') }),
    component: lazyRouteComponent(() => import('./Accounts'), 'Accounts'),
  }),
  createRoute({ getParentRoute, path: '/settings/brand', component: lazyRouteComponent(() => import('./Brand'), 'Brand') }),
  createRoute({ getParentRoute, path: '/settings/sources', component: lazyRouteComponent(() => import('./Sources'), 'Sources') }),
  createRoute({
    getParentRoute, path: '/settings/audit', validateSearch: reads({ actor: text, action: text, object: text, from: text, to: text }),
    component: lazyRouteComponent(() => import('./Audit'), 'Audit'),
  }),
  createRoute({
    getParentRoute, path: '/settings/imports', validateSearch: reads({ tab: oneOf('imports', 'exports') }),
    component: lazyRouteComponent(() => import('./Imports'), 'Imports'),
  }),
  createRoute({ getParentRoute, path: '/settings/imports/new', component: lazyRouteComponent(() => import('./ImportNew'), 'ImportNew') }),
  createRoute({ getParentRoute, path: '/settings/imports/$id', component: lazyRouteComponent(() => import('./ImportPage'), 'ImportPage') }),
  createRoute({ getParentRoute, path: '/settings/system', component: lazyRouteComponent(() => import('./System'), 'System') }),
  createRoute({ getParentRoute, path: '/settings/privacy', component: lazyRouteComponent(() => import('./Privacy'), 'Privacy') }),
] as const
