import { texts, useText } from '@shared/i18n'
import { Input } from 'antd'
import { useId } from 'react'
import { AssetPicker } from './AssetPicker'
import type { Faults } from './faults'
import { isFile, type Attachment } from './message'
import { measure, partsOf, type Part, type Place } from './places'
import { Count } from './TextField'
import { useFault } from './useFault'
import { partWords } from './words'

const said = texts({ cover: ['选择封面', 'Choose a cover'] })

/** What there is to say of one attachment. */
export function AttachmentFields({ value: a, onChange, place, faults }: { value: Attachment; onChange: (a: Attachment) => void; place: Place; faults: Faults }) {
  const t = useText(said)
  const p = useText(partWords)
  const parts = partsOf(a.kind, place)
  const set = (part: Part | 'asset', to: string | undefined) => onChange({ ...a, [part]: to || undefined })
  const placed = new Set(['/asset', ...parts.map(([part]) => `/${part}`)])
  const whole = Object.entries(faults).filter(([at]) => !placed.has(at)).map(([, said]) => said)
  return (
    <div className="y-message-fields">
      {whole.length > 0 && <em role="alert">{whole.join(' ')}</em>}
      {parts.map(([part, most]) => <PartField key={part} label={p[part]} value={a[part] ?? ''} most={most} counted={part === 'title' || part === 'description'} placeholder={part === 'url' ? 'https://' : undefined} fault={faults[`/${part}`]} onChange={(to) => set(part, to)} />)}
      {isFile(a.kind)
        ? <AssetPicker kind={a.kind} fault={faults['/asset']} value={a.asset} onChange={(to) => set('asset', to)} />
        : <AssetPicker kind="image" label={t.cover} optional={a.kind === 'link' && !place.needsCover} fault={faults['/asset']} value={a.asset} onChange={(to) => set('asset', to)} />}
    </div>
  )
}

function PartField({ label, value, most, counted, placeholder, fault: told, onChange }: { label: string; value: string; most: number; counted: boolean; placeholder?: string; fault?: string; onChange: (text: string) => void }) {
  const id = useId()
  const fault = useFault(told, value)
  const over = measure(value, { bytes: most }).bytesOver > 0
  return (
    <div className="y-message-field">
      <div><label htmlFor={id}>{label}</label>{(counted || over) && <Count id={`${id}-count`} text={value} limit={{ bytes: most }} />}</div>
      <Input id={id} value={value} placeholder={placeholder} status={fault || over ? 'error' : undefined} aria-invalid={Boolean(fault || over) || undefined} aria-describedby={[fault && `${id}-fault`, (counted || over) && `${id}-count`].filter(Boolean).join(' ') || undefined} onChange={(e) => onChange(e.target.value)} />
      {fault && <em id={`${id}-fault`} role="alert">{fault}</em>}
    </div>
  )
}
