import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, number, oneOf, reads, text } from '../../ui/search'

const parent = { getParentRoute: () => shellRoute }

/** What is sent to customers: mass sends, moments, the touch budget, deliveries, experiments, and the channels. */
export const outreachRoutes = [
  createRoute({ ...parent, path: '/sends', validateSearch: reads({ state: text, corp: text }), component: lazyRouteComponent(() => import('./SendsPage'), 'SendsPage') }),
  createRoute({ ...parent, path: '/sends/new', validateSearch: reads({ audience: text, edit: text, from: text, customer: text }), component: lazyRouteComponent(() => import('./SendEdit'), 'SendEdit') }),
  createRoute({ ...parent, path: '/sends/$id', validateSearch: reads({ tab: oneOf('progress', 'receivers', 'calls', 'message'), state: text, reason: text, staff: text }), component: lazyRouteComponent(() => import('./SendPage'), 'SendPage') }),
  createRoute({ ...parent, path: '/moments', validateSearch: reads({ state: text, corp: text }), component: lazyRouteComponent(() => import('./MomentsPage'), 'MomentsPage') }),
  createRoute({ ...parent, path: '/moments/new', validateSearch: reads({ edit: text, from: text }), component: lazyRouteComponent(() => import('./MomentEdit'), 'MomentEdit') }),
  createRoute({ ...parent, path: '/moments/$id', component: lazyRouteComponent(() => import('./MomentPage'), 'MomentPage') }),
  createRoute({
    ...parent, path: '/budget', component: lazyRouteComponent(() => import('./BudgetPage'), 'BudgetPage'),
    validateSearch: reads({ tab: oneOf('plan', 'touches', 'quota', 'values', 'policy', 'ledger'), day: text, channel: text, verdict: text, playbook: text, step: text, source: text, shifted: flag, customer: text, from: text, to: text }),
  }),
  createRoute({
    ...parent, path: '/deliveries', component: lazyRouteComponent(() => import('./DeliveriesPage'), 'DeliveriesPage'),
    validateSearch: reads({ state: text, reason: text, customer: text, playbook: text, channel: text, run: text, step: text, day: text, priority: number, open: text }),
  }),
  createRoute({ ...parent, path: '/experiments', validateSearch: reads({ plan: flag }), component: lazyRouteComponent(() => import('./ExperimentsPage'), 'ExperimentsPage') }),
  createRoute({ ...parent, path: '/experiments/$id', validateSearch: reads({ tab: oneOf('result', 'people', 'exposures', 'about') }), component: lazyRouteComponent(() => import('./ExperimentPage'), 'ExperimentPage') }),
  createRoute({ ...parent, path: '/settings/channels', validateSearch: reads({ add: text }), component: lazyRouteComponent(() => import('./ChannelsPage'), 'ChannelsPage') }),
] as const
