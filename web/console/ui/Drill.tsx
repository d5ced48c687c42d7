import { createContext, lazy, Suspense, useCallback, useContext, useState, type ReactNode } from 'react'

const PeopleDrawer = lazy(() => import('./PeopleDrawer').then((m) => ({ default: m.PeopleDrawer })))

/** One person behind a number. */
export interface Person {
  id: string
  name?: string
  detail?: ReactNode
}

/** The people behind a number: where they are listed, written to a file and saved as an audience. */
export interface People {
  /** Names the list in the cache: all that decides who is in it. */
  key: readonly unknown[]
  title: ReactNode
  note?: ReactNode
  count?: number
  list: (cursor: string | undefined, signal: AbortSignal) => Promise<{ items: Person[]; next?: string }>
  /** Gives a CSV file. */
  csv?: () => Promise<Blob>
  /** Makes an audience of them and gives its id. */
  save?: (name: string) => Promise<string>
}

const Opened = createContext<(people: People) => void>(() => {})

/** Opens the drawer with the people behind a number: `drill({ key, title, list })`. */
export function useDrill() {
  return useContext(Opened)
}

/** Keeps the one drawer of people for all pages. */
export function DrillProvider({ children }: { children: ReactNode }) {
  const [people, setPeople] = useState<People>()
  const open = useCallback((p: People) => setPeople(p), [])
  return (
    <Opened.Provider value={open}>
      {children}
      <Suspense>{people && <PeopleDrawer people={people} onClose={() => setPeople(undefined)} />}</Suspense>
    </Opened.Provider>
  )
}

/** Gives a file to the browser. */
export function download(data: Blob, name: string) {
  const url = URL.createObjectURL(data)
  const a = Object.assign(document.createElement('a'), { href: url, download: name })
  a.click()
  URL.revokeObjectURL(url)
}

