import { signedOut } from '@shared/api/client'
import { onLang, useLang } from '@shared/i18n'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { ConfigProvider } from 'antd'
import { useEffect, useState } from 'react'
import { router } from '../router'
import { problemOf } from '@shared/api/client'
import { fetchLocale, localeOf } from './locale'
import { antdTheme, useDark } from './theme'

const client = new QueryClient({
  queryCache: new QueryCache(),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // What the server refuses does not change by asking again; what is away may come back.
      retry: (failures, thrown) => failures < 2 && [0, 429, 503].includes(problemOf(thrown).status),
    },
  },
})

// Reasons and faults that answers carry come in the language of the question.
onLang(() => void client.invalidateQueries())

/** Fetches what most pages share while the first one is being read, so that the next opens at once. */
function warm() {
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 2000))
  idle(() => { void Promise.all([import('../ui/QueryTable'), import('../ui/forms'), import('../ui/pickers'), import('../ui/calendar')]).catch(() => {}) })
}

/** The whole console. */
export function App() {
  const lang = useLang()
  const isDark = useDark()
  const [, drawn] = useState('')
  useEffect(() => { void fetchLocale(lang).then(() => drawn(lang)) }, [lang])
  useEffect(warm, [])
  useEffect(() => {
    document.documentElement.lang = lang
    const leave = () => {
      if (/^\/(sign-in|setup)/.test(router.state.location.pathname)) return // what the door asks stays
      client.clear()
      void router.navigate({ to: '/sign-in', search: { to: router.state.location.href } })
    }
    addEventListener(signedOut, leave)
    return () => removeEventListener(signedOut, leave)
  }, [lang])
  return (
    <ConfigProvider locale={localeOf(lang)} theme={antdTheme(isDark)} variant="outlined">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ConfigProvider>
  )
}
