import type { Schema } from '@shared/api/client'
import { pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import { Button, InputNumber } from 'antd'
import { StaffPicker } from '../../ui/pickers'
import { Hint } from '../../ui/PageShell'
import { useStaffName } from '../../ui/Who'

/** Someone whom a code shows, with the share and the cap of a day. */
export type Member = Schema<'LivecodeMember'>

const said = texts({
  member: ['员工', 'Member'],
  weight: ['权重', 'Weight'],
  weightHint: ['同时在岗的人按权重分配新客户，1 到 100', 'Among those on duty customers are shared by weight, 1 to 100'],
  share: ['占比', 'Share'],
  cap: ['每日上限', 'Daily cap'],
  capHint: ['到上限后当天不再展示；留空不限', 'Who has so many today is shown no more; empty is no cap'],
  none: ['不限', 'None'],
  remove: [(n: string) => `移除 ${n}`, (n: string) => `Remove ${n}`],
  add: ['添加员工', 'Add staff'],
  of: [(n: string, what: string) => `${n} 的${what}`, (n: string, what: string) => `${what} of ${n}`],
})

/** Edits the staff of a code. */
export function MemberTable({ value, onChange, corp, single, id }: { value?: Member[]; onChange?: (members: Member[]) => void; corp?: string; single?: boolean; id?: string }) {
  const t = useText(said)
  const name = useStaffName(corp)
  const members = value ?? []
  const total = members.reduce((sum, m) => sum + (m.weight || 1), 0)
  const set = (i: number, next: Partial<Member>) => onChange?.(members.map((m, j) => (j === i ? { ...m, ...next } : m)))
  const choose = (users: string[]) => onChange?.(users.slice(0, single ? 1 : undefined).map((staff) => members.find((m) => m.staff === staff) ?? { staff, weight: 1 }))
  return (
    <div>
      {members.length > 0 && (
        <table className="y-acquire-members">
          <thead><tr><th scope="col">{t.member}</th><th scope="col">{t.weight}<Hint>{t.weightHint}</Hint></th><th scope="col">{t.share}</th><th scope="col">{t.cap}<Hint>{t.capHint}</Hint></th><th aria-hidden="true" /></tr></thead>
          <tbody>
            {members.map((m, i) => (
              <tr key={m.staff}>
                <td>{name(m.staff)}</td>
                <td><InputNumber size="small" min={1} max={100} style={{ width: 72 }} aria-label={t.of(name(m.staff), t.weight)} value={m.weight || 1} onChange={(w) => set(i, { weight: w ?? 1 })} /></td>
                <td className="y-faint">{pct((m.weight || 1) / total, 0)}</td>
                <td><InputNumber size="small" min={1} max={100_000} style={{ width: 92 }} placeholder={t.none} aria-label={t.of(name(m.staff), t.cap)} value={m.daily_cap || null} onChange={(n) => set(i, { daily_cap: n ?? undefined })} /></td>
                <td><Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.remove(name(m.staff))} onClick={() => onChange?.(members.filter((_, j) => j !== i))} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <StaffPicker id={id} corp={corp} single={single} placeholder={t.add} aria-label={t.add} style={{ width: '100%' }} value={members.map((m) => m.staff)} onChange={choose} />
    </div>
  )
}
