import { api, problemOf, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Alert, App, Button, Drawer, Input, InputNumber, Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '../../app/session'
import { download } from '../../ui/Drill'
import { Faults } from '../../ui/forms'
import { State } from '../../ui/PageShell'
import { Asked, Loading } from '../../ui/states'
import { docOf, useNameOf } from './data'
import { Field } from './fields'
import { Outline } from './Outline'
import { typed } from './fields'
import { conditionText } from './say'
import { needName } from './SopPage'
import { channelWords, eventWords } from './words'

const Canvas = lazy(() => import('./Canvas').then((m) => ({ default: m.Canvas })))

const said = texts({
  when: ['什么时候用', 'When to use it'],
  needs: ['需要什么', 'What it needs'],
  event: ['事件', 'Event'], trait: ['属性', 'Trait'], channel: ['渠道', 'Channel'],
  has: [(n: string) => `有，${n}`, (n: string) => `there, ${n}`],
  lacks: ['还没有', 'not yet'],
  params: ['你的品牌', 'Your brand'],
  paramsNote: ['不填的用找到的或行业默认值。', 'What you leave out is found or has a default of the industry.'],
  must: ['必填', 'needed'],
  flow: ['流程', 'The flow'],
  canvas: ['画布', 'Canvas'],
  outline: ['大纲', 'Outline'],
  goal: ['目标', 'Goal'],
  install: ['安装为草稿', 'Install as a draft'],
  preview: ['按这些参数预览', 'Preview with these'],
  yaml: ['下载 YAML', 'Download YAML'],
  done: ['已安装为草稿，看过、改好再发布', 'Installed as a draft: read it, change it, publish it'],
})

/** A ready playbook: what it needs, what it does, and installing it. */
export function SopDrawer({ id, industry, onClose }: { id: string; industry: 'beauty'; onClose: () => void }) {
  const t = useText(said)
  const may = useMay()
  const go = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const lang = useLang() === 'zh-CN' ? 'zh-CN' as const : 'en' as const
  const [params, setParams] = useState<Record<string, unknown>>({})
  const [asked, ask] = useState<Record<string, unknown>>({})
  const [as, setAs] = useState<'canvas' | 'outline'>('outline')
  const shown = api.useQuery('post', '/sop/{key}/preview', { params: { path: { key: id } }, body: { industry, lang, params: asked } }, { retry: false, placeholderData: keepPreviousData })
  const install = api.useMutation('post', '/sop/{key}/install', {
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['get', '/playbooks'] })
      void client.invalidateQueries({ queryKey: ['get', '/sop/installed'] })
      void message.success(t.done)
      void go({ to: '/playbooks/$id', params: { id: made.playbook }, search: { tab: 'edit' } })
    },
  })
  const missing = shown.data?.missing.filter((m) => params[m.name] === undefined) ?? []
  return (
    <Drawer
      open size={860} title={shown.data?.name ?? ''} onClose={onClose}
      extra={shown.data && <Button size="small" onClick={() => download(new Blob([shown.data.yaml], { type: 'application/yaml' }), `${id}.yaml`)}>{t.yaml}</Button>}
      footer={may('playbooks.write') && <div className="y-foot"><Button onClick={() => ask(params)}>{t.preview}</Button><Button type="primary" loading={install.isPending} disabled={missing.length > 0} onClick={() => install.mutate({ params: { path: { key: id } }, body: { industry, lang, params } as never })}>{t.install}</Button></div>}
    >
      <Asked query={shown.data ? { ...shown, error: undefined } : shown}>{(p) => (
        <div className="y-stack">
          <p style={{ margin: 0 }}>{p.description}</p>
          <Alert type="info" title={<><b>{t.when}</b>：{p.when}</>} />
          {shown.error ? <Faults problem={problemOf(shown.error)} /> : null}
          {install.error ? <Faults problem={problemOf(install.error)} /> : null}
          <div><h3 className="y-playbooks-h3">{t.needs}</h3><Needs needs={p.needs} /></div>
          <div><h3 className="y-playbooks-h3">{t.params}</h3><p className="y-faint">{t.paramsNote}</p><Params list={p.params} missing={p.missing} value={params} onChange={setParams} /></div>
          <div className="y-playbooks-stack">
            <div className="y-rowline"><h3 className="y-playbooks-h3 y-grow">{t.flow}</h3><Segmented size="small" value={as} onChange={(v) => setAs(v as 'canvas')} options={[{ value: 'outline', label: t.outline }, { value: 'canvas', label: t.canvas }]} /></div>
            <Flow definition={p.definition} as={as} />
          </div>
        </div>
      )}</Asked>
    </Drawer>
  )
}

