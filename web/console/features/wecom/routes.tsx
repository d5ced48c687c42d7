import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, number, oneOf, reads, text } from '../../ui/search'

const losses = createRoute({
  getParentRoute: () => shellRoute, path: '/losses',
  validateSearch: reads({ tab: oneOf('losses', 'unassigned', 'transfers'), corp: text, kind: oneOf('lost', 'deleted'), staff: text, running: flag, transfer: text }),
  component: lazyRouteComponent(() => import('./LossesPage'), 'LossesPage'),
})
const setup = createRoute({
  getParentRoute: () => shellRoute, path: '/settings/wecom',
  validateSearch: reads({ tab: oneOf('checks', 'apps', 'sync', 'callbacks', 'desk', 'archive'), corp: text, run: text, state: oneOf('pending', 'done', 'ignored', 'dead'), edit: flag }),
  component: lazyRouteComponent(() => import('./SetupPage'), 'SetupPage'),
})
const connect = createRoute({ getParentRoute: () => shellRoute, path: '/settings/wecom/new', component: lazyRouteComponent(() => import('./ConnectPage'), 'ConnectPage') })
const staff = createRoute({
  getParentRoute: () => shellRoute, path: '/settings/staff', validateSearch: reads({ corp: text, department: number, follow: flag, left: flag, member: text }),
  component: lazyRouteComponent(() => import('./StaffPage'), 'StaffPage'),
})
const contacts = createRoute({
  getParentRoute: () => shellRoute, path: '/settings/staff/contacts', validateSearch: reads({ corp: text, staff: text, customer: text, state: oneOf('active', 'half', 'lost', 'deleted', 'transferred') }),
  component: lazyRouteComponent(() => import('./ContactsPage'), 'ContactsPage'),
})

/** The pages of this part. */
export const wecomRoutes = [losses, setup, connect, staff, contacts] as const
