import { texts, useText } from '@shared/i18n'
import type { CSSProperties } from 'react'
import { assetURL } from '../../ui/message/message'
import { boxOf, sample, type Gradient, type Layer } from './posterDoc'

const said = texts({ code: ['活码', 'Live code'], url: ['网址', 'Address'], link: ['短链', 'Short link'], staff: ['员工头像', 'Staff photo'], customer: ['客户头像', 'Customer photo'] })

const paint = (l: { fill?: string; gradient?: Gradient }): string => {
  const g = l.gradient
  if (!g) return l.fill ?? 'transparent'
  return g.radial ? `radial-gradient(closest-side, ${g.from}, ${g.to})` : `linear-gradient(${(g.angle ?? 0) + 90}deg, ${g.from}, ${g.to})`
}

/** A layer in the browser, close to how the server draws it. Lengths are the poster's pixels. */
export function LayerView({ layer: l }: { layer: Layer }) {
  const t = useText(said)
  const box = boxOf(l)
  const round = l.kind === 'ellipse' || l.mask === 'round' ? '50%' : l.radius
  const base: CSSProperties = { width: '100%', height: '100%', opacity: l.opacity || 1, borderRadius: round, boxSizing: 'border-box', overflow: 'hidden' }
  const border = l.stroke && l.stroke_width && l.kind !== 'text' ? { border: `${l.stroke_width}px solid ${l.stroke}` } : {}
  switch (l.kind) {
    case 'text': {
      const lines = Math.max(l.lines ?? 1, 1)
      return (
        <div style={{ ...base, borderRadius: 0, display: 'flex', alignItems: l.h ? 'center' : 'flex-start', overflow: 'visible' }}>
          <div
            style={{
              width: '100%', fontSize: l.size, lineHeight: l.line_height || 1.35, color: l.color ?? '#1c1f26', textAlign: l.align ?? 'left', letterSpacing: l.spacing, whiteSpace: lines === 1 ? 'pre' : 'pre-wrap',
              fontWeight: (l.weight ?? 400) >= 500 ? 700 : 400, overflowWrap: 'anywhere', display: '-webkit-box', WebkitBoxOrient: 'vertical', WebkitLineClamp: lines, overflow: 'hidden', marginTop: l.h ? 0 : -(l.size ?? 0) * 0.175,
              WebkitTextStroke: l.stroke && l.stroke_width ? `${l.stroke_width}px ${l.stroke}` : undefined, paintOrder: 'stroke fill',
            }}
          >{sample(l.text ?? '')}</div>
        </div>
      )
    }
    case 'qr': return <div style={{ ...base, background: '#fff', display: 'grid', placeItems: 'center' }}><Code color={l.color ?? '#141414'} label={l.of === 'live_code' ? t.code : l.of === 'link' ? t.link : t.url} /></div>
    case 'photo': return <div style={{ ...base, ...border, background: 'linear-gradient(150deg, #56ccf2, #2f80ed)', color: '#fff', display: 'grid', placeItems: 'center', fontSize: Math.min(box.w, box.h) * 0.16, textAlign: 'center' }}>{l.of === 'customer' ? t.customer : t.staff}</div>
    case 'image': return <div style={{ ...base, ...border, background: l.asset ? undefined : '#e4e8ef' }}>{l.asset && <img src={assetURL(l.asset)} alt="" draggable={false} style={{ width: '100%', height: '100%', objectFit: l.fit ?? 'cover' }} />}</div>
    case 'polygon': return <div style={{ ...base, background: paint(l), clipPath: `polygon(${(l.points ?? []).map(([x, y]) => `${x - box.x}px ${y - box.y}px`).join(',')})` }} />
    case 'rays': return <div style={{ ...base, background: `repeating-conic-gradient(${l.fill ?? '#fff'} 0 ${180 / (l.count ?? 12)}deg, transparent 0 ${360 / (l.count ?? 12)}deg)` }} />
    case 'confetti': return <Scraps layer={l} w={box.w} h={box.h} />
    default: return <div style={{ ...base, ...border, background: paint(l) }} />
  }
}

function Code({ color, label }: { color: string; label: string }) {
  const eye = (x: number, y: number) => <g key={`${x}${y}`}><rect x={x} y={y} width="7" height="7" fill={color} /><rect x={x + 1} y={y + 1} width="5" height="5" fill="#fff" /><rect x={x + 2} y={y + 2} width="3" height="3" fill={color} /></g>
  const dots = Array.from({ length: 120 }, (_, i) => [(i * 7 + i * i) % 21, (i * 11 + (i >> 2)) % 21] as const).filter(([x, y]) => !((x < 8 && y < 8) || (x > 12 && y < 8) || (x < 8 && y > 12)) && !(y > 8 && y < 13))
  return (
    <svg viewBox="-2 -2 25 25" width="100%" height="100%" aria-label={label}>
      {eye(0, 0)}{eye(14, 0)}{eye(0, 14)}
      {dots.map(([x, y], i) => <rect key={i} x={x} y={y} width="1" height="1" fill={color} />)}
      <rect x="1" y="8.500" width="19" height="4.400" fill="#fff" />
      <text x="10.500" y="11.800" fontSize="3.400" textAnchor="middle" fill={color}>{label}</text>
    </svg>
  )
}

function Scraps({ layer: l, w, h }: { layer: Layer; w: number; h: number }) {
  let state = (l.seed ?? 1) * 2_654_435_761
  const next = () => { state = (state * 1_103_515_245 + 12_345) % 2_147_483_648; return state / 2_147_483_648 }
  const colors = l.colors?.length ? l.colors : ['#ffd98a']
  return (
    <svg width="100%" height="100%" viewBox={`0 0 ${w} ${h}`} style={{ opacity: l.opacity || 1 }} aria-hidden="true">
      {Array.from({ length: Math.min(l.count ?? 40, 200) }, (_, i) => <rect key={i} x={next() * w} y={next() * h} width={4 + next() * 8} height={3 + next() * 5} fill={colors[i % colors.length]} transform={`rotate(${next() * 40})`} />)}
    </svg>
  )
}
