import { texts, useText } from '@shared/i18n'
import { Button, Checkbox, Input, Segmented, Select } from 'antd'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { TextField } from '../../ui/message/TextField'
import { StaffPicker } from '../../ui/pickers'
import { ArmHead } from './content'
import type { Doc, Task } from './document'
import { Duration, Field, TextList } from './fields'
import { clean } from './model'

const said = texts({
  title: ['任务标题', 'Title'],
  script: ['话术', 'Script'],
  one: ['一种话术', 'One script'],
  test: ['A/B 测试话术', 'A/B test'],
  library: ['话术库', 'From the library'],
  scriptId: ['话术编号', 'Id in the script library'],
  addArm: ['添加版本', 'Add a variant'],
  assign: ['派给谁', 'For whom'],
  owner: ['客户的跟进员工', 'Who has the customer'],
  leader: ['跟进员工的上级', 'Leader of the owner'],
  member: ['指定员工', 'A certain member'],
  deadline: ['完成期限', 'Deadline'],
  remind: ['到期前提醒', 'Reminder before it'],
  escalate: ['逾期多久上报上级', 'Tell the leader after'],
  checklist: ['检查清单', 'Checklist'],
  results: ['可选结果', 'Possible results'],
  resultsHelp: ['默认：done、unreachable、refused。分支和退出条件可以按结果走。', 'Default: done, unreachable, refused. Ways and exits can depend on them.'],
  wait: ['等任务完成或逾期再往下走', 'Go on when it is done or overdue'],
  more: ['更多设置', 'More'],
})

/** Edits a task. */
export function TaskForm({ value: x, onChange, doc }: { doc: Doc; value: Task; onChange: (t: Task) => void }) {
  const t = useText(said)
  const put = (part: Partial<Task>) => onChange(clean({ ...x, ...part }))
  const isFor = !x.assign || x.assign === 'owner' ? 'owner' : x.assign === 'leader' ? 'leader' : 'member'
  const mode = x.variants ? 'test' : x.script_id !== undefined ? 'library' : 'one'
  const says = { one: { script: x.variants?.[0]?.script ?? x.script ?? '' }, test: { variants: [{ name: 'a', percent: 50, script: x.script ?? '' }, { name: 'b', percent: 50, script: '' }] }, library: { script_id: '' } }
  const turn = (to: 'one' | 'test' | 'library') => {
    const { script: _, script_id: __, variants: ___, experiment: ____, ...rest } = x
    onChange({ ...rest, ...says[to] })
  }
  return (
    <>
      <Field label={t.title} path="/task/title"><TextField bare rows={1} dialect="step" label={t.title} value={x.title} onChange={(title) => put({ title })} /></Field>
      <Field label={t.assign} path="/task/assign">
        <Select aria-label={t.assign} style={{ width: '100%' }} value={isFor} onChange={(v: string) => put({ assign: v === 'owner' ? undefined : v === 'leader' ? 'leader' : ' ' })} options={[...((doc.subject ?? 'customer') === 'brand' ? [] : [{ value: 'owner', label: t.owner }, { value: 'leader', label: t.leader }]), { value: 'member', label: t.member }]} />
        {isFor === 'member' && <StaffPicker single style={{ width: '100%', marginTop: 6 }} value={x.assign?.trim() ? [x.assign] : []} onChange={(v) => put({ assign: v[0] ?? ' ' })} />}
      </Field>
      <Field label={t.deadline} path="/task/deadline"><Duration units="mhd" label={t.deadline} value={x.deadline ?? '1d'} onChange={(deadline) => put({ deadline })} /></Field>
      <Field label={t.script} path={x.variants ? '/task/variants' : '/task/script'}>
        <div className="y-playbooks-stack">
          <Segmented size="small" value={mode} onChange={turn} options={[{ value: 'one', label: t.one }, { value: 'test', label: t.test }, { value: 'library', label: t.library }]} />
          {mode === 'library' && <Input aria-label={t.scriptId} placeholder={t.scriptId} value={x.script_id} onChange={(e) => put({ script_id: e.target.value })} />}
          {mode === 'one' && <TextField bare dialect="step" label={t.script} value={x.script ?? ''} onChange={(v) => put({ script: v || undefined })} />}
          {x.variants?.map((v, i) => (
            <div key={i} className="y-playbooks-sub">
              <ArmHead name={v.name} percent={v.percent} onChange={(p) => put({ variants: x.variants?.map((y, j) => (i === j ? { ...y, ...p } : y)) })} onRemove={(x.variants?.length ?? 0) > 2 ? () => put({ variants: x.variants?.filter((_, j) => j !== i) }) : undefined} />
              <TextField bare rows={3} dialect="step" label={`${t.script} ${v.name}`} value={v.script ?? ''} onChange={(script) => put({ variants: x.variants?.map((y, j) => (i === j ? { ...y, script } : y)) })} />
            </div>
          ))}
          {x.variants && <Button size="small" icon={<PlusOutlined />} onClick={() => put({ variants: [...(x.variants ?? []), { name: String.fromCharCode(97 + (x.variants?.length ?? 0)), percent: 0, script: '' }] })}>{t.addArm}</Button>}
        </div>
      </Field>
      <Field label={t.checklist} path="/task/checklist"><Lines label={t.checklist} value={x.checklist} onChange={(checklist) => put({ checklist })} /></Field>
      <Checkbox checked={x.wait ?? false} onChange={(e) => put({ wait: e.target.checked || undefined })}>{t.wait}</Checkbox>
      <details className="y-playbooks-more">
        <summary>{t.more}</summary>
        <Field label={t.results} path="/task/results" help={t.resultsHelp}><TextList label={t.results} value={x.results} onChange={(results) => put({ results })} /></Field>
        <Field label={t.remind} path="/task/remind"><Duration allowClear units="mhd" label={t.remind} value={x.remind?.[0]} onChange={(v) => put({ remind: v ? [v, ...(x.remind?.slice(1) ?? [])] : undefined })} /></Field>
        <Field label={t.escalate} path="/task/escalate"><Duration allowClear units="mhd" label={t.escalate} value={x.escalate} onChange={(v) => put({ escalate: v || undefined })} /></Field>
      </details>
    </>
  )
}

/** One text a line. */
function Lines({ value, onChange, label }: { value?: string[]; onChange: (v: string[] | undefined) => void; label: string }) {
  return (
    <Input.TextArea
      aria-label={label} autoSize={{ minRows: 2, maxRows: 8 }} value={(value ?? []).join('\n')}
      onChange={(e) => onChange(e.target.value ? e.target.value.split('\n') : undefined)}
    />
  )
}
