import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { App, Button, Popover } from 'antd'
import DownloadOutlined from '@ant-design/icons/DownloadOutlined'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { underWay } from '../ui/export/words'
import { Loading } from '../ui/states'
import { useMay } from './session'
import { onWork } from './work'
import './work.css'

const WorkPanel = lazy(() => import('./WorkPanel').then((m) => ({ default: m.WorkPanel })))

const said = texts({
  title: ['任务中心', 'Task centre'],
  running: [(n: number, percent: number) => `任务中心：${n} 个进行中，${percent}%`, (n: number, percent: number) => `Task centre: ${n} running, ${percent}%`],
  ready: [(name: string) => `“${name}”已导出`, (name: string) => `${name} is exported`], file: ['客户', 'Customers'], get: ['下载', 'Download'], failed: [(name: string) => `“${name}”导出失败`, (name: string) => `${name} could not be exported`],
})

/** The button of the task centre: how far files and imports are that are made in the background. */
export function Work() {
  const t = useText(said)
  const may = useMay()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const exports = api.useQuery('get', '/exports', { params: { query: { limit: 20 } } }, { enabled: may('customers.read'), refetchInterval: (q) => (q.state.data?.items.some((x) => x.mine && underWay(x)) ? 1500 : false) })
  const imports = api.useQuery('get', '/imports', { params: { query: { limit: 10 } } }, { enabled: may('imports.read'), refetchInterval: (q) => (q.state.data?.items.some(underWay) ? 2000 : false) })
  const files = exports.data?.items.filter((x) => x.mine) ?? []
  const live = [...files.filter(underWay).map((x) => x.percent), ...(imports.data?.items ?? []).filter(underWay).map((x) => x.progress.percent)]
  const percent = live.length > 0 ? Math.floor(live.reduce((a, b) => a + b, 0) / live.length) : undefined
  const before = useRef(new Map<string, string>())
  useEffect(() => onWork(() => setOpen(true)), [])
  useEffect(() => {
    for (const x of exports.data?.items ?? []) {
      const was = before.current.get(x.id)
      before.current.set(x.id, x.state)
      if (!was || !underWay({ state: was })) continue
      if (open) continue // the panel says it
      if (x.state === 'done') void message.success(<>{t.ready(x.name || t.file)} <a className="y-work-get" href={`/api/v1/exports/${x.id}/file`} download>{t.get}</a></>, 8)
      if (x.state === 'failed') void message.error(t.failed(x.name || t.file))
    }
  }, [exports.data])
  if (!may('customers.read') && !may('imports.read')) return null
  return (
    <Popover
      open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" arrow={false} destroyOnHidden classNames={{ root: 'y-work-pop' }}
      content={<Suspense fallback={<div className="y-work"><Loading rows={2} /></div>}><WorkPanel exports={files} imports={imports.data?.items ?? []} onClose={() => { setOpen(false); button.current?.focus() }} /></Suspense>}
    >
      <Button ref={button} type="text" className="y-work-button" aria-label={percent === undefined ? t.title : t.running(live.length, percent)} aria-expanded={open} icon={<DownloadOutlined />}>{percent !== undefined && <b>{percent}%</b>}</Button>
    </Popover>
  )
}
