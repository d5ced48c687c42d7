import { api, type Schema } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, useOops, useSure } from '../../ui/forms'
import { MomentPicker } from '../../ui/MomentPicker'
import { armWords, eventWords, resultEvents } from './words'

const said = texts({
  stop: ['停止入组', 'End enrolment'], resume: ['恢复入组', 'Resume'], decide: ['做决定', 'Decide'], settings: ['设置', 'Settings'], stopSure: ['停止入组？', 'End the enrolment?'], stopNote: ['之后的客户不再计入；已入组的继续观察到满期。SOP 或群发本身照常进行。', 'Who is exposed later does not count; those exposed before are measured to the end of their horizon. The playbook goes on.'],
  resumeSure: ['恢复入组？', 'Take the stop back?'], resumeNote: ['停止期间的客户也会计入。', 'Customers exposed meanwhile count too.'], arm: ['保留哪一组', 'Which arm is kept'], none: ['都不保留 / 没有结论', 'None, or no conclusion'], note: ['为什么', 'Why'], noteHint: ['记下依据。这里只做记录，SOP 要自己改。', 'What it rests on. This only notes it; change the playbook yourself.'],
  need: ['请写明原因', 'Say why'], horizon: ['观察期（天）', 'Horizon in days'], horizonHint: ['入组后多少天内的行为算数。', 'Days after the exposure that count.'], event: ['什么算转化', 'What is a conversion'], customers: ['计划人数（满期）', 'Planned customers (mature)'], until: ['或计划到', 'Or planned until'], planHint: ['到了就显示“计划时点”的结果，之后不再变。', 'When reached, the fixed-horizon result shows and stays.'],
  hypothesis: ['假设', 'Hypothesis'], hypothesisHint: ['预期什么变化、为什么，主要看哪个指标。', 'What you expect and why, and which measure decides.'], owner: ['负责人', 'Owner'], alpha: ['误判概率', 'Chance of a false finding'], control: ['对照是哪一组', 'The control'], guard: ['护栏：不该变多的事', 'Guardrails'],
  careful: ['看过结果后再改观察期或转化事件，结论就不可信了。', 'Changing the horizon or the event after looking makes the result untrustworthy.'],
})

type Info = Schema<'ExperimentInfo'>

/** What can be done with an experiment: end it, decide, change how it is measured. */
export function ExperimentActions({ info: x }: { info: Info }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const [open, setOpen] = useState<'decide' | 'settings'>()
  const fresh = () => { setOpen(undefined); void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/experiments') }) }
  const options = { onSuccess: fresh, onError: useOops() }
  const stop = api.useMutation('post', '/experiments/{experiment}/stop', options)
  const resume = api.useMutation('post', '/experiments/{experiment}/resume', options)
  if (!may('experiments.write')) return null
  const params = { path: { experiment: x.id } }
  return (
    <>
      <Button onClick={() => setOpen('settings')}>{t.settings}</Button>
      {x.stopped_at ? <Button onClick={() => sure({ title: t.resumeSure, content: t.resumeNote, ok: t.resume, go: () => resume.mutateAsync({ params }) })}>{t.resume}</Button>
        : <Button onClick={() => sure({ title: t.stopSure, content: t.stopNote, ok: t.stop, go: () => stop.mutateAsync({ params }) })}>{t.stop}</Button>}
      <Button type="primary" onClick={() => setOpen('decide')}>{t.decide}</Button>
      {open === 'decide' && <Decide info={x} onDone={fresh} onClose={() => setOpen(undefined)} />}
      {open === 'settings' && <Settings info={x} onDone={fresh} onClose={() => setOpen(undefined)} />}
    </>
  )
}

interface Ends { info: Info; onDone: () => void; onClose: () => void }

function Decide({ info: x, onDone, onClose }: Ends) {
  const t = useText(said)
  const arms = useText(armWords)
  const [form] = Form.useForm<Schema<'DecideInputBody'>>()
  const decide = api.useMutation('post', '/experiments/{experiment}/decision', { onSuccess: onDone })
  const save = () => void form.validateFields().then((body) => decide.mutate({ params: { path: { experiment: x.id } }, body }), () => undefined)
  return (
    <DrawerForm open title={t.decide} onClose={onClose} onSave={save} saving={decide.isPending} problem={decide.error} size={420}>
      <Form form={form} layout="vertical" initialValues={{ arm: x.decision?.arm, note: x.decision?.note }}>
        <Form.Item name="arm" label={t.arm}><Select allowClear placeholder={t.none} options={x.arms.map((a) => ({ value: a.name, label: named(arms, a.name) }))} /></Form.Item>
        <Form.Item name="note" label={t.note} extra={t.noteHint} rules={[{ required: true, whitespace: true, message: t.need }]}><Input.TextArea rows={4} maxLength={1000} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}

function Settings({ info: x, onDone, onClose }: Ends) {
  const t = useText(said)
  const arms = useText(armWords)
  const events = useText(eventWords)
  const [form] = Form.useForm<Schema<'ExperimentSettings'>>()
  const put = api.useMutation('put', '/experiments/{experiment}', { onSuccess: onDone })
  const s = x.settings
  const save = () => void form.validateFields().then((f) => {
    const body = { ...s, ...f, planned_customers: f.planned_customers || undefined, planned_until: f.planned_until || undefined, hypothesis: f.hypothesis || undefined, owner: f.owner || undefined, control: f.control || undefined }
    put.mutate({ params: { path: { experiment: x.id } }, body })
  }, () => undefined)
  const known = resultEvents.map((e) => ({ value: e, label: named(events, e) }))
  return (
    <DrawerForm open title={t.settings} onClose={onClose} onSave={save} saving={put.isPending} problem={put.error}>
      <Form form={form} layout="vertical" initialValues={s}>
        <Form.Item name="hypothesis" label={t.hypothesis} extra={t.hypothesisHint}><Input.TextArea rows={3} maxLength={1000} /></Form.Item>
        <Form.Item name="event" label={t.event}><Select showSearch options={known} /></Form.Item>
        <Form.Item name="horizon_days" label={t.horizon} extra={t.horizonHint}><InputNumber min={1} max={365} precision={0} /></Form.Item>
        <div className="y-outreach-two">
          <Form.Item name="planned_customers" label={t.customers} extra={t.planHint}><InputNumber min={1} precision={0} style={{ width: '100%' }} /></Form.Item>
          <Form.Item name="planned_until" label={t.until}><MomentPicker day /></Form.Item>
          <Form.Item name="control" label={t.control}><Select allowClear options={x.arms.map((a) => ({ value: a.name, label: named(arms, a.name) }))} /></Form.Item>
          <Form.Item name="alpha" label={t.alpha}><InputNumber min={0.001} max={0.5} step={0.01} style={{ width: '100%' }} /></Form.Item>
        </div>
        <Form.Item name="guardrails" label={t.guard}><Select mode="tags" options={known} /></Form.Item>
        <Form.Item name="owner" label={t.owner}><Input maxLength={60} /></Form.Item>
        <p className="y-faint">{t.careful}</p>
      </Form>
    </DrawerForm>
  )
}
