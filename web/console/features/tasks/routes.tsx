import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, oneOf, reads, text } from '../../ui/search'

/** Work for staff: what they have to do and what came of it. */
export const taskRoutes = [
  createRoute({
    getParentRoute: () => shellRoute, path: '/tasks', component: lazyRouteComponent(() => import('./Tasks'), 'Tasks'),
    validateSearch: reads({ tab: oneOf('list', 'stats'), state: text, staff: text, playbook: text, customer: text, live: flag, by: oneOf('staff', 'playbook', 'step', 'department', 'day'), from: text, to: text }),
  }),
] as const
