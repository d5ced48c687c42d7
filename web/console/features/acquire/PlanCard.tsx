import { api, problemOf, type Schema } from '@shared/api/client'
import { when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useMemo, useState } from 'react'
import { useSettled } from '../../app/search'
import { MomentPicker } from '../../ui/MomentPicker'
import { Card, State } from '../../ui/PageShell'
import { useStaffName } from '../../ui/Who'

const said = texts({
  title: ['什么时候显示谁', 'Who is shown when'],
  now: ['现在', 'Now'],
  at: ['时间', 'Moment'],
  lead: ['客户此刻扫码，会加到其中一位。', 'Who scans then is led to one of these.'],
  backup: ['备用员工顶班', 'Backup staff'],
  nobody: ['无人可接待：请加备用员工', 'Nobody: add backup staff'],
  next: [(at: string) => `下次按时间变化：${at}`, (at: string) => `Changes next by time: ${at}`],
  stays: ['不随时间变化', 'Does not change by time'],
  needBackup: ['设了班次或每日上限，还需要备用员工', 'With shifts or caps there must be backup staff'],
  wait: ['填好名称和员工后在这里预演', 'Enter name and staff to see it here'],
})

function faultOf(thrown: unknown, needBackup: string): string {
  const p = problemOf(thrown)
  return p.errors?.[0]?.pointer.endsWith('/backup') ? needBackup : (p.errors?.[0]?.detail ?? p.detail)
}

/** Whom a code like this would show at a moment. It is asked anew as the form changes. */
export function PlanCard({ corp, spec }: { corp: string; spec: Schema<'LivecodeSpec'> }) {
  const t = useText(said)
  const name = useStaffName(corp)
  const [at, setAt] = useState<string>()
  const { welcome: _, tags: __, remark: ___, ...rest } = spec
  const key = useSettled(JSON.stringify({ ...rest, name: rest.name || '-', corp, at }), 400)
  const body = useMemo(() => JSON.parse(key) as Schema<'PlanInputBody'>, [key])
  const ready = Boolean(corp && body.members?.length)
  const plan = api.useQuery('post', '/codes/plan', { body }, { enabled: ready, retry: false, placeholderData: (old) => old })
  const shown = plan.data
  return (
    <Card title={t.title}>
      <MomentPicker aria-label={t.at} placeholder={t.now} value={at} only="future" onChange={setAt} style={{ marginBottom: 10 }} />
      <div aria-live="polite">
        {!ready ? <span className="y-faint">{t.wait}</span>
          : plan.error ? <span className="y-tone-warn">{faultOf(plan.error, t.needBackup)}</span>
          : shown && (
            <>
              <div className="y-rowline">
                {shown.users?.length ? shown.users.map((u) => <State key={u} tone={shown.backup ? 'warn' : 'good'}>{name(u)}</State>) : <State tone="bad">{t.nobody}</State>}
              </div>
              {shown.backup && <div className="y-tone-warn" style={{ marginTop: 8 }}>{t.backup}</div>}
              <div className="y-faint" style={{ marginTop: 8 }}>{shown.next ? t.next(when(shown.next)) : t.stays}</div>
            </>
          )}
      </div>
    </Card>
  )
}