function Flow({ definition, as }: { definition: unknown; as: 'canvas' | 'outline' }) {
  const t = useText(said)
  const doc = docOf(definition)
  const nameOf = useNameOf(doc)
  const [selected, setSelected] = useState<string[]>([])
  return (
    <>
      {doc.goal && <p className="y-faint" style={{ margin: 0 }}>{t.goal}：{conditionText(doc.goal, nameOf)}</p>}
      {as === 'outline' ? <div className="y-playbooks-stage"><Outline doc={doc} nameOf={nameOf} selected={selected} onSelect={setSelected} /></div>
        : <div className="y-playbooks-stage" style={{ height: 460 }}><Suspense fallback={<Loading />}><Canvas doc={doc} nameOf={nameOf} selected={selected} onSelect={(ids) => setSelected((old) => (old.join() === ids.join() ? old : ids))} /></Suspense></div>}
    </>
  )
}

function Needs({ needs }: { needs: readonly Schema<'SopNeed'>[] }) {
  const t = useText(said)
  const events = useText(eventWords)
  const channels = useText(channelWords)
  return (
    <table className="y-playbooks-figures">
      <tbody>
        {needs.map((n) => (
          <tr key={n.kind + n.name}><th scope="row">{t[n.kind]} · {n.kind === 'channel' ? needName(n, channels) === n.name ? ((channels as Record<string, string>)[n.name] ?? n.name) : n.name : needName(n, events)}</th><td>{n.has ? <State tone="good">{t.has(num(n.count))}</State> : <State tone="warn">{t.lacks}</State>}</td></tr>
        ))}
      </tbody>
    </table>
  )
}

function Params({ list, missing, value, onChange }: { list: readonly Schema<'SopSetting'>[]; missing: readonly Schema<'SopMissing'>[]; value: Record<string, unknown>; onChange: (v: Record<string, unknown>) => void }) {
  const t = useText(said)
  const set = (name: string, v: unknown) => { const { [name]: _, ...rest } = value; onChange(v === undefined || v === '' ? rest : { ...rest, [name]: v }) }
  const needed = new Set(missing.map((m) => m.name))
  return (
    <div className="y-columns" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(240px, 1fr))' }}>
      {list.map((s) => {
        const known = s.value === undefined || s.value === null ? '' : Array.isArray(s.value) ? s.value.join('、') : String(s.value)
        const given = value[s.name]
        return (
          <Field key={s.name} label={<>{s.doc || s.name}{needed.has(s.name) && <span className="y-tone-bad"> · {t.must}</span>}</>}>
            {s.kind === 'number' ? <InputNumber aria-label={s.doc || s.name} style={{ width: '100%' }} placeholder={known} value={given as number | undefined} onChange={(n) => set(s.name, n ?? undefined)} />
              : s.kind === 'date' ? <Input type="date" aria-label={s.doc || s.name} value={String(given ?? (known || ''))} onChange={(e) => set(s.name, e.target.value)} />
                : <Input aria-label={s.doc || s.name} placeholder={known} value={Array.isArray(given) ? given.join(',') : String(given ?? '')} onChange={(e) => set(s.name, s.kind === 'list' || s.kind === 'integers' ? (e.target.value ? e.target.value.split(/[,，]/).map((x) => (s.kind === 'integers' ? typed(x.trim()) : x.trim())) : undefined) : e.target.value)} />}
          </Field>
        )
      })}
    </div>
  )
}
