import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useParams } from '@tanstack/react-router'
import { PageShell } from '../../ui/PageShell'
import { OneReplay } from './ReplayTab'
import './playbooks.css'

const said = texts({ title: ['历史回放', 'Replay'], of: [(n: string) => `历史回放：${n}`, (n: string) => `Replay of ${n}`] })

/** One replay on a page of its own. */
export function ReplayPage() {
  const t = useText(said)
  const { id } = useParams({ from: '/shell/replays/$id' })
  const replay = api.useQuery('get', '/replays/{id}', { params: { path: { id } } })
  const book = api.useQuery('get', '/playbooks/{id}', { params: { path: { id: replay.data?.playbook ?? '' } } }, { enabled: Boolean(replay.data?.playbook) })
  return <PageShell title={book.data ? t.of(book.data.name) : t.title} back={replay.data?.playbook ? `/playbooks/${replay.data.playbook}?tab=replay` : '/playbooks'}><OneReplay id={id} /></PageShell>
}
