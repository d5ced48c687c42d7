import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Switch } from 'antd'
import { useEffect, useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm } from '../../ui/forms'
import { Asked } from '../../ui/states'

const said = texts({
  title: ['SOP 设置', 'Settings of playbooks'],
  approval: ['发布前需要另一位同事批准', 'A colleague must approve before publishing'],
  help: ['打开后，草稿要先“提交审批”，由有审批权限的另一个人批准才能发布；所有者可以自己批准。', 'Drafts are submitted first and approved by somebody else who may approve. The owner may approve their own.'],
  saved: ['已保存', 'Saved'],
  cannot: ['需要“设置”权限才能改动。', 'You need the permission to change settings.'],
})

/** What the brand decides about playbooks. */
export function SettingsDrawer({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const asked = api.useQuery('get', '/playbook-settings', {})
  const [isNeeded, setNeeded] = useState(false)
  useEffect(() => { if (asked.data) setNeeded(asked.data.approval_required) }, [asked.data])
  const save = api.useMutation('put', '/playbook-settings', { onSuccess: () => { void client.invalidateQueries({ queryKey: ['get', '/playbook-settings'] }); void message.success(t.saved); onClose() } })
  const isAllowed = may('settings.write')
  return (
    <DrawerForm open title={t.title} onClose={onClose} saving={save.isPending} problem={save.error ?? undefined} disabled={!isAllowed} onSave={() => save.mutate({ body: { approval_required: isNeeded } })}>
      <Asked query={asked}>{() => (
        <div className="y-playbooks-switch"><Switch checked={isNeeded} disabled={!isAllowed} onChange={setNeeded} aria-label={t.approval} /><span><b>{t.approval}</b><small>{isAllowed ? t.help : t.cannot}</small></span></div>
      )}</Asked>
    </DrawerForm>
  )
}
