import { call, must, problemOf, type Problem } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Form, Input, Segmented, Upload } from 'antd'
import { useRef, useState } from 'react'
import { Faults } from '../../ui/forms'
import { Card, PageShell } from '../../ui/PageShell'
import { AudiencePicker } from '../../ui/pickers'
import type { Doc, Subject, Trigger } from './document'
import { KindIcon } from './icons'
import { subjectWords } from './words'
import { YamlFaults, type Area } from './YamlFaults'
import './playbooks.css'

const said = texts({
  title: ['新建 SOP', 'New playbook'],
  lead: ['先定谁、什么时候进入；流程在下一步画。', 'Say who enters and when; the flow comes next.'],
  blank: ['从空白开始', 'Blank'],
  yaml: ['导入 YAML', 'Import YAML'],
  template: ['去模板库选一个', 'Choose a template'],
  name: ['名称', 'Name'],
  nameEg: ['例如：新客 7 天承接', 'Such as: the first week'],
  needed: ['写上名称', 'Give it a name'],
  subject: ['谁在走', 'Who goes through it'],
  trigger: ['什么时候进入', 'What starts it'],
  contact: ['加为好友', 'Contact added'], contactNote: ['新客承接、欢迎、分流', 'Welcome newcomers'],
  order: ['付款成功', 'Order completed'], orderNote: ['售后关怀、复购，每个订单走一遍', 'After-sale; one run for each order'],
  unpaid: ['下单未付', 'Checkout started'], unpaidNote: ['等一段时间没付款再提醒', 'Wait, then remind'],
  audience: ['进入人群', 'Entering an audience'], audienceNote: ['符合条件就进入', 'Whoever matches'],
  birthday: ['生日', 'Birthday'], birthdayNote: ['每年一次，可提前几天', 'Each year'],
  weekly: ['定时', 'A schedule'], weeklyNote: ['每天、每周或某一刻', 'Daily, weekly or once'],
  api: ['接口或人工', 'API or by hand'], apiNote: ['由你的系统决定', 'Your system decides'],
  which: ['哪个人群', 'Which audience'],
  go: ['创建并画流程', 'Make it and draw the flow'],
  paste: ['粘贴 YAML，或选择文件', 'Paste YAML or choose a file'],
  file: ['选择文件', 'Choose a file'],
  importIt: ['导入为草稿', 'Import as a draft'],
  yamlNote: ['可以是别处导出的文件，或命令行 yutang playbook export 的结果。有问题会指出在哪里。', 'A file from elsewhere or from yutang playbook export. Faults are shown with where they are.'],
  first: ['第一步', 'First step'],
})

type Recipe = 'contact' | 'order' | 'unpaid' | 'audience' | 'birthday' | 'weekly' | 'api'

const recipes: Record<Recipe, (audience?: string) => { trigger: Trigger; more?: Partial<Doc> }> = {
  contact: () => ({ trigger: { event: 'Contact Added' } }),
  order: () => ({ trigger: { event: 'Order Completed' }, more: { key: 'order_id', reentry: 'always' } }),
  unpaid: () => ({ trigger: { event: 'Checkout Started' }, more: { key: 'order_id', reentry: 'always', goal: { event: 'Order Completed', same_key: true } } }),
  audience: (a) => ({ trigger: { audience: a ?? '' } }),
  birthday: () => ({ trigger: { date: { trait: 'birthday' } } }),
  weekly: (a) => ({ trigger: { schedule: { every: 'week', weekdays: ['mon'], time: '10:00', ...(a ? { audience: a } : {}) } } }),
  api: () => ({ trigger: { api: true } }),
}

/** Makes a playbook: blank with a trigger, from the library, or from a file. */
export function NewPage() {
  const t = useText(said)
  const search = useSearch({ from: '/shell/playbooks/new' })
  const go = useNavigate()
  const from = search.from ?? 'blank'
  return (
    <PageShell
      title={t.title} lead={t.lead} back="/playbooks" actions={<Link to={'/sop' as string}><Button>{t.template}</Button></Link>}
      extra={<Segmented value={from} onChange={(v) => void go({ to: '/playbooks/new', search: { ...search, from: v as 'blank' }, replace: true })} options={[{ value: 'blank', label: t.blank }, { value: 'yaml', label: t.yaml }]} />}
    >
      {from === 'yaml' ? <Import /> : <Blank audience={search.audience} />}
    </PageShell>
  )
}

