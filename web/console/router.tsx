import { createRouter } from '@tanstack/react-router'
import { rootRoute, setupRoute, shellRoute, signInRoute } from './app/shellRoute'
import { acquireRoutes } from './features/acquire/routes'
import { audienceRoutes } from './features/audiences/routes'
import { contentRoutes } from './features/content/routes'
import { customerRoutes } from './features/customers/routes'
import { homeRoutes } from './features/home/routes'
import { outreachRoutes } from './features/outreach/routes'
import { playbookRoutes } from './features/playbooks/routes'
import { reportRoutes } from './features/reports/routes'
import { settingsRoutes } from './features/settings/routes'
import { taskRoutes } from './features/tasks/routes'
import { wecomRoutes } from './features/wecom/routes'

const tree = rootRoute.addChildren([
  signInRoute,
  setupRoute,
  shellRoute.addChildren([
    ...homeRoutes, ...customerRoutes, ...audienceRoutes, ...acquireRoutes, ...playbookRoutes, ...taskRoutes,
    ...outreachRoutes, ...contentRoutes, ...reportRoutes, ...wecomRoutes, ...settingsRoutes,
  ]),
])

/** All pages of the console, below /console. */
export const router = createRouter({ routeTree: tree, basepath: '/console', defaultPreload: 'intent', scrollRestoration: true })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
