import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Drawer, Input, Radio, Select, Steps, Table } from 'antd'
import { useMemo, useState } from 'react'
import { Faults } from '../../ui/forms'
import { Facts } from '../../ui/PageShell'
import { problemOf } from '@shared/api/client'
import { StaffPicker } from '../../ui/pickers'
import { Loading } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { transferWords } from './transfer'
import { common } from './words'

type Body = Schema<'StartInputBody4'>

const said = texts({
  title: ['发起继承', 'New transfer'],
  s1: ['从谁交给谁', 'From whom to whom'],
  s2: ['交哪些', 'What'],
  s3: ['确认', 'Confirm'],
  kind: ['原员工', 'The member'],
  active: ['在职（调岗、分流）', 'Still works here'],
  resigned: ['已离职', 'Has left'],
  activeHint: ['客户会收到通知，24 小时内可拒绝，期满自动转接。同一位客户 90 天内最多转接 2 次。', 'Customers are told, may refuse for 24 hours, and move then. Each at most twice in 90 days.'],
  resignedHint: ['客户 24 小时后自动转给接替员工。', 'Customers move after 24 hours.'],
  groupHint: ['群立即换群主，一位接替员工每天最多接 300 个群。', 'Groups move at once, 300 a day to one new owner.'],
  object: ['交接内容', 'Hand over'],
  from: ['原员工', 'From'],
  to: ['接替员工', 'To'],
  left: ['（已离职）', ' (left)'],
  which: ['范围', 'Which'],
  whole: ['全部', 'All of them'],
  some: ['挑选', 'Choose'],
  chosen: [(n: string) => `已选 ${n} 个`, (n: string) => `${n} chosen`],
  message: ['告知客户的话（可空，最多 200 字）', 'What customers are told (may be empty, 200 letters)'],
  messageEx: ['您好，您的服务顾问已更换为我，有需要随时联系。', 'Hello, I look after you from now on.'],
  next: ['下一步', 'Next'],
  back: ['上一步', 'Back'],
  start: ['开始继承', 'Begin'],
  begun: ['继承已开始', 'The transfer has begun'],
  added: ['添加时间', 'Added'],
  members: ['成员', 'Members'],
  name: ['名称', 'Name'],
  noName: ['（未命名）', '(no name)'],
  undo: ['开始后不能撤回；客户可以拒绝。', 'It cannot be taken back; customers may refuse.'],
})

