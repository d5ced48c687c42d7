import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { oneOf, text } from '../../ui/search'

/** What every report keeps in its address. */
export const common = { from: text, to: text, span: oneOf('d7', 'd30', 'd90', 'y1', 'all', 'rich'), audience: text }

/** Changes what the address of this page holds; undefined takes a key away. */
export function usePatch<S extends object>(): (patch: { [K in keyof S]?: S[K] | undefined }) => void {
  const navigate = useNavigate()
  return useCallback((patch) => {
    void navigate({ to: '.', search: ((old: object) => ({ ...old, ...patch })) as never, replace: true, resetScroll: false })
  }, [navigate])
}
