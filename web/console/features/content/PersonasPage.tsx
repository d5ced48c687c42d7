import { texts, useText } from '@shared/i18n'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Tabs } from 'antd'
import { useMay } from '../../app/session'
import { PageShell } from '../../ui/PageShell'
import { Audits } from './Audits'
import { Checklists } from './Checklists'
import { PersonaList } from './PersonaList'
import './content.css'
import './personas.css'

const said = texts({
  title: ['人设与装修', 'Personas'],
  lead: ['员工账号以什么样子面对客户：人设怎么说话，账号与社群装修是否到位。', 'How staff appear to customers: the persona they speak as, and whether accounts and groups are in order.'],
  personas: ['人设', 'Personas'],
  checklists: ['装修清单', 'Checklists'],
  audits: ['检查记录', 'Audits'],
})

const page = getRouteApi('/shell/personas')

/** Personas, checklists of dressing and their audits. */
export function PersonasPage() {
  const t = useText(said)
  const may = useMay()
  const go = useNavigate()
  const search = page.useSearch()
  return (
    <PageShell title={t.title} lead={t.lead}>
      <Tabs
        activeKey={search.tab ?? 'personas'} destroyOnHidden onChange={(tab) => void go({ to: '/personas', search: { tab: tab as 'audits' }, replace: true })}
        items={[
          { key: 'personas', label: t.personas, children: <PersonaList /> },
          { key: 'checklists', label: t.checklists, children: <Checklists /> },
          ...(may('tasks.read') ? [{ key: 'audits', label: t.audits, children: <Audits /> }] : []),
        ]}
      />
    </PageShell>
  )
}