/** Hands customers or groups over in three steps. */
export function TransferWizard({ corp, from: firstFrom, items: firstItems, kind: firstKind, onClose, onStarted }: { corp: string; from?: string; items?: string[]; kind?: Body['kind']; onClose: () => void; onStarted: (id: string) => void }) {
  const t = useText(said)
  const c = useText(common)
  const w = useText(transferWords)
  const client = useQueryClient()
  const { message } = App.useApp()
  const name = useStaffName(corp)
  const [step, setStep] = useState(0)
  const [kind, setKind] = useState<Body['kind']>(firstKind ?? 'active')
  const [object, setObject] = useState<Body['object']>('customer')
  const [from, setFrom] = useState(firstFrom)
  const [to, setTo] = useState<string>()
  const [items, setItems] = useState<string[] | undefined>(firstItems)
  const [text, setText] = useState('')
  const gone = api.useQuery('get', '/staff', { params: { query: { corp, left: true, limit: 1000 } } })
  const start = api.useMutation('post', '/handover/transfers', {
    onSuccess: (x) => { void client.invalidateQueries({ queryKey: ['get', '/handover/transfers'] }); message.success(t.begun); onStarted(x.id) },
  })
  const resigned = (gone.data?.items ?? []).filter((s) => s.left_at || s.status === 5)
  const ready = [Boolean(from && to && from !== to), !items || items.length > 0, true][step]
  const hint = object === 'group' ? t.groupHint : kind === 'active' ? t.activeHint : t.resignedHint
  const body: Body = { corp, from: from ?? '', to: to ?? '', kind, object, items, message: text.trim() || undefined }
  return (
    <Drawer
      open size={640} title={t.title} onClose={onClose}
      footer={(
        <div className="y-foot">
          {step > 0 && <Button onClick={() => setStep(step - 1)}>{t.back}</Button>}
          {step < 2 ? <Button type="primary" disabled={!ready} onClick={() => setStep(step + 1)}>{t.next}</Button> : <Button type="primary" loading={start.isPending} onClick={() => start.mutate({ body })}>{t.start}</Button>}
        </div>
      )}
    >
      <Steps size="small" current={step} items={[{ title: t.s1 }, { title: t.s2 }, { title: t.s3 }]} style={{ marginBottom: 20 }} />
      {step === 0 && (
        <div className="y-stack">
          <div className="y-wecom-field"><b id="tw-kind">{t.kind}</b><Radio.Group aria-labelledby="tw-kind" value={kind} onChange={(e) => { setKind(e.target.value as Body['kind']); setFrom(undefined); setItems(undefined) }} options={[{ value: 'active', label: t.active }, { value: 'resigned', label: t.resigned }]} /></div>
          <div className="y-wecom-field"><b id="tw-object">{t.object}</b><Radio.Group aria-labelledby="tw-object" value={object} onChange={(e) => { setObject(e.target.value as Body['object']); setItems(undefined) }} options={[{ value: 'customer', label: w.customer }, { value: 'group', label: w.group }]} /></div>
          <p className="y-faint">{hint}</p>
          <div className="y-wecom-field"><label htmlFor="tw-from">{t.from}</label>
            {kind === 'resigned'
              ? <Select id="tw-from" showSearch={{ optionFilterProp: 'label' }} value={from} onChange={(v: string) => { setFrom(v); setItems(undefined) }} options={[...(from && !resigned.some((s) => s.staff === from) ? [{ value: from, label: name(from) }] : []), ...resigned.map((s) => ({ value: s.staff, label: `${s.name || s.staff}${t.left}` }))]} />
              : <StaffPicker id="tw-from" aria-label={t.from} single corp={corp} value={from ? [from] : []} onChange={([u]) => { setFrom(u); setItems(undefined) }} />}
          </div>
          <div className="y-wecom-field"><label htmlFor="tw-to">{t.to}</label><StaffPicker id="tw-to" aria-label={t.to} single corp={corp} value={to ? [to] : []} onChange={([u]) => setTo(u)} /></div>
        </div>
      )}
      {step === 1 && (
        <div className="y-stack">
          <div className="y-wecom-field"><b id="tw-which">{t.which}</b><Radio.Group aria-labelledby="tw-which" value={items ? 'some' : 'whole'} onChange={(e) => setItems(e.target.value === 'some' ? [] : undefined)} options={[{ value: 'whole', label: t.whole }, { value: 'some', label: t.some }]} /></div>
          {items && <Choose corp={corp} from={from ?? ''} object={object} value={items} onChange={setItems} />}
        </div>
      )}
      {step === 2 && (
        <div className="y-stack">
          <Facts items={[[t.from, name(from)], [t.to, name(to)], [t.object, `${w[kind]} · ${w[object]} · ${items ? t.chosen(num(items.length)) : t.whole}`]]} />
          {object === 'customer' && kind === 'active' && <div className="y-wecom-field"><label htmlFor="tw-text">{t.message}</label><Input.TextArea id="tw-text" maxLength={200} showCount autoSize={{ minRows: 3 }} placeholder={t.messageEx} value={text} onChange={(e) => setText(e.target.value)} /></div>}
          <p className="y-faint">{hint} {t.undo}</p>
          {start.error !== null && <Faults problem={problemOf(start.error)} />}
        </div>
      )}
      <span className="y-hidden" aria-live="polite">{c.state} {step + 1}</span>
    </Drawer>
  )
}

function Choose({ corp, from, object, value, onChange }: { corp: string; from: string; object: Body['object']; value: string[]; onChange: (ids: string[]) => void }) {
  const t = useText(said)
  const c = useText(common)
  const contacts = api.useInfiniteQuery('get', '/contacts', { params: { query: { corp, staff: from, state: 'active', limit: 200 } } }, { ...byCursor, enabled: object === 'customer' })
  const groups = api.useInfiniteQuery('get', '/groups', { params: { query: { corp, owner: from, limit: 200 } } }, { ...byCursor, enabled: object === 'group' })
  const list = object === 'customer' ? contacts : groups
  const rows = useMemo((): { id: string; name?: string; customer?: string; detail: string }[] => (object === 'customer'
    ? (contacts.data?.pages ?? []).flatMap((p) => p.items ?? []).map((x) => ({ id: x.external_userid, name: x.remark, customer: x.customer, detail: when(x.added_at) }))
    : (groups.data?.pages ?? []).flatMap((p) => p.items ?? []).map((x) => ({ id: x.id, name: x.name || t.noName, customer: undefined, detail: num(x.size) }))
  ), [object, contacts.data, groups.data, t])
  if (list.isPending) return <Loading />
  return (
    <>
      <div className="y-faint" aria-live="polite">{t.chosen(num(value.length))}</div>
      <Table
        size="small" rowKey="id" pagination={false} dataSource={rows} scroll={{ y: 340 }} rowSelection={{ selectedRowKeys: value, onChange: (keys) => onChange(keys as string[]), columnWidth: 44 }}
        columns={[{ title: object === 'customer' ? c.customer : t.name, render: (_, x) => (x.customer ? <><Who id={x.customer} /> <span className="y-faint">{x.name}</span></> : x.name) }, { title: object === 'customer' ? t.added : t.members, width: 160, render: (_, x) => x.detail }]}
      />
      {list.hasNextPage && <Button type="text" block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{c.more}</Button>}
    </>
  )
}
