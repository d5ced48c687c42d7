import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useState } from 'react'
import { DrawerForm } from '../../ui/forms'
import { CorpPicker, StaffPicker, useCorps } from '../../ui/pickers'

const said = texts({ title: ['整体移交任务', 'Hand over everything'], lead: ['一位员工休假或调岗时，把未完成的任务全部交给另一位，历史保留。', 'When a member is away or moves on, all open tasks go to another. History stays.'], from: ['从', 'From'], to: ['交给', 'To'], done: [(n: number) => `已移交 ${n} 个任务`, (n: number) => `${n} tasks handed over`], go: ['移交', 'Hand over'] })

/** Gives all that one member has to do to another. */
export function HandOver({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const cache = useQueryClient()
  const { first } = useCorps()
  const [corp, setCorp] = useState<string>()
  const [from, setFrom] = useState<string[]>([])
  const [to, setTo] = useState<string[]>([])
  const of = corp ?? first ?? ''
  const over = api.useMutation('post', '/tasks/hand-over', { onSuccess: (d) => { message.success(t.done(d.tasks)); void cache.invalidateQueries({ queryKey: ['get', '/tasks'] }); onClose() } })
  return (
    <DrawerForm open title={t.title} onClose={onClose} okText={t.go} disabled={!from[0] || !to[0] || from[0] === to[0]} saving={over.isPending} problem={over.error} onSave={() => over.mutate({ body: { corp: of, from: from[0] ?? '', to: to[0] ?? '' } })}>
      <div className="y-stack">
        <p className="y-faint">{t.lead}</p><CorpPicker value={of} onChange={setCorp} />
        <div>{t.from}<StaffPicker single corp={of} value={from} onChange={setFrom} style={{ width: '100%' }} aria-label={t.from} /></div>
        <div>{t.to}<StaffPicker single corp={of} value={to} onChange={setTo} style={{ width: '100%' }} aria-label={t.to} /></div>
      </div>
    </DrawerForm>
  )
}
