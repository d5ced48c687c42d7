import { texts, useText } from '@shared/i18n'
import { Background, Controls, Handle, MiniMap, Position, ReactFlow, ReactFlowProvider, applyNodeChanges, useReactFlow, type Node, type NodeProps, type BuiltInEdge } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { createContext, memo, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { kindOf, kindsOf, type Doc, type Kind } from './document'
import { AddMenu } from './AddMenu'
import { KindIcon } from './icons'
import { layout, size, type Box } from './layout'
import { isInside, type Issue, type Slot } from './model'
import { stepText, triggerText, wayName, type NameOf } from './say'
import { kindWords } from './words'

const said = texts({
  trigger: ['触发', 'Trigger'],
  end: ['结束', 'End'],
  add: ['在这里添加步骤', 'Add a step here'],
  unfinished: ['未完成', 'Unfinished'],
  map: ['缩略图', 'Overview'],
  drop: ['放到这里', 'Drop here'],
  canvas: ['流程画布', 'Canvas of the flow'],
})

/** Shown on a card besides what the step does, such as its numbers. */
export type Badge = (step: string) => ReactNode

interface Shared {
  nameOf: NameOf
  issues: ReadonlyMap<string, readonly Issue[]>
  badge?: Badge
  onAdd?: (slot: Slot, at: { x: number; y: number }) => void
  target?: string
  doc: Doc
  wayBadge?: (owner: string, way: string) => ReactNode
}

const Drawn = createContext<Shared>({ nameOf: (_, id) => id, issues: new Map(), doc: { name: '', trigger: {}, steps: [] } })

type BoxNode = Node<{ box: Box }>

const Ends = ({ box }: { box: Box }) => (
  <>
    {box.kind !== 'trigger' && <Handle type="target" position={Position.Top} isConnectable={false} />}
    {box.kind !== 'end' && <Handle type="source" position={Position.Bottom} isConnectable={false} />}
  </>
)

const Card = memo(function Card({ data: { box }, selected }: NodeProps<BoxNode>) {
  const { nameOf, issues, badge, doc } = useContext(Drawn)
  const t = useText(said)
  const names = useText(kindWords)
  const step = box.step
  const kind = step ? kindOf(step) : 'trigger'
  const wrong = issues.get(step?.id ?? '')
  const text = step ? stepText(step, nameOf) : { says: triggerText(doc.trigger, nameOf), quote: undefined }
  const title = step ? (step.name || names[kindOf(step)]) : t.trigger
  return (
    <div className={['y-playbooks-card', selected && 'is-selected', wrong?.length && 'is-wrong'].filter(Boolean).join(' ')} style={{ height: box.height }}>
      <Ends box={box} />
      <div className="y-playbooks-card-head">
        <KindIcon kind={kind} />
        <b title={title}>{title}</b>
        {wrong?.length ? <span className="y-playbooks-wrong" title={wrong.map((w) => w.detail).join('\n')}>! {t.unfinished}</span> : step?.name && <small>{names[kindOf(step)]}</small>}
      </div>
      <p title={text.quote ?? text.says}>{text.says}</p>
      {badge ? badge(step?.id ?? '') : text.quote && <q>{text.quote}</q>}
    </div>
  )
})

const Plus = memo(function Plus({ data: { box } }: NodeProps<BoxNode>) {
  const { onAdd, target } = useContext(Drawn)
  const t = useText(said)
  return (
    <div className={target === box.id ? 'y-playbooks-plus is-target' : 'y-playbooks-plus'}>
      <Ends box={box} />
      <button type="button" className="nodrag nopan" aria-label={t.add} onClick={(e) => { const r = e.currentTarget.getBoundingClientRect(); if (box.slot) onAdd?.(box.slot, { x: r.right + 6, y: r.top }) }}>+</button>
    </div>
  )
})

const WayHead = memo(function WayHead({ data: { box } }: NodeProps<BoxNode>) {
  const { wayBadge } = useContext(Drawn)
  const name = box.owner && box.way ? wayName(box.owner, box.way.name) : ''
  return (
    <div className="y-playbooks-way">
      <Ends box={box} />
      <span title={name}>{name}{box.way?.percent !== undefined && ` · ${box.way.percent}%`}</span>
      {box.owner && box.way && wayBadge?.(box.owner.id, box.way.name)}
    </div>
  )
})

const Join = memo(function Join({ data: { box } }: NodeProps<BoxNode>) {
  return <div className="y-playbooks-join"><Ends box={box} /></div>
})

const End = memo(function End({ data: { box } }: NodeProps<BoxNode>) {
  const t = useText(said)
  return <div className="y-playbooks-end"><Ends box={box} />{t.end}</div>
})

const nodeTypes = { trigger: Card, step: Card, plus: Plus, way: WayHead, join: Join, end: End }

/** How a canvas is used. Without onInsert it is only looked at. */
export interface CanvasProps {
  doc: Doc
  nameOf: NameOf
  issues?: readonly Issue[]
  selected: readonly string[]
  onSelect: (ids: string[]) => void
  onOpen?: (id: string) => void
  onInsert?: (slot: Slot, kind: Kind) => void
  onPaste?: (slot: Slot) => void
  onMove?: (id: string, slot: Slot) => void
  badge?: Badge
  wayBadge?: (owner: string, way: string) => ReactNode
  /** Brings a step into view whenever `at` changes. */
  focus?: { id: string; at: number }
}

/** The canvas of a playbook: top to bottom, with a + between steps when it is edited. */
export function Canvas(props: CanvasProps) {
  return <ReactFlowProvider><Inner {...props} /></ReactFlowProvider>
}

function Inner({ doc, nameOf, issues, selected, onSelect, onOpen, onInsert, onPaste, onMove, badge, wayBadge, focus }: CanvasProps) {
  const t = useText(said)
  const flow = useReactFlow()
  const isEdited = Boolean(onInsert)
  const hasBadge = Boolean(badge)
  const drawing = useMemo(() => layout(doc, isEdited, (step) => (hasBadge ? 98 : step && stepText(step).quote ? size.card : 66)), [doc, isEdited, hasBadge])
  const [adding, setAdding] = useState<{ slot: Slot; x: number; y: number }>()
  const [target, setTarget] = useState<string>()
  const made = useMemo(() => drawing.boxes.map((box): BoxNode => ({
    id: box.id, type: box.kind, position: { x: box.x, y: box.y }, data: { box }, width: box.width, height: box.height,
    draggable: isEdited && box.kind === 'step', selectable: box.kind === 'step' || box.kind === 'trigger', focusable: box.kind === 'step' || box.kind === 'trigger',
    zIndex: box.kind === 'plus' ? 1 : 0,
  })), [drawing, isEdited])
  const [nodes, setNodes] = useState(made)
  const chosen = useRef(selected)
  chosen.current = selected
  useEffect(() => setNodes(made.map((n) => (chosen.current.includes(n.id) ? { ...n, selected: true } : n))), [made])
  useEffect(() => setNodes((old) => old.map((n) => (Boolean(n.selected) === selected.includes(n.id) ? n : { ...n, selected: selected.includes(n.id) }))), [selected])
  const edges = useMemo(() => drawing.lines.map((l): BuiltInEdge => ({ id: `${l.from}>${l.to}`, source: l.from, target: l.to, type: 'smoothstep', pathOptions: { offset: 10, borderRadius: 8 }, focusable: false, selectable: false })), [drawing])
  const width = useRef<HTMLDivElement>(null)
  const isReady = useRef(false)
  const [wide, setWide] = useState(0)
  useEffect(() => {
    const on = width.current
    if (!on) return
    let last = on.clientWidth
    const watch = new ResizeObserver(() => {
      const next = on.clientWidth
      const v = flow.getViewport()
      if (isReady.current && next !== last) void flow.setViewport({ ...v, x: v.x + (next - last) / 2 })
      last = next
      setWide(next)
    })
    watch.observe(on)
    return () => watch.disconnect()
  }, [flow])
  useEffect(() => {
    const box = drawing.boxes.find((b) => b.id === focus?.id)
    if (box && isReady.current) void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom: Math.max(flow.getZoom(), 0.8), duration: 250 })
  }, [focus?.at])
  const spots = useMemo(() => drawing.boxes.filter((b) => b.kind === 'plus'), [drawing])
  const nearest = useCallback((node: Node): Box | undefined => {
    const x = node.position.x + size.width / 2
    const y = node.position.y + 20
    let best: Box | undefined
    let least = 110
    for (const b of spots) {
      const far = Math.hypot(b.x + b.width / 2 - x, b.y + b.height / 2 - y)
      if (far < least && b.slot && !isInside(doc, b.slot, node.id)) [best, least] = [b, far]
    }
    return best
  }, [spots, doc])
  const map = useMemo(() => {
    const by = new Map<string, Issue[]>()
    for (const i of issues ?? []) {
      const on = i.step || (i.path.startsWith('/trigger') ? '' : '@')
      by.set(on, [...(by.get(on) ?? []), i])
    }
    return by
  }, [issues])
  const shared = useMemo<Shared>(() => ({ nameOf, issues: map, badge, wayBadge, target, doc, onAdd: (slot, at) => setAdding({ slot, ...at }) }), [nameOf, map, badge, wayBadge, target, doc])
  return (
    <Drawn.Provider value={shared}>
      <div className="y-playbooks-canvas" ref={width} aria-label={t.canvas} role="region">
        <ReactFlow
          nodes={nodes} edges={edges} nodeTypes={nodeTypes} onlyRenderVisibleElements minZoom={0.15} maxZoom={1.5} nodesConnectable={false} edgesFocusable={false} elevateNodesOnSelect
          deleteKeyCode={null} multiSelectionKeyCode={['Control', 'Meta']} selectionKeyCode="Shift" nodesDraggable={isEdited}
          defaultViewport={{ x: 0, y: 24, zoom: 0.9 }}
          onInit={(instance) => {
            isReady.current = true
            const to = drawing.boxes.find((b) => b.id === focus?.id)
            if (to) { void instance.setCenter(to.x + to.width / 2, to.y + to.height / 2, { zoom: 0.9 }); return }
            const room = width.current?.clientWidth ?? 800
            const zoom = Math.min(1, Math.max(0.45, (room - 60) / drawing.width))
            void instance.setViewport({ x: room / 2 - (drawing.width / 2) * zoom, y: 20, zoom })
          }}
          onNodesChange={(changes) => setNodes((old) => {
            const next = applyNodeChanges(changes.filter((c) => c.type !== 'remove'), old)
            if (changes.some((c) => c.type === 'select')) queueMicrotask(() => onSelect(next.filter((n) => n.selected).map((n) => n.id)))
            return next
          })}
          onNodeDoubleClick={(_, n) => onOpen?.(n.id)}
          onNodeDrag={(_, n) => setTarget(nearest(n)?.id)}
          onNodeDragStop={(_, n, all) => {
            const to = all.length === 1 ? nearest(n)?.slot : undefined
            setTarget(undefined)
            setNodes((old) => old.map((x) => { const home = made.find((m) => m.id === x.id); return home ? { ...x, position: home.position } : x }))
            if (to) onMove?.(n.id, to)
          }}
        >
          <Background gap={20} size={1} color="var(--y-line)" />
          <Controls showInteractive={false} position="bottom-left" />
          {drawing.boxes.length > 24 && wide > 900 && <MiniMap style={{ width: 150, height: 110 }} pannable zoomable ariaLabel={t.map} nodeColor="var(--y-line)" nodeStrokeColor="var(--y-faint)" maskColor="color-mix(in srgb, var(--y-ground) 70%, transparent)" bgColor="var(--y-card)" />}
        </ReactFlow>
        {adding && onInsert && (
          <AddMenu
            at={adding} kinds={kindsOf(doc.subject)} onClose={() => setAdding(undefined)} onPaste={onPaste && (() => { onPaste(adding.slot); setAdding(undefined) })}
            onPick={(kind) => { onInsert(adding.slot, kind); setAdding(undefined) }}
          />
        )}
      </div>
    </Drawn.Provider>
  )
}
