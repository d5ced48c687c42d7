import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Button, Popover } from 'antd'
import { DownloadOutlined } from '../ui/icons'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Loading } from '../ui/states'
import { useMay } from './session'
import { onWork, underWay } from './work'
import './work.css'

const WorkPanel = lazy(() => import('./WorkPanel').then((m) => ({ default: m.WorkPanel })))

const said = texts({
  title: ['任务中心', 'Task centre'],
  running: [(n: number, percent: number) => `任务中心：${n} 个进行中，${percent}%`, (n: number, percent: number) => `Task centre: ${n} running, ${percent}%`],
  ready: [(n: number) => `任务中心：${n} 个任务刚结束`, (n: number) => `Task centre: ${n} just ended`],
})

/** The button of the task centre: how far files and imports are that are made in the background. */
export function Work() {
  const t = useText(said)
  const may = useMay()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const exports = api.useQuery('get', '/exports', { params: { query: { limit: 20 } } }, { enabled: may('customers.read'), refetchInterval: (q) => (q.state.data?.items.some((x) => x.mine && underWay(x)) ? 1500 : false) })
  const imports = api.useQuery('get', '/imports', { params: { query: { limit: 10 } } }, { enabled: may('imports.read'), refetchInterval: (q) => (q.state.data?.items.some(underWay) ? 2000 : false) })
  const files = exports.data?.items.filter((x) => x.mine) ?? []
  const live = [...files.filter(underWay).map((x) => x.percent), ...(imports.data?.items ?? []).filter(underWay).map((x) => x.progress.percent)]
  const percent = live.length > 0 ? Math.floor(live.reduce((a, b) => a + b, 0) / live.length) : undefined
  const before = useRef(new Map<string, string>())
  const [news, setNews] = useState(0)
  useEffect(() => onWork(() => setOpen(true)), [])
  useEffect(() => {
    const ended = (exports.data?.items ?? []).filter((x) => x.mine && !underWay(x) && underWay({ state: before.current.get(x.id) ?? '' })).length
    before.current = new Map(exports.data?.items.map((x) => [x.id, x.state]))
    if (ended > 0) setNews((n) => n + ended)
  }, [exports.data])
  useEffect(() => { if (open) setNews(0) }, [open, news])
  const label = percent !== undefined ? t.running(live.length, percent) : news > 0 ? t.ready(news) : t.title
  if (!may('customers.read') && !may('imports.read')) return null
  return (
    <Popover
      open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" arrow={false} destroyOnHidden classNames={{ root: 'y-work-pop' }}
      content={<Suspense fallback={<div className="y-work"><Loading rows={2} /></div>}><WorkPanel exports={files} imports={imports.data?.items ?? []} onClose={() => { setOpen(false); button.current?.focus() }} /></Suspense>}
    >
      <Button ref={button} type="text" className="y-work-button" aria-label={label} aria-expanded={open} icon={<DownloadOutlined />}>{percent !== undefined ? <b>{percent}%</b> : news > 0 && <b className="y-work-news">{news}</b>}</Button>
    </Popover>
  )
}
