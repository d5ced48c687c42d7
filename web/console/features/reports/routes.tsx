import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, list, number, object, oneOf, reads, text } from '../../ui/search'
import { pick, picks } from './model'
import { common } from './search'

const any = (raw: unknown) => (Array.isArray(raw) ? (raw as unknown[]) : undefined)

/** Analysis: each page keeps its whole question in the address. */
export const reportRoutes = [
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/boards', component: lazyRouteComponent(() => import('./BoardsPage'), 'BoardsPage'),
    validateSearch: reads({ ...common, board: oneOf('aarrr', 'aipl', 'five_stage', 'efficiency', 'unit', 'channel', 'staff', 'campaign'), period: oneOf('day', 'week', 'month', 'quarter', 'year'), compare: oneOf('previous', 'year', 'none'), kind: oneOf('aipl', 'aarrr', 'tier') }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/funnel', component: lazyRouteComponent(() => import('./FunnelPage'), 'FunnelPage'),
    validateSearch: reads({ ...common, steps: picks, window: number, mode: oneOf('ordered', 'strict', 'unordered', 'window_funnel'), modes: list, by: text, touch: oneOf('first', 'last', 'step', 'all_events'), exclude: any }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/retention', component: lazyRouteComponent(() => import('./RetentionPage'), 'RetentionPage'),
    validateSearch: reads({ ...common, target: pick, returning: pick, type: oneOf('first_time', 'recurring', 'rolling', 'anchored'), period: oneOf('day', 'week', 'month'), count: number, sum: text, min: number }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/trends', component: lazyRouteComponent(() => import('./TrendsPage'), 'TrendsPage'),
    validateSearch: reads({ ...common, tab: oneOf('trends', 'distribution'), series: any, period: oneOf('hour', 'day', 'week', 'month', 'quarter', 'year'), by: text, formula: text, of: text, event: pick, bins: text }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/paths', component: lazyRouteComponent(() => import('./PathsPage'), 'PathsPage'),
    validateSearch: reads({ ...common, at: pick, side: oneOf('after', 'before', 'all'), depth: number, top: number, gap: number, repeats: flag, prop: text }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/rfm', component: lazyRouteComponent(() => import('./RfmPage'), 'RfmPage'),
    validateSearch: reads({ ...common, at: text, buckets: number, method: oneOf('quantile', 'threshold'), frequency: oneOf('periods', 'events'), monetary: oneOf('mean', 'sum'), r: text, f: text, m: text }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/ltv', component: lazyRouteComponent(() => import('./LtvPage'), 'LtvPage'),
    validateSearch: reads({ ...common, tab: oneOf('forecast', 'tree', 'joining'), at: text, until: text, weeks: number, model: oneOf('bgnbd+gg', 'pareto+gg', 'auto'), discount: number, days: number, pre: number, post: number }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/cac', component: lazyRouteComponent(() => import('./CacPage'), 'CacPage'),
    validateSearch: reads({ ...common, tab: oneOf('cac', 'costs'), by: oneOf('channel', 'month', 'staff', 'campaign', 'phase'), margin: number, step: oneOf('day', 'week'), channel: text }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/attribution', component: lazyRouteComponent(() => import('./AttributionPage'), 'AttributionPage'),
    validateSearch: reads({ ...common, by: oneOf('channel', 'playbook', 'campaign', 'staff', 'code'), lookback: number, half: number, show: oneOf('revenue', 'orders') }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/planner', component: lazyRouteComponent(() => import('./PlannerPage'), 'PlannerPage'),
    validateSearch: reads({ plan: text, tab: oneOf('plan', 'progress', 'versions'), target: number, from: text, to: text, historyFrom: text, historyTo: text, allocation: oneOf('cheapest', 'history'), overrides: object, view: oneOf('hourglass', 'diamond'), fresh: flag }),
  }),
  createRoute({
    getParentRoute: () => shellRoute, path: '/reports/maturity', component: lazyRouteComponent(() => import('./MaturityPage'), 'MaturityPage'),
    validateSearch: reads({ id: text, edit: flag }),
  }),
] as const
