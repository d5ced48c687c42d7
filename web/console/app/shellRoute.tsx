import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { App } from 'antd'
import { Shell } from './Shell'
import { Broken, Lost } from './Broken'
import { SignIn } from './SignIn'

// Messages and dialogues stand inside the router, so that they may hold links.
function Root() {
  return <App message={{ maxCount: 3 }}><Outlet /></App>
}

/** The root of all pages. */
export const rootRoute = createRootRoute({ component: Root, notFoundComponent: Lost, errorComponent: Broken })

/** Pages with the menu around them: everything but signing in. */
export const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: 'shell', component: Shell })

/** The page to sign in on. `to` is where to go then. */
export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (s: Record<string, unknown>) => ({ to: typeof s.to === 'string' ? s.to : undefined }),
  component: SignIn,
})

/** The page of a new server, opened by the one-time link. */
export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: (s: Record<string, unknown>) => ({ token: typeof s.token === 'string' ? s.token : undefined }),
  component: lazyRouteComponent(() => import('./Setup'), 'Setup'),
})
