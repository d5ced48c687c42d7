import { call, must, type Schema } from '@shared/api/client'
import { ago, bytes, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Progress } from 'antd'
import { useEffect, useRef } from 'react'
import { exportKinds, exportStates, exportTone } from '../ui/export/words'
import { useOops } from '../ui/forms'
import { State } from '../ui/PageShell'
import { useMay } from './session'
import { underWay } from './work'

const said = texts({
  title: ['任务中心', 'Task centre'], none: ['没有进行中的任务', 'Nothing is under way'], noneText: ['在客户列表或人群里点“导出”，进度和文件会显示在这里；导入也一样。', 'Export customers or members of an audience: progress and files stand here, and imports too.'],
  imports: ['导入', 'Import'], all: ['全部导出', 'All exports'], allImports: ['全部导入', 'All imports'], get: ['下载', 'Download'], getName: [(name: string) => `下载“${name}”`, (name: string) => `Download ${name}`], cancel: ['取消', 'Cancel'], cancelName: [(name: string) => `取消“${name}”`, (name: string) => `Cancel ${name}`],
  rows: [(done: string, all: string) => `${done} / ${all} 人`, (done: string, all: string) => `${done} of ${all}`], people: [(n: string) => `${n} 人`, (n: string) => `${n} customers`], progress: [(name: string) => `“${name}”的进度`, (name: string) => `Progress of ${name}`],
})

/** What is under way, and the files that can be fetched. */
export function WorkPanel({ exports, imports, onClose }: { exports: Schema<'Export'>[]; imports: Schema<'Import'>[]; onClose: () => void }) {
  const t = useText(said)
  const kinds = useText(exportKinds)
  const states = useText(exportStates)
  const may = useMay()
  const oops = useOops()
  const client = useQueryClient()
  const first = useRef<HTMLDivElement>(null)
  useEffect(() => first.current?.focus(), [])
  const cancel = (id: string) => must(call.DELETE('/exports/{id}', { params: { path: { id } } })).catch(oops).finally(() => void client.invalidateQueries({ queryKey: ['get', '/exports'] }))
  const files = exports.slice(0, 6)
  const live = imports.filter(underWay)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div className="y-work" role="dialog" aria-label={t.title} tabIndex={-1} ref={first} onKeyDown={(e) => { if (e.key === 'Escape') onClose() }}>
      <h2>{t.title}</h2>
      {files.length + live.length === 0 && <div className="y-work-none"><b>{t.none}</b><p className="y-faint">{t.noneText}</p></div>}
      <ul>
        {live.map((i) => (
          <li key={i.id}>
            <div><Link to={`/settings/imports/${i.id}` as string} onClick={onClose}>{t.imports} · {i.name}</Link></div>
            <Progress percent={Math.floor(i.progress.percent)} size="small" aria-label={t.progress(i.name)} />
          </li>
        ))}
        {files.map((x) => {
          const name = x.name || named(kinds, x.kind)
          return (
            <li key={x.id}>
              <div>
                <b title={name}>{name}</b>
                {underWay(x) && <Button type="link" size="small" aria-label={t.cancelName(name)} onClick={() => void cancel(x.id)}>{t.cancel}</Button>}
                {x.state === 'done' && <Button type="link" size="small" href={`/api/v1/exports/${x.id}/file`} download aria-label={t.getName(name)}>{t.get}</Button>}
              </div>
              {underWay(x) && <Progress percent={Math.floor(x.percent)} size="small" aria-label={t.progress(name)} />}
              <small className="y-faint">
                {x.state === 'running' ? t.rows(num(x.done), num(x.rows)) : x.state === 'done' ? `${t.people(num(x.rows))} · ${bytes(x.bytes)} · ${ago(x.finished_at)}` : <><State tone={exportTone(x.state)}>{named(states, x.state)}</State> {x.problem || t.people(num(x.rows))}</>}
              </small>
            </li>
          )
        })}
      </ul>
      {may('imports.read') && <footer><Link to={'/settings/imports?tab=exports' as string} onClick={onClose}>{t.all}</Link><Link to={'/settings/imports' as string} onClick={onClose}>{t.allImports}</Link></footer>}
    </div>
  )
}
