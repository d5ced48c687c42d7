import { PageShell } from '../../ui/PageShell'
import { texts, useText } from '@shared/i18n'

const said = texts({ title: ['概览', 'Overview'] })

/** What matters today. */
export function Home() {
  const t = useText(said)
  return <PageShell title={t.title}>{null}</PageShell>
}
