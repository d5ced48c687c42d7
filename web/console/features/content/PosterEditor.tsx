import { api, call, must, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { reorder } from '@shared/reorder'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import RedoOutlined from '@ant-design/icons/RedoOutlined'
import UndoOutlined from '@ant-design/icons/UndoOutlined'
import { useBlocker } from '@tanstack/react-router'
import { App, Button, Dropdown, InputNumber, Tooltip } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { Faults } from '../../ui/forms'
import { Card } from '../../ui/PageShell'
import { Colour, LayerForm } from './LayerForm'
import { LayerList } from './LayerList'
import { isOvertaken, Meanwhile } from './Meanwhile'
import type { Material } from './message'
import { PosterCanvas } from './PosterCanvas'
import { added, docOf, fresh as freshLayer, renumber, visible, without, type Doc, type Layer } from './posterDoc'
import { PosterPreview } from './PosterPreview'
import { layerWords } from './posterWords'
import { useFresh } from './useMaterials'
import { usePast } from './usePast'
import { common } from './words'

const said = texts({
  add: ['添加图层', 'Add layer'],
  staffName: ['员工姓名', 'Staff name'],
  customerName: ['客户称呼', 'Customer name'],
  brandName: ['品牌名', 'Brand name'],
  typed: ['在这里写文字', 'Your text'],
  undo: ['撤销（Ctrl+Z）', 'Undo (Ctrl+Z)'],
  redo: ['重做（Ctrl+Shift+Z）', 'Redo (Ctrl+Shift+Z)'],
  save: ['保存', 'Save'],
  publish: ['保存并启用', 'Save and use'],
  submit: ['保存并提交审批', 'Save and submit'],
  published: ['已启用，员工取到的就是这一版', 'In use: staff take this version'],
  submitted: ['已提交，等待审批', 'Handed in for review'],
  layers: ['图层', 'Layers'],
  sheet: ['画布', 'Poster'],
  layer: [(kind: string) => `属性 · ${kind}`, (kind: string) => `Properties · ${kind}`],
  width: ['宽', 'Width'],
  height: ['高', 'Height'],
  background: ['背景色', 'Background'],
  leave: ['有未保存的修改，确定离开？', 'There are unsaved changes. Leave?'],
})

/** The maker of posters: layers on a canvas, their properties, and what the server draws. */
export function PosterEditor({ material: m }: { material: Material }) {
  const t = useText(said)
  const c = useText(common)
  const l = useText(layerWords)
  const may = useMay()
  const locked = !may('content.write') || Boolean(m.trashed_at)
  const { message } = App.useApp()
  const refresh = useFresh()
  const settings = api.useQuery('get', '/materials/settings', {}, { staleTime: 60_000 })
  const saved = useMemo(() => docOf(m.version?.body), [m.version?.body])
  const [kept, setKept] = useState(saved)
  const [base, setBase] = useState(m.latest)
  const past = usePast<Doc>(saved)
  const doc = past.now
  const [chosen, setChosen] = useState<number>()
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState('')
  const [last, setLast] = useState<{ publish: boolean }>()
  const dirty = doc !== kept && JSON.stringify(doc) !== JSON.stringify(kept)
  useBlocker({ shouldBlockFn: () => dirty && !globalThis.confirm(t.leave), enableBeforeUnload: dirty })
  const layers = (next: Layer[], name?: string) => past.change({ ...doc, layers: next }, name)
  const setLayer = (i: number, layer: Layer, name?: string) => layers(doc.layers.map((x, j) => (j === i ? layer : x)), name && `${i}${name}`)
  const add = (layer: Layer) => { layers([...doc.layers, layer]); setChosen(doc.layers.length) }
  const remove = (i: number) => { layers(doc.layers.filter((_, j) => j !== i)); setHidden(without(hidden, i)); setChosen(undefined) }
  const put = (from: number, to: number) => { if (from !== to) { layers(reorder(doc.layers, from, to)); setHidden(renumber(hidden, from, to)); setChosen(to) } }
  const copy = (i: number) => { const x = doc.layers[i]; if (x) add({ ...x, x: (x.x ?? 0) + 20, y: (x.y ?? 0) + 20, ...(x.points ? { points: x.points.map(([a, b]): [number, number] => [a + 20, b + 20]) } : {}) }) }
  const save = async (publish: boolean, after = base) => {
    setLast({ publish })
    setBusy(publish ? 'publish' : 'save')
    setProblem(undefined)
    try {
      const params = { path: { id: m.id } }
      let now: Material = m
      if (dirty) now = await must(call.POST('/materials/{id}/versions', { params, body: { body: doc, after } }))
      setKept(doc)
      if (dirty) setBase(now.latest)
      if (publish && now.approved !== now.latest) now = await must(call.POST('/materials/{id}/publish', { params, body: {} }))
      message.success(!publish ? c.saved : now.approved === now.latest ? t.published : t.submitted)
      await refresh()
    } catch (thrown) {
      setProblem(thrown)
      const at = /\/layers\/(\d+)/.exec(problemOf(thrown).errors?.[0]?.pointer ?? '')
      if (at) setChosen(Number(at[1]))
    } finally {
      setBusy('')
    }
  }
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || (e.target as HTMLElement).matches?.('input,textarea')) return
      const key = e.key.toLowerCase()
      if (key === 'z') { e.preventDefault(); (e.shiftKey ? past.redo : past.undo)?.() }
      if (key === 's' && dirty && !locked) { e.preventDefault(); void save(false) }
    }
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  })
  const words = (text: string) => add(freshLayer('text', doc, { text }))
  const items = [
    ...added.map((kind) => ({ key: kind, label: l[kind], onClick: () => (kind === 'text' ? words(t.typed) : add(freshLayer(kind, doc))) })),
    { type: 'divider' as const, key: 'line' },
    { key: 'staff', label: t.staffName, onClick: () => words('{{ staff.name }}') },
    { key: 'customer', label: t.customerName, onClick: () => words("{{ traits.name | default: '您' }}") },
    { key: 'brand', label: t.brandName, onClick: () => words('{{ brand.name }}') },
  ]
  const asks = settings.data?.approval || !may('content.approve')
  const at = chosen === undefined ? undefined : doc.layers[chosen]
  return (
    <>
      <div className="y-rowline y-poster-bar">
        {!locked && <Dropdown trigger={['click']} menu={{ items }}><Button icon={<PlusOutlined />}>{t.add}</Button></Dropdown>}
        <Tooltip title={t.undo}><Button icon={<UndoOutlined />} aria-label={t.undo} disabled={!past.undo} onClick={past.undo} /></Tooltip>
        <Tooltip title={t.redo}><Button icon={<RedoOutlined />} aria-label={t.redo} disabled={!past.redo} onClick={past.redo} /></Tooltip>
        <span className="y-grow" />
        {!locked && <Button loading={busy === 'save'} disabled={!dirty} onClick={() => void save(false)}>{t.save}</Button>}
        {!locked && <Button type="primary" loading={busy === 'publish'} disabled={!dirty && m.approved === m.latest} onClick={() => void save(true)}>{asks ? t.submit : t.publish}</Button>}
      </div>
      {isOvertaken(problem) ? <Meanwhile id={m.id} onAnyway={(now) => void save(last?.publish ?? false, now.latest)} /> : problem !== undefined && <Faults problem={problemOf(problem)} />}
      <div className="y-poster-desk">
        <PosterCanvas doc={doc} hidden={hidden} chosen={chosen} locked={locked} onChoose={setChosen} onChange={setLayer} onRemove={remove} />
        <div className="y-stack">
          <Card title={at ? t.layer(l[at.kind]) : t.sheet}>
            {at && chosen !== undefined ? <fieldset className="y-poster-fields" disabled={locked}><LayerForm key={chosen} layer={at} doc={doc} onChange={(layer, name) => setLayer(chosen, layer, name)} /></fieldset> : (
              <div className="y-poster-form">
                <div className="y-poster-pairs">
                  <label><span>{t.width}</span><InputNumber size="small" min={64} max={4096} precision={0} disabled={locked} value={doc.width} onChange={(width) => { if (width) past.change({ ...doc, width }, 'width') }} /></label>
                  <label><span>{t.height}</span><InputNumber size="small" min={64} max={4096} precision={0} disabled={locked} value={doc.height} onChange={(height) => { if (height) past.change({ ...doc, height }, 'height') }} /></label>
                  <div><span>{t.background}</span><Colour label={t.background} value={doc.background ?? '#ffffff'} onChange={(background) => past.change({ ...doc, background }, 'background')} /></div>
                </div>
              </div>
            )}
          </Card>
          <Card title={t.layers}>
            <LayerList
              doc={doc} hidden={hidden} chosen={chosen} locked={locked} onChoose={setChosen} onMove={put} onCopy={copy} onRemove={remove}
              onHide={(i) => { const next = new Set(hidden); if (!next.delete(i)) next.add(i); setHidden(next) }}
            />
          </Card>
        </div>
        <PosterPreview doc={visible(doc, hidden)} name={m.name} />
      </div>
    </>
  )
}
