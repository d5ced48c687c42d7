import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, number, oneOf, reads, text } from '../../ui/search'

/** The tabs of a playbook's page. */
export const tabs = ['flow', 'edit', 'runs', 'test', 'replay', 'versions', 'yaml'] as const

const listRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/playbooks', validateSearch: reads({ q: text, state: text, subject: text, sort: oneOf('runs', 'goal', 'lift') }),
  component: lazyRouteComponent(() => import('./ListPage'), 'ListPage'),
})

const newRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/playbooks/new', validateSearch: reads({ audience: text, from: oneOf('blank', 'yaml') }),
  component: lazyRouteComponent(() => import('./NewPage'), 'NewPage'),
})

const pageRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/playbooks/$id', validateSearch: reads({ tab: oneOf(...tabs), step: text, version: number, from: text, to: text, live: flag, replay: text, customer: text, as: oneOf('canvas', 'outline') }),
  component: lazyRouteComponent(() => import('./PlaybookPage'), 'PlaybookPage'),
})

const runRoute = createRoute({ getParentRoute: () => shellRoute, path: '/runs/$id', component: lazyRouteComponent(() => import('./RunPage'), 'RunPage') })

const replayRoute = createRoute({ getParentRoute: () => shellRoute, path: '/replays/$id', component: lazyRouteComponent(() => import('./ReplayPage'), 'ReplayPage') })

const sopRoute = createRoute({
  getParentRoute: () => shellRoute, path: '/sop', validateSearch: reads({ industry: text, goal: text, open: text, tab: oneOf('library', 'installed') }),
  component: lazyRouteComponent(() => import('./SopPage'), 'SopPage'),
})

/** The pages of this part. */
export const playbookRoutes = [listRoute, newRoute, pageRoute, runRoute, replayRoute, sopRoute] as const
