import { texts, useText } from '@shared/i18n'
import { Checkbox, Input, InputNumber, Segmented, Select, Slider } from 'antd'
import type { ReactNode } from 'react'
import { AssetPicker } from '../../ui/message/AssetPicker'
import { TextField } from '../../ui/message/TextField'
import { align, clamp } from './geometry'
import { boxOf, withBox, type Doc, type Layer } from './posterDoc'

const said = texts({
  place: ['位置与大小（像素）', 'Place and size (pixels)'],
  width: ['宽', 'W'],
  height: ['高', 'H'],
  align: ['对齐画布', 'Align on the poster'],
  left: ['左', 'Left'], center: ['居中', 'Centre'], right: ['右', 'Right'], top: ['上', 'Top'], middle: ['中', 'Middle'], bottom: ['下', 'Bottom'],
  text: ['文字', 'Text'],
  size: ['字号', 'Size'],
  color: ['颜色', 'Colour'],
  weight: ['字重', 'Weight'],
  regular: ['常规', 'Regular'], bold: ['加粗', 'Bold'], black: ['特粗', 'Heavy'],
  lines: ['最多行数', 'Lines at most'],
  lineHeight: ['行高', 'Line height'],
  spacing: ['字间距', 'Spacing'],
  shrink: ['放不下时自动缩小', 'Smaller when it does not fit'],
  stroke: ['描边', 'Outline'],
  strokeWidth: ['描边宽度', 'Outline width'],
  fill: ['填充', 'Fill'],
  gradient: ['渐变到', 'Runs into'],
  angle: ['角度', 'Angle'],
  solid: ['纯色', 'One colour'], linear: ['线性渐变', 'Linear'], radial: ['径向渐变', 'Radial'],
  radius: ['圆角', 'Corners'],
  opacity: ['不透明度', 'Opacity'],
  image: ['选择图片', 'Choose an image'],
  fit: ['填充方式', 'Fit'],
  cover: ['裁满', 'Cover'], contain: ['完整显示', 'Contain'],
  mask: ['形状', 'Shape'],
  rect: ['方', 'Square'], round: ['圆', 'Round'],
  of: ['内容', 'Shows'],
  live_code: ['员工自己的活码', "The member's own live code"],
  link: ['短链（按员工计数）', 'Short link, counted by member'],
  url: ['网址', 'An address'],
  address: ['网址（可带变量）', 'Address (values may stand in it)'],
  staff: ['员工头像', 'Photo of the member'],
  customer: ['客户头像', 'Photo of the customer'],
  qrHelp: ['二维码颜色要深，浅色手机扫不出。', 'Keep the code dark: phones cannot read light ones.'],
  photoHelp: ['没有照片时显示姓氏。', 'Without a photo the initial of the name is shown.'],
})

