import { texts, useLang, useText } from '@shared/i18n'
import { useNavigate } from '@tanstack/react-router'
import { Modal } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { districts } from './nav'
import { useFound, type Found } from './search'
import { useMay } from './session'
import { useActions, type Action } from './actions'

const said = texts({
  title: ['搜索', 'Search'],
  placeholder: ['姓名、手机尾号、人群、SOP、页面（支持拼音首字母）', 'Name, end of a phone number, audience, playbook, page'],
  pages: ['页面', 'Pages'],
  actions: ['操作', 'Actions'],
  nothing: ['没有找到', 'Nothing found'],
  hint: ['↑ ↓ 选择，回车打开', '↑ ↓ to choose, Enter to open'],
})

type Line = Found & Pick<Action, 'run'>

/** Search over pages, actions, customers and objects, by keyboard. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const may = useMay()
  const go = useNavigate()
  const [q, setQ] = useState('')
  const [at, setAt] = useState(0)
  const actions = useActions()
  const pages = useMemo(() => districts.flatMap((d) => d.places).filter((p) => may(p.needs)), [may])
  const found = useFound(q)
  const lines: Line[] = useMemo(() => {
    const like = q.trim().toLowerCase()
    const fits = (zh: string, en: string, py: string) => !like || zh.toLowerCase().includes(like) || en.toLowerCase().includes(like) || py.startsWith(like)
    const name = (x: { zh: string; en: string }) => (lang === 'zh-CN' ? x.zh : x.en)
    return [
      ...found,
      ...actions.filter((a) => like && fits(a.zh, a.en, a.py)).map((a) => ({ group: t.actions, title: name(a), to: a.to ?? '', run: a.run })),
      ...pages.filter((p) => fits(p.zh, p.en, p.py)).slice(0, like ? 8 : 40).map((p) => ({ group: t.pages, title: name(p), to: p.to })),
    ]
  }, [q, found, actions, pages, lang, t])
  useEffect(() => setAt(0), [q])
  useEffect(() => document.getElementById(`palette-${at}`)?.scrollIntoView({ block: 'nearest' }), [at])
  const open = (line: Line | undefined) => {
    if (!line) return
    onClose()
    if (line.run) line.run()
    else void go({ to: line.to })
  }
  const press = (e: React.KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      setAt((i) => Math.max(0, Math.min(lines.length - 1, i + (e.key === 'ArrowDown' ? 1 : -1))))
    } else if (e.key === 'Enter') {
      open(lines[at])
    }
  }
  return (
    <Modal open title={<span className="y-hidden">{t.title}</span>} closable={false} footer={null} onCancel={onClose} width={600} className="y-palette" styles={{ container: { padding: 0 } }}>
      <input
        autoFocus role="combobox" aria-expanded="true" aria-controls="palette" aria-activedescendant={`palette-${at}`} aria-label={t.title}
        placeholder={t.placeholder} value={q} onChange={(e) => setQ(e.target.value)} onKeyDown={press}
      />
      <div id="palette" role="listbox" aria-label={t.title}>
        {lines.map((line, i) => (
          <div key={`${line.group}${line.to}${line.title}`}>
            {line.group !== lines[i - 1]?.group && <div className="y-palette-group" role="presentation">{line.group}</div>}
            <div
              id={`palette-${i}`} role="option" tabIndex={-1} aria-selected={i === at} onMouseMove={() => setAt(i)} onClick={() => open(line)}
              onKeyDown={(e) => e.key === 'Enter' && open(line)}
            >
              <b>{line.title}</b>{line.detail && <span>{line.detail}</span>}
            </div>
          </div>
        ))}
        {lines.length === 0 && <p>{t.nothing}</p>}
      </div>
      <footer>{t.hint}</footer>
    </Modal>
  )
}
