import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button, Dropdown, Input } from 'antd'
import { useId, useRef, type ReactNode } from 'react'
import { measure, type Limit } from './places'
import { useFault } from './useFault'
import { longest, nameBytes, strays, variablesOf, variableWords, type Dialect } from './variables'
import './message.css'

const said = texts({
  insert: ['插入', 'Insert'],
  more: ['更多变量', 'More values'],
  bytes: [(n: string, m: string) => `${n} / ${m} 字节`, (n: string, m: string) => `${n} / ${m} bytes`],
  letters: [(n: string, m: string) => `${n} / ${m} 字`, (n: string, m: string) => `${n} / ${m} characters`],
  bytesOver: [(n: string) => `超出 ${n} 字节`, (n: string) => `${n} bytes too long`],
  lettersOver: [(n: string) => `超出 ${n} 字`, (n: string) => `${n} characters too long`],
  count: ['一个汉字占 3 字节', 'A Chinese character takes 3 bytes'],
  names: [(n: string) => `每处姓名按最长 ${n} 字节计`, (n: string) => `each name counts as ${n} bytes, its longest`],
  stray: [(list: string) => `这里不会填入：${list}`, (list: string) => `Not filled in here: ${list}`],
})

/** How long a text is and may be; says by how much it is too long. */
export function Count({ text, limit, id, hint }: { text: string; limit: Limit; id?: string; hint?: string }) {
  const t = useText(said)
  const { bytes, letters, bytesOver, lettersOver } = measure(text, limit)
  return (
    <small id={id} className={bytesOver || lettersOver ? 'y-message-count is-over' : 'y-message-count'} title={[t.count, hint].filter(Boolean).join('；')}>
      {t.bytes(num(bytes), num(limit.bytes))}{limit.letters && ` · ${t.letters(num(letters), num(limit.letters))}`}
      <span role="status">{bytesOver > 0 ? ` · ${t.bytesOver(num(bytesOver))}` : lettersOver > 0 ? ` · ${t.lettersOver(num(lettersOver))}` : ''}</span>
    </small>
  )
}

/** A text with values in it. The buttons below put a value where the cursor is. `bare` leaves the label to who is around it. */
export function TextField({ label, bare, value, onChange, dialect = 'none', limit, fault: told, rows = 4, placeholder, id, tools, onFiles }: {
  label: string
  bare?: boolean
  value: string
  onChange: (text: string) => void
  dialect?: Dialect
  limit?: Limit
  fault?: string
  rows?: number
  placeholder?: string
  id?: string
  tools?: ReactNode
  /** Takes files that are pasted into the text. */
  onFiles?: (files: File[]) => void
}) {
  const t = useText(said)
  const v = useText(variableWords)
  const own = useId()
  const box = useRef<HTMLDivElement>(null)
  const field = id ?? own
  const fault = useFault(told || undefined, value)
  const full = longest(value, dialect)
  const over = limit && (({ bytesOver, lettersOver }) => bytesOver + lettersOver > 0)(measure(full, limit))
  const wrong = strays(value, dialect)
  const notes = [fault && `${own}-fault`, limit && `${own}-count`, wrong.length > 0 && `${own}-stray`].filter(Boolean).join(' ')
  const insert = (word: string, back = 0) => {
    const area = box.current?.querySelector('textarea')
    const [from, to] = [area?.selectionStart ?? value.length, area?.selectionEnd ?? value.length]
    const at = from + word.length - back
    onChange(value.slice(0, from) + word + value.slice(to))
    requestAnimationFrame(() => { area?.focus(); area?.setSelectionRange(at, at) })
  }
  const variables = variablesOf(dialect, v)
  const [near, far] = [variables.slice(0, 2), variables.slice(2)]
  return (
    <div className="y-message-field" ref={box}>
      {!bare && <label htmlFor={field}>{label}</label>}
      <Input.TextArea
        id={field} aria-label={bare ? label : undefined} aria-invalid={Boolean(fault || over) || undefined} aria-describedby={notes || undefined} placeholder={placeholder}
        autoSize={{ minRows: rows, maxRows: 16 }} value={value} status={fault || over ? 'error' : undefined} onChange={(e) => onChange(e.target.value)}
        onPaste={(e) => { const files = [...e.clipboardData.files]; if (onFiles && files.length > 0) { e.preventDefault(); onFiles(files) } }}
      />
      {fault && <em id={`${own}-fault`} role="alert">{fault}</em>}
      {wrong.length > 0 && <small id={`${own}-stray`} className="y-tone-warn" role="status">{t.stray(wrong.slice(0, 3).join(' '))}</small>}
      {(variables.length > 0 || limit || tools) && (
        <div className="y-rowline">
          {variables.length > 0 && <small className="y-faint">{t.insert}</small>}
          {near.map((x) => <Button key={x.word} size="small" onClick={() => insert(x.word, x.back)}>{x.label}</Button>)}
          {far.length > 0 && (
            <Dropdown trigger={['click']} menu={{ items: far.map((x) => ({ key: x.word, label: x.label })), onClick: ({ key }) => insert(key, far.find((x) => x.word === key)?.back) }}>
              <Button size="small">{t.more}</Button>
            </Dropdown>
          )}
          {tools}
          {limit && <Count id={`${own}-count`} text={full} limit={limit} hint={full === value ? undefined : t.names(num(nameBytes))} />}
        </div>
      )}
    </div>
  )
}