function Blank({ audience: given }: { audience?: string }) {
  const t = useText(said)
  const subjects = useText(subjectWords)
  const go = useNavigate()
  const client = useQueryClient()
  const [subject, setSubject] = useState<Subject>('customer')
  const [recipe, setRecipe] = useState<Recipe>(given ? 'audience' : 'contact')
  const [audience, setAudience] = useState(given)
  const [problem, setProblem] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const [form] = Form.useForm<{ name: string }>()
  const offered: Recipe[] = subject === 'customer' ? ['contact', 'order', 'unpaid', 'audience', 'birthday', 'weekly', 'api'] : subject === 'brand' ? ['weekly', 'api'] : ['weekly']
  const chosen = offered.includes(recipe) ? recipe : (offered[0] as Recipe)
  const needsAudience = subject === 'customer' && (chosen === 'audience' || chosen === 'weekly')
  const make = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    const { name } = v
    const { trigger, more } = recipes[chosen](needsAudience ? audience : undefined)
    const doc: Doc = { name, trigger, ...more, ...(subject === 'customer' ? {} : { subject }), steps: [{ id: 'wait', wait: { for: '1d' } }] }
    setBusy(true)
    try {
      const made = await must(call.POST('/playbooks', { body: { definition: doc } }))
      void client.invalidateQueries({ queryKey: ['get', '/playbooks'] })
      await go({ to: '/playbooks/$id', params: { id: made.id }, search: { tab: 'edit' } })
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card>
      <Form form={form} layout="vertical" onFinish={() => void make()}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true, message: t.needed }]}><Input style={{ maxWidth: 420 }} maxLength={60} placeholder={t.nameEg} autoFocus /></Form.Item>
        <Form.Item label={t.subject}><Segmented value={subject} onChange={(s) => setSubject(s as Subject)} options={Object.entries(subjects).map(([value, label]) => ({ value, label }))} /></Form.Item>
        <Form.Item label={t.trigger}>
          <div className="y-playbooks-choices">
            {offered.map((r) => (
              <button key={r} type="button" className="y-playbooks-choice" aria-pressed={chosen === r} onClick={() => setRecipe(r)}><KindIcon kind={r === 'weekly' ? 'wait_until' : r === 'api' ? 'webhook' : 'trigger'} /><span><b>{t[r]}</b><small>{t[`${r}Note`]}</small></span></button>
            ))}
          </div>
        </Form.Item>
        {needsAudience && <Form.Item label={t.which} required={chosen === 'audience'}><AudiencePicker style={{ width: 320 }} value={audience} onChange={setAudience} /></Form.Item>}
        {problem && <Faults problem={problem} />}
        <Button type="primary" htmlType="submit" loading={isBusy} disabled={needsAudience && !audience}>{t.go}</Button>
      </Form>
    </Card>
  )
}

function Import() {
  const t = useText(said)
  const area = useRef<Area>(null)
  const go = useNavigate()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const bring = async () => {
    setBusy(true)
    try {
      const { id } = await must(call.POST('/playbooks/yaml', { body: text as never, bodySerializer: (b) => b as never, headers: { 'Content-Type': 'application/yaml' } }))
      void client.invalidateQueries({ queryKey: ['get', '/playbooks'] })
      await go({ to: '/playbooks/$id', params: { id }, search: { tab: 'edit' } })
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={t.paste} extra={<Upload accept=".yaml,.yml" showUploadList={false} beforeUpload={(f) => { void f.text().then(setText); return false }}><Button>{t.file}</Button></Upload>}>
      <div className="y-playbooks-stack">
        <p className="y-faint">{t.yamlNote}</p>
        {problem && <YamlFaults text={text} problem={problem} area={area} />}
        <Input.TextArea ref={area} aria-label={t.paste} className="y-mono" rows={20} value={text} onChange={(e) => setText(e.target.value)} spellCheck={false} />
        <Button type="primary" disabled={!text.trim()} loading={isBusy} onClick={() => void bring()}>{t.importIt}</Button>
      </div>
    </Card>
  )
}
