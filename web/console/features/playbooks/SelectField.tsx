import { texts, useText } from '@shared/i18n'
import { CorpPicker, StaffPicker } from '../../ui/pickers'
import type { Select } from './document'
import { TextList } from './fields'
import { clean } from './model'

const said = texts({
  staff: ['指定员工，不选为全部', 'These members; none: all'],
  words: ['群名包含这些词，不填为全部', 'Groups whose name holds a word; none: all'],
})

/** Chooses members or group chats; nothing chosen is all of them. */
export function SelectField({ kind, value, onChange }: { kind: 'staff' | 'group'; value?: Select; onChange: (v: Select | undefined) => void }) {
  const t = useText(said)
  const put = (part: Partial<Select>) => {
    const next = clean({ ...value, ...part })
    onChange(Object.keys(next).length > 0 ? next : undefined)
  }
  return (
    <div className="y-playbooks-stack">
      <CorpPicker value={value?.corp} onChange={(corp) => value?.corp !== corp && value?.corp !== undefined && put({ corp })} />
      {kind === 'staff'
        ? <StaffPicker corp={value?.corp} placeholder={t.staff} style={{ width: '100%' }} value={value?.staff ?? []} onChange={(v) => put({ staff: v.length > 0 ? v : undefined })} />
        : <TextList label={t.words} value={value?.tags} onChange={(tags) => put({ tags })} />}
    </div>
  )
}
