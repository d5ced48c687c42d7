import { api } from '@shared/api/client'
import { bytes } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Thumb } from './Thumb'
import type { AssetKind } from './upload'
import { useFault } from './useFault'
import './message.css'

const Shelf = lazy(() => import('./Shelf').then((m) => ({ default: m.Shelf })))

const said = texts({
  image: ['选择图片', 'Choose an image'],
  video: ['选择视频', 'Choose a video'],
  voice: ['选择语音', 'Choose a recording'],
  file: ['选择文件', 'Choose a file'],
  change: ['更换', 'Change'],
  clear: ['移除', 'Remove'],
  unnamed: ['未命名', 'No name'],
})

/** Chooses one stored file, or takes in a new one. */
export function AssetPicker({ kind, value, onChange, label, optional, fault: told, id }: { kind: AssetKind; value?: string; onChange?: (id: string | undefined) => void; label?: string; optional?: boolean; fault?: string; id?: string }) {
  const t = useText(said)
  const [open, setOpen] = useState(false)
  const one = api.useQuery('get', '/assets/{id}', { params: { path: { id: value ?? '' } } }, { enabled: Boolean(value), staleTime: 300_000 })
  const fault = useFault(told, value)
  const what = label ?? t[kind]
  return (
    <div className="y-message-field">
      <span className="y-message-asset">
        {value && <Thumb kind={kind} id={value} name={one.data?.name} />}
        {value && <span>{one.data?.name || t.unnamed}{one.data && <small>{bytes(one.data.size)}</small>}</span>}
        <Button id={id} size="small" danger={Boolean(fault)} aria-invalid={Boolean(fault) || undefined} aria-label={value ? `${t.change}: ${what}` : undefined} onClick={() => setOpen(true)}>{value ? t.change : what}</Button>
        {value && optional && <Button size="small" type="text" aria-label={`${t.clear}: ${what}`} onClick={() => onChange?.(undefined)}>{t.clear}</Button>}
      </span>
      {fault && <em role="alert">{fault}</em>}
      {open && <Suspense><Shelf kind={kind} title={what} value={value} onClose={() => setOpen(false)} onPick={([picked]) => { onChange?.(picked); setOpen(false) }} /></Suspense>}
    </div>
  )
}
