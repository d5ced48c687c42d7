import { api, problemOf } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../app/search'
import { useMay } from '../../app/session'
import { MomentPicker } from '../../ui/MomentPicker'
import { Card, Facts } from '../../ui/PageShell'
import { bubbles } from '../../ui/message/message'
import { PhonePreview } from '../../ui/PhonePreview'
import { StaffPicker } from '../../ui/pickers'
import { Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { sources } from './welcomeWords'

const said = texts({
  title: ['谁加了谁', 'Who adds whom'],
  staff: ['员工', 'Member'],
  customer: ['客户昵称', 'Customer’s name'],
  code: ['扫的活码', 'Code that was scanned'],
  noCode: ['没有扫码', 'None'],
  at: ['时间', 'Moment'],
  now: ['现在', 'Now'],
  result: ['结果', 'What is sent'],
  source: ['来自', 'From'],
  missing: ['未就绪的附件', 'Attachments not ready'],
  missingNote: ['还没有上传到企业微信，现在会被略去', 'Not uploaded to WeCom yet; they would be left out now'],
  pick: ['选择一位员工', 'Choose a member'],
  pickText: ['看看这位员工的下一位新客户会收到什么：哪条规则生效、文字与附件是什么样。', 'See what the member’s next contact will read, and which rule says it.'],
  none: ['不会发送欢迎语', 'Nothing is sent'],
  noneText: ['没有适用的规则。新建一条企业默认，就不会有人被冷落。', 'No rule fits. Make the corp’s default.'],
})

/** What a member's next contact would read. */
export function WelcomePreview({ corp }: { corp: string }) {
  const t = useText(said)
  const s = useText(sources)
  const may = useMay()
  const name = useStaffName(corp)
  const [staff, setStaff] = useState<string>()
  const [customer, setCustomer] = useState('')
  const [state, setState] = useState<string>()
  const [at, setAt] = useState<string>()
  const codes = api.useQuery('get', '/codes', { params: { query: { corp, limit: 200 } } }, { enabled: may('codes.read') })
  const who = useSettled(customer.trim(), 300)
  const shown = api.useQuery('post', '/welcome/preview', { body: { corp, staff: staff ?? '', customer: who || undefined, state, at } }, { enabled: Boolean(staff), retry: false, placeholderData: (old) => old })
  const v = shown.data
  const origin = v?.origin && (v.source === 'code' ? <Link to={`/codes/${v.origin}` as string}>{named(s, v.source)}</Link> : <Link to={'/welcome' as string} search={{ rule: v.origin } as never}>{named(s, v.source)}</Link>)
  return (
    <div className="y-acquire-side">
      <Card title={t.title}>
        <Form layout="vertical">
          <Form.Item label={t.staff} htmlFor="wp-staff"><StaffPicker id="wp-staff" aria-label={t.staff} single corp={corp} value={staff ? [staff] : []} onChange={([u]) => setStaff(u)} style={{ width: '100%' }} /></Form.Item>
          <Form.Item label={t.customer} htmlFor="wp-customer"><Input id="wp-customer" value={customer} maxLength={40} onChange={(e) => setCustomer(e.target.value)} /></Form.Item>
          {may('codes.read') && <Form.Item label={t.code} htmlFor="wp-code"><Select id="wp-code" allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t.noCode} value={state} onChange={setState} options={(codes.data?.items ?? []).map((x) => ({ value: x.state, label: x.name }))} /></Form.Item>}
          <Form.Item label={t.at} htmlFor="wp-at" style={{ marginBottom: 0 }}><MomentPicker id="wp-at" placeholder={t.now} value={at} only="future" onChange={setAt} /></Form.Item>
        </Form>
      </Card>
      <Card title={t.result}>
        {!staff ? <Empty title={t.pick}>{t.pickText}</Empty>
          : shown.error ? <span className="y-tone-bad">{problemOf(shown.error).errors?.[0]?.detail ?? problemOf(shown.error).detail}</span>
          : v && (v.source === 'none' ? <Empty title={t.none}>{t.noneText}</Empty> : (
            <div className="y-acquire-result">
              <PhonePreview from={name(staff)} bubbles={bubbles(v)} />
              <Facts items={[[t.source, origin ?? named(s, v.source)], v.missing > 0 && [t.missing, <span key="m">{num(v.missing)} <span className="y-faint">{t.missingNote}</span></span>]]} />
            </div>
          ))}
      </Card>
    </div>
  )
}
