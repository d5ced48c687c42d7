import { texts, useText } from '@shared/i18n'
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { handles, lines, move, resize, snapMove, snapResize, type Box, type Guide, type Handle } from './geometry'
import { LayerView } from './LayerView'
import { boxOf, sample, withBox, type Doc, type Layer } from './posterDoc'
import { layerWords } from './posterWords'

const said = texts({
  canvas: ['海报画布', 'Canvas of the poster'],
  help: ['选中图层后：方向键移动 1 像素，Shift+方向键 10 像素，Alt+方向键改变大小，Delete 删除。', 'With a layer chosen: arrows move by 1 pixel, Shift by 10, Alt and arrows change the size, Delete removes it.'],
})

const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

interface Pull {
  index: number
  handle?: Handle
  from: Box
  x: number
  y: number
}

/** The poster in the browser: layers are chosen, moved and resized by pointer and keyboard. */
export function PosterCanvas({ doc, hidden, chosen, locked, onChoose, onChange, onRemove }: {
  doc: Doc
  hidden: ReadonlySet<number>
  chosen?: number
  locked?: boolean
  onChoose: (index: number | undefined) => void
  onChange: (index: number, layer: Layer, name: string) => void
  onRemove: (index: number) => void
}) {
  const t = useText(said)
  const l = useText(layerWords)
  const frame = useRef<HTMLDivElement>(null)
  const pull = useRef<Pull>(undefined)
  const pulls = useRef(0)
  const [guides, setGuides] = useState<Guide[]>([])
  const scale = useScale(frame, doc)
  const to = (index: number) => lines(doc.layers.filter((_, i) => i !== index && !hidden.has(i)).map(boxOf).filter((b) => b.w < doc.width || b.h < doc.height), doc)
  const begin = (e: PointerEvent, index: number, handle?: Handle) => {
    if (e.button !== 0) return
    e.stopPropagation()
    onChoose(index)
    const layer = doc.layers[index]
    if (!layer || locked) return
    pulls.current++
    pull.current = { index, handle, from: boxOf(layer), x: e.clientX, y: e.clientY }
    ;(e.currentTarget as HTMLElement).setPointerCapture(e.pointerId)
  }
  const go = (e: PointerEvent) => {
    const p = pull.current
    const layer = p && doc.layers[p.index]
    if (!p || !layer) return
    const [dx, dy] = [(e.clientX - p.x) / scale, (e.clientY - p.y) / scale]
    const keep = e.shiftKey || layer.kind === 'qr'
    const moved = p.handle ? resize(p.from, p.handle, dx, dy, doc, keep) : move(p.from, dx, dy, doc)
    const reach = 6 / scale
    const met = e.altKey ? { box: moved, guides: [] } : p.handle ? (keep ? { box: moved, guides: [] } : snapResize(moved, p.handle, to(p.index), reach)) : snapMove(moved, to(p.index), reach)
    setGuides(met.guides)
    onChange(p.index, withBox(layer, met.box), `pull${pulls.current}`)
  }
  const end = () => { pull.current = undefined; setGuides([]) }
  const key = (e: KeyboardEvent, index: number) => {
    const layer = doc.layers[index]
    if (!layer || locked) return
    if (e.key === 'Delete' || e.key === 'Backspace') { e.preventDefault(); onRemove(index); return }
    if (e.key === 'Escape') { onChoose(undefined); return }
    const way = arrows[e.key]
    if (!way) return
    e.preventDefault()
    const step = e.shiftKey ? 10 : 1
    const [dx, dy] = [way[0] * step, way[1] * step]
    const b = boxOf(layer)
    onChange(index, withBox(layer, e.altKey ? resize(b, 'se', dx, dy, doc, layer.kind === 'qr') : move(b, dx, dy, doc)), `key${index}${e.altKey}`)
  }
  return (
    <div className="y-poster-stage" ref={frame} onPointerDown={() => onChoose(undefined)}>
      <div className="y-poster-canvas" role="group" aria-label={t.canvas} aria-describedby="y-poster-help" style={{ width: doc.width * scale, height: doc.height * scale }}>
        <div className="y-poster-sheet" style={{ width: doc.width, height: doc.height, background: doc.background ?? '#fff', transform: `scale(${scale})` }}>
          {doc.layers.map((layer, i) => {
            if (hidden.has(i)) return null
            const b = boxOf(layer)
            return (
              <div
                key={i} role="button" tabIndex={0} aria-pressed={chosen === i} aria-label={`${l[layer.kind]} ${layer.text ? sample(layer.text) : ''}`.trim()} data-layer={i}
                className={chosen === i ? 'y-poster-layer is-chosen' : 'y-poster-layer'} style={{ left: b.x, top: b.y, width: b.w, height: b.h, outlineWidth: 2 / scale }}
                onPointerDown={(e) => begin(e, i)} onPointerMove={go} onPointerUp={end} onPointerCancel={end} onFocus={() => onChoose(i)} onKeyDown={(e) => key(e, i)}
              >
                <div inert style={{ width: '100%', height: '100%' }}><LayerView layer={layer} /></div>
              </div>
            )
          })}
        </div>
        {guides.map((g) => <i key={`${g.axis}${g.at}`} className={`y-poster-guide y-poster-guide-${g.axis}`} style={g.axis === 'x' ? { left: g.at * scale } : { top: g.at * scale }} />)}
        {chosen !== undefined && doc.layers[chosen] && !locked && !hidden.has(chosen) && (
          <Grips box={boxOf(doc.layers[chosen])} scale={scale} begin={(e, h) => begin(e, chosen, h)} go={go} end={end} />
        )}
      </div>
      <p id="y-poster-help" className="y-faint">{t.help}</p>
    </div>
  )
}

function Grips({ box: b, scale, begin, go, end }: { box: Box; scale: number; begin: (e: PointerEvent, h: Handle) => void; go: (e: PointerEvent) => void; end: () => void }) {
  return (
    <>
      {handles.map((h) => (
        <i
          key={h} className={`y-poster-grip y-poster-grip-${h}`} aria-hidden="true"
          style={{ left: (b.x + (h.includes('w') ? 0 : h.includes('e') ? b.w : b.w / 2)) * scale, top: (b.y + (h.includes('n') ? 0 : h.includes('s') ? b.h : b.h / 2)) * scale }}
          onPointerDown={(e) => begin(e, h)} onPointerMove={go} onPointerUp={end} onPointerCancel={end}
        />
      ))}
    </>
  )
}

/** How much the poster is made smaller so that all of it is seen. */
function useScale(frame: React.RefObject<HTMLDivElement | null>, doc: Doc): number {
  const [room, setRoom] = useState({ w: 420, h: 620 })
  useEffect(() => {
    const on = frame.current
    if (!on) return
    const watch = new ResizeObserver(() => setRoom({ w: on.clientWidth - 32, h: Math.max(360, window.innerHeight - 260) }))
    watch.observe(on)
    return () => watch.disconnect()
  }, [frame])
  return Math.max(0.05, Math.min(room.w / doc.width, room.h / doc.height, 1))
}
