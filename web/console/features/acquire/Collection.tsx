import { api } from '@shared/api/client'
import { num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Drawer } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Facts } from '../../ui/PageShell'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { Asked } from '../../ui/states'

const said = texts({
  title: ['与企业微信核对活码', 'Live codes compared with WeCom'],
  lead: ['每天 04:00 自动核对：企业微信上多出来的联系方式删除或认领，丢失的重新生成。别的系统建的不动。', 'Every day at 04:00: contact ways without a code are deleted or given back, lost ones are made anew. Those of other systems are left alone.'],
  go: ['立即核对', 'Compare now'],
  never: ['还没有核对过', 'Not compared yet'],
  at: ['上次核对', 'Last compared'],
  running: ['核对中…', 'Comparing…'],
  listed: ['企微上查看的联系方式', 'Contact ways looked at'],
  adopted: ['认领回活码', 'Given back to their code'],
  deleted: ['已删除（活码已删）', 'Deleted, their code is gone'],
  missing: ['企微已丢失（重新生成）', 'Unknown at WeCom, made anew'],
  foreign: ['别的数据库副本创建（不动）', 'Of another copy, left alone'],
  doubled: ['活码已用其他联系方式（不动）', 'Their code shows another, left alone'],
})

/** What the comparison of codes with the platform did last, and the way to start one. */
export function CollectionDrawer({ corp: asked, onClose }: { corp?: string; onClose: () => void }) {
  const t = useText(said)
  const may = useMay()
  const client = useQueryClient()
  const { first } = useCorps()
  const [chosen, choose] = useState(asked)
  const corp = chosen ?? first ?? ''
  const last = api.useQuery('get', '/codes/collection', { params: { query: { corp } } }, { enabled: Boolean(corp), refetchInterval: (q) => (q.state.data?.started_at && !q.state.data.ended_at ? 2000 : false) })
  const start = api.useMutation('post', '/codes/collection', {
    onSuccess: () => { void client.invalidateQueries({ queryKey: ['get', '/codes/collection'] }); void client.invalidateQueries({ queryKey: ['get', '/codes'] }) }, onError: useOops(),
  })
  return (
    <Drawer
      open size={460} title={t.title} onClose={onClose}
      extra={may('codes.write') && <Button type="primary" loading={start.isPending} disabled={!corp} onClick={() => start.mutate({ params: { query: { corp } } })}>{t.go}</Button>}
    >
      <p className="y-faint">{t.lead}</p>
      <CorpPicker value={chosen} onChange={choose} />
      <Asked query={last}>
        {(x) => (
          <>
            {x.problem && <Alert type="error" showIcon title={x.problem} style={{ marginBottom: 12 }} />}
            <Facts items={[
              [t.at, x.started_at ? (x.ended_at ? when(x.ended_at) : t.running) : t.never],
              [t.listed, num(x.listed)], [t.adopted, num(x.adopted)], [t.deleted, num(x.deleted)], [t.missing, num(x.missing)], [t.foreign, num(x.foreign)], [t.doubled, num(x.doubled)],
            ]} />
          </>
        )}
      </Asked>
    </Drawer>
  )
}
