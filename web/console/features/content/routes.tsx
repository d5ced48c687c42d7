import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/shellRoute'
import { flag, oneOf, reads, text } from '../../ui/search'

const library = createRoute({
  getParentRoute: () => shellRoute, path: '/library',
  validateSearch: reads({
    q: text, folder: text, tag: text, trash: flag, as: oneOf('table'),
    kind: oneOf('text', 'image', 'video', 'file', 'link', 'miniprogram', 'message', 'article'), state: oneOf('draft', 'review', 'approved', 'rejected', 'archived'),
  }),
  component: lazyRouteComponent(() => import('./LibraryPage'), 'LibraryPage'),
})
const materialNew = createRoute({
  getParentRoute: () => shellRoute, path: '/library/new', validateSearch: reads({ kind: text, folder: text }),
  component: lazyRouteComponent(() => import('./MaterialEdit'), 'MaterialNew'),
})
const material = createRoute({ getParentRoute: () => shellRoute, path: '/library/$id', component: lazyRouteComponent(() => import('./MaterialPage'), 'MaterialPage') })
const materialEdit = createRoute({ getParentRoute: () => shellRoute, path: '/library/$id/edit', component: lazyRouteComponent(() => import('./MaterialEdit'), 'MaterialEdit') })
const scripts = createRoute({
  getParentRoute: () => shellRoute, path: '/scripts',
  validateSearch: reads({ q: text, folder: text, tag: text, trash: flag, script: text, state: oneOf('draft', 'review', 'approved', 'rejected', 'archived') }),
  component: lazyRouteComponent(() => import('./ScriptsPage'), 'ScriptsPage'),
})
const posters = createRoute({ getParentRoute: () => shellRoute, path: '/posters', component: lazyRouteComponent(() => import('./PostersPage'), 'PostersPage') })
const poster = createRoute({
  getParentRoute: () => shellRoute, path: '/posters/$id', validateSearch: reads({ tab: oneOf('batch'), batch: text }),
  component: lazyRouteComponent(() => import('./PosterPage'), 'PosterPage'),
})
const files = createRoute({
  getParentRoute: () => shellRoute, path: '/files', validateSearch: reads({ kind: oneOf('image', 'voice', 'video', 'file'), file: text, as: oneOf('table') }),
  component: lazyRouteComponent(() => import('./FilesPage'), 'FilesPage'),
})
const personas = createRoute({
  getParentRoute: () => shellRoute, path: '/personas',
  validateSearch: reads({ tab: oneOf('personas', 'checklists', 'audits'), checklist: text, staff: text, state: oneOf('open', 'done'), audit: text }),
  component: lazyRouteComponent(() => import('./PersonasPage'), 'PersonasPage'),
})

/** The pages of this part. */
export const contentRoutes = [library, materialNew, material, materialEdit, scripts, posters, poster, files, personas] as const
