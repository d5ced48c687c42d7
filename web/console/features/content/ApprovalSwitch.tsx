import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Switch } from 'antd'
import { Hint } from '../../ui/PageShell'
import { useOops } from '../../ui/forms'

const said = texts({
  label: ['发布需审批', 'Approval needed'],
  help: ['开启后，任何人写的版本都要由另一位有审批权限的同事通过才会使用。', 'When on, a version is used only after a colleague who may approve has looked at it; nobody approves what they wrote.'],
})

/** Says whether versions need a second look. */
export function ApprovalSwitch() {
  const t = useText(said)
  const client = useQueryClient()
  const query = api.useQuery('get', '/materials/settings', {})
  const set = api.useMutation('put', '/materials/settings', { onError: useOops(), onSettled: () => client.invalidateQueries({ queryKey: ['get', '/materials/settings'] }) })
  return (
    <span className="y-content-approval">
      <Switch size="small" aria-label={t.label} checked={query.data?.approval ?? false} loading={query.isPending || set.isPending} onChange={(approval) => set.mutate({ body: { approval } })} />
      {t.label}<Hint>{t.help}</Hint>
    </span>
  )
}
