import { call, must, type Schema } from '@shared/api/client'
import { useQuery } from '@tanstack/react-query'

type Customer = Schema<'CustomerView'>

/** How many are asked for together, and for how many milliseconds a row waits for others. */
const most = 100
const pause = 5

let waiting = new Map<string, ((c: Customer | null) => void)[]>()

async function ask(): Promise<void> {
  const batch = waiting
  waiting = new Map()
  const ids = [...batch.keys()]
  for (let at = 0; at < ids.length; at += most) {
    const some = ids.slice(at, at + most)
    const page = await must(call.POST('/customers/query', { body: { customers: some, limit: most } })).catch(() => undefined)
    for (const id of some) for (const tell of batch.get(id) ?? []) tell(page?.items.find((c) => c.id === id) ?? null)
  }
}

/** Asks for one customer; those asked for at nearly the same time share a request. */
function someone(id: string): Promise<Customer | null> {
  if (waiting.size === 0) setTimeout(() => void ask(), pause)
  return new Promise((tell) => { waiting.set(id, [...(waiting.get(id) ?? []), tell]) })
}

/** A customer by id, for one row of many. */
export function useSomeone(id: string | undefined, enabled: boolean) {
  return useQuery({ queryKey: ['customer', id], queryFn: () => someone(id ?? ''), enabled: enabled && Boolean(id), staleTime: 300_000, retry: false })
}