/** All that can be set of one layer. */
export function LayerForm({ layer: l, doc, onChange }: { layer: Layer; doc: Doc; onChange: (layer: Layer, name: string) => void }) {
  const t = useText(said)
  const b = boxOf(l)
  const set = (to: Partial<Layer>) => onChange({ ...l, ...to }, `form${Object.keys(to).join()}`)
  const number = (label: string, value: number | undefined, go: (n: number) => void, more: { min?: number; max?: number; step?: number } = {}) => (
    <label key={label}><span>{label}</span><InputNumber size="small" value={value} onChange={(n) => { if (n !== null) go(n) }} {...more} /></label>
  )
  const box = (to: Partial<typeof b>) => onChange(withBox(l, clamp({ ...b, ...to }, doc)), 'box')
  const color = (label: string, value: string | undefined, go: (c: string) => void) => (
    <div key={label}><span>{label}</span><Colour label={label} value={value} onChange={go} /></div>
  )
  const g = l.gradient
  return (
    <div className="y-poster-form">
      {l.kind === 'text' && <TextField label={t.text} rows={2} dialect="library" value={l.text ?? ''} onChange={(text) => set({ text })} />}
      {l.kind === 'image' && <AssetPicker kind="image" label={t.image} value={l.asset} onChange={(asset) => set({ asset })} />}
      {l.kind === 'qr' && <Row label={t.of}><Select size="small" aria-label={t.of} value={(l.of ?? 'url') as 'live_code' | 'link' | 'url'} onChange={(of: 'live_code' | 'link' | 'url') => set({ of, url: of === 'live_code' ? undefined : (l.url ?? 'https://') })} options={(['live_code', 'link', 'url'] as const).map((value) => ({ value, label: t[value] }))} /></Row>}
      {l.kind === 'qr' && l.of !== 'live_code' && <TextField label={t.address} rows={1} dialect="library" value={l.url ?? ''} onChange={(url) => set({ url })} />}
      {l.kind === 'photo' && <Row label={t.of}><Segmented size="small" value={l.of ?? 'staff'} onChange={(of) => set({ of: of as 'staff' | 'customer' })} options={(['staff', 'customer'] as const).map((value) => ({ value, label: t[value] }))} /></Row>}
      {(l.kind === 'image' || l.kind === 'photo') && <Row label={t.mask}><Segmented size="small" value={l.mask ?? 'rect'} onChange={(mask) => set({ mask: mask as 'rect' | 'round' })} options={(['rect', 'round'] as const).map((value) => ({ value, label: t[value] }))} /></Row>}
      {l.kind === 'image' && <Row label={t.fit}><Segmented size="small" value={l.fit ?? 'cover'} onChange={(fit) => set({ fit: fit as 'cover' | 'contain' })} options={(['cover', 'contain'] as const).map((value) => ({ value, label: t[value] }))} /></Row>}
      {l.kind === 'text' && (
        <>
          <div className="y-poster-pairs">
            {number(t.size, l.size, (size) => set({ size }), { min: 6, max: 800 })}
            {color(t.color, l.color ?? '#1c1f26', (c) => set({ color: c }))}
            {number(t.lines, l.lines || 1, (lines) => set({ lines }), { min: 1, max: 60 })}
            {number(t.lineHeight, l.line_height || 1.35, (line_height) => set({ line_height }), { min: 0.8, max: 4, step: 0.05 })}
            {number(t.spacing, l.spacing ?? 0, (spacing) => set({ spacing }), { min: -20, max: 200 })}
            {number(t.strokeWidth, l.stroke_width ?? 0, (stroke_width) => set({ stroke_width, stroke: l.stroke ?? '#ffffff' }), { min: 0, max: 100 })}
            {(l.stroke_width ?? 0) > 0 && color(t.stroke, l.stroke, (stroke) => set({ stroke }))}
          </div>
          <Row label={t.weight}><Segmented size="small" value={(l.weight ?? 400) < 500 ? 400 : (l.weight ?? 400) < 800 ? 600 : 900} onChange={(w) => set({ weight: Number(w) })} options={[{ value: 400, label: t.regular }, { value: 600, label: t.bold }, { value: 900, label: t.black }]} /></Row>
          <Row label={t.align}><Segmented size="small" value={l.align ?? 'left'} onChange={(a) => set({ align: a as 'left' | 'center' | 'right' })} options={(['left', 'center', 'right'] as const).map((value) => ({ value, label: t[value] }))} /></Row>
          <Checkbox checked={l.shrink ?? false} onChange={(e) => set({ shrink: e.target.checked || undefined })}>{t.shrink}</Checkbox>
        </>
      )}
      {(l.kind === 'rect' || l.kind === 'ellipse' || l.kind === 'polygon') && (
        <>
          <Row label={t.fill}>
            <Select
              size="small" aria-label={t.fill} value={g ? (g.radial ? 'radial' : 'linear') : 'solid'} options={(['solid', 'linear', 'radial'] as const).map((value) => ({ value, label: t[value] }))}
              onChange={(how: string) => set(how === 'solid' ? { gradient: undefined, fill: g?.from ?? l.fill } : { gradient: { from: g?.from ?? l.fill ?? '#2e6be6', to: g?.to ?? '#ffffff', ...(how === 'radial' ? { radial: true } : { angle: g?.angle ?? 90 }) } })}
            />
          </Row>
          <div className="y-poster-pairs">
            {g ? color(t.fill, g.from, (from) => set({ gradient: { ...g, from } })) : color(t.fill, l.fill, (fill) => set({ fill }))}
            {g && color(t.gradient, g.to, (to) => set({ gradient: { ...g, to } }))}
            {g && !g.radial && number(t.angle, g.angle ?? 0, (angle) => set({ gradient: { ...g, angle } }), { min: -360, max: 360, step: 15 })}
            {number(t.strokeWidth, l.stroke_width ?? 0, (stroke_width) => set({ stroke_width, stroke: l.stroke ?? '#1c1f26' }), { min: 0, max: 100 })}
            {(l.stroke_width ?? 0) > 0 && color(t.stroke, l.stroke, (stroke) => set({ stroke }))}
          </div>
        </>
      )}
      {l.kind === 'rays' && <div className="y-poster-pairs">{color(t.fill, l.fill, (fill) => set({ fill }))}</div>}
      {l.kind === 'qr' && <div className="y-poster-pairs">{color(t.color, l.color ?? '#141414', (c) => set({ color: c }))}</div>}
      {(l.kind === 'qr' || l.kind === 'photo') && <small className="y-faint">{l.kind === 'qr' ? t.qrHelp : t.photoHelp}</small>}
      {(l.kind === 'rect' || l.kind === 'qr' || ((l.kind === 'image' || l.kind === 'photo') && l.mask !== 'round')) && <div className="y-poster-pairs">{number(t.radius, l.radius ?? 0, (radius) => set({ radius }), { min: 0, max: 2000 })}</div>}
      {l.kind !== 'qr' && <Row label={t.opacity}><Slider min={0.05} max={1} step={0.05} value={l.opacity || 1} onChange={(opacity) => set({ opacity })} ariaLabelForHandle={t.opacity} style={{ flex: 1 }} /></Row>}
      <h3 className="y-h3">{t.place}</h3>
      <div className="y-poster-pairs">
        {number('X', b.x, (x) => box({ x }))}
        {number('Y', b.y, (y) => box({ y }))}
        {number(t.width, b.w, (w) => box({ w }), { min: 8 })}
        {l.kind !== 'qr' && number(t.height, b.h, (h) => box({ h }), { min: 8 })}
      </div>
      <Row label={t.align}>
        <span className="y-poster-aligns">{(['left', 'center', 'right', 'top', 'middle', 'bottom'] as const).map((to) => <button type="button" key={to} onClick={() => onChange(withBox(l, align(b, to, doc)), `align${to}`)}>{t[to]}</button>)}</span>
      </Row>
    </div>
  )
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return <div className="y-poster-row"><span>{label}</span>{children}</div>
}

/** A colour as the server reads it, #rrggbb or #rrggbbaa: chosen or typed. */
export function Colour({ label, value, onChange }: { label: string; value?: string; onChange: (color: string) => void }) {
  const full = value && value.length === 4 ? `#${Array.from(value.slice(1), (c) => c + c).join('')}` : (value ?? '#000000')
  return (
    <span className="y-poster-colour">
      <input type="color" aria-label={label} value={full.slice(0, 7)} onChange={(e) => onChange(e.target.value + full.slice(7))} />
      <Input key={value} size="small" aria-label={`${label} #`} defaultValue={value} maxLength={9} onBlur={(e) => { if (/^#([\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i.test(e.target.value)) onChange(e.target.value) }} onPressEnter={(e) => e.currentTarget.blur()} />
    </span>
  )
}
