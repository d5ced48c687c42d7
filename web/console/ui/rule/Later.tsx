import { lazy, Suspense, type ComponentProps } from 'react'
import { Loading } from '../states'

const Part = lazy(() => import('./RuleBuilder').then((m) => ({ default: m.RuleBuilder })))

/** The rule builder, fetched when the first rule is edited: for pages on which that is rare. */
export function RuleBuilder(props: ComponentProps<typeof Part>) {
  return <Suspense fallback={<Loading rows={2} />}><Part {...props} /></Suspense>
}
