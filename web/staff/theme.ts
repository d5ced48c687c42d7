import { useSyncExternalStore } from 'react'

const system = globalThis.matchMedia?.('(prefers-color-scheme: dark)')

function apply() {
  const name = system?.matches ? 'dark' : 'light'
  document.documentElement.dataset.theme = name
  document.documentElement.dataset.prefersColorScheme = name
}
apply()
system?.addEventListener('change', apply)

/** Whether the browser believes that it has a connection, followed by the component. */
export function useOnline(): boolean {
  return useSyncExternalStore((tell) => {
    addEventListener('online', tell)
    addEventListener('offline', tell)
    return () => {
      removeEventListener('online', tell)
      removeEventListener('offline', tell)
    }
  }, () => navigator.onLine, () => true)
}
