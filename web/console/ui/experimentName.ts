import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useMay } from '../app/session'

const said = texts({ global: ['全部营销的对照组', 'Control group of the brand'], control: ['对照组', 'control group'], send: ['群发', 'Mass send'] })

/** Gives an experiment's name in words: PLAYBOOK/STEP, SEND/ID and global are made by Yutang. */
export function useExperimentName(name: string | undefined): string {
  const t = useText(said)
  const may = useMay()
  const books = api.useQuery('get', '/playbooks', { params: { query: { limit: 500 } } }, { enabled: may('playbooks.read'), staleTime: 60_000 })
  const [first = '', ...rest] = (name ?? '').split('/')
  const send = first.startsWith('ms_') ? first : rest.find((part) => part.startsWith('ms_'))
  const mass = api.useQuery('get', '/mass-sends/{id}', { params: { path: { id: send ?? '' } } }, { enabled: Boolean(send), staleTime: 300_000, retry: false })
  if (!name) return ''
  if (first === 'global') return [t.global, ...rest].join(' · ')
  if (send) return `${t.send} · ${mass.data?.name ?? send}`
  const book = books.data?.items.find((p) => p.id === first)?.name
  if (!book) return name
  return [book, ...(rest.length > 0 ? rest : [t.control])].join(' · ')
}
