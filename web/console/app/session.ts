import { api, type Schema } from '@shared/api/client'

/** Who is signed in and what they may do. */
export type Me = Schema<'MeOutputBody'>

/** Who is signed in; undefined while that is being asked. */
export function useMe(): Me | undefined {
  return api.useQuery('get', '/me', {}, { staleTime: 60_000, retry: false }).data
}

/** Asks whether the viewer has a permission: `may('codes.write')`. */
export function useMay(): (permission: string) => boolean {
  const me = useMe()
  return (permission) => me?.permissions?.includes(permission) ?? false
}
