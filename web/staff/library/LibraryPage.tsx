import { texts, useText } from '@shared/i18n'
import { useRoute } from '../route'
import { Page } from '../ui/Page'
import { Library } from './Library'

const said = texts({ scripts: ['话术', 'Scripts'], materials: ['素材', 'Materials'] })

/** Scripts, for whichever customer. */
export function ScriptsPage() {
  const t = useText(said)
  return <Page title={t.scripts}><Library space="scripts" /></Page>
}

/** Materials and posters. */
export function MaterialsPage() {
  const t = useText(said)
  const { search } = useRoute()
  return <Page title={t.materials}><Library space="materials" first={search.get('q') ?? ''} /></Page>
}
