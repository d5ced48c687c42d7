import { api, type Schema } from '@shared/api/client'
import { useMemo } from 'react'

/** A folder of materials, or a scenario of scripts. */
export type Folder = Schema<'LibraryFolder'>

/** What the address says for "in no folder". */
export const top = 'top'

/** A folder with how deep it lies and the names on the way to it. */
export interface Placed extends Folder {
  depth: number
  path: string
}

/** Folders in the order of a tree. Those whose parent is unknown stand at the top. */
export function placed(folders: readonly Folder[]): Placed[] {
  const out: Placed[] = []
  const known = new Set(folders.map((f) => f.id))
  const walk = (parent: string, depth: number, before: string) => {
    const here = folders.filter((f) => (known.has(f.parent) ? f.parent : '') === parent).sort((a, b) => a.position - b.position)
    for (const f of here) {
      const path = before ? `${before} / ${f.name}` : f.name
      out.push({ ...f, depth, path })
      walk(f.id, depth + 1, path)
    }
  }
  walk('', 0, '')
  return out
}

/** The folder and all below it. */
export function below(folders: readonly Folder[], id: string): Set<string> {
  const out = new Set([id])
  for (let grown = -1; grown !== out.size;) {
    grown = out.size
    for (const f of folders) if (out.has(f.parent)) out.add(f.id)
  }
  return out
}

/** The folders of a space, as a tree in order. */
export function useFolders(space: 'materials' | 'scripts') {
  const query = api.useQuery('get', '/folders', { params: { query: { space } } }, { staleTime: 30_000 })
  const folders = useMemo(() => placed(query.data?.items ?? []), [query.data])
  return { query, folders, path: (id: string) => folders.find((f) => f.id === id)?.path }
}
