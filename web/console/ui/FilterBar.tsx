import { texts, useText } from '@shared/i18n'
import { Button, Input } from 'antd'
import { useEffect, useRef, useState, type ReactNode } from 'react'

const said = texts({ reset: ['重置', 'Reset'], filters: ['筛选', 'Filters'] })

/** The row of filters above a list. `active` says whether anything is set. */
export function FilterBar({ children, active, onReset }: { children: ReactNode; active?: boolean; onReset?: () => void }) {
  const t = useText(said)
  return (
    <form className="y-filters" role="search" aria-label={t.filters} onSubmit={(e) => e.preventDefault()}>
      {children}
      {active && onReset && <Button type="text" onClick={onReset}>{t.reset}</Button>}
    </form>
  )
}

/** A box to search a list: tells after 250 ms of stillness, and never in the middle of an input method. `/` goes here. */
export function SearchBox({ value, onChange, placeholder, width = 260 }: { value: string; onChange: (q: string) => void; placeholder: string; width?: number }) {
  const [typed, setTyped] = useState(value)
  const composing = useRef(false)
  const tell = useRef(onChange)
  tell.current = onChange
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    if (typed === value || composing.current) return
    const timer = setTimeout(() => tell.current(typed.trim()), 250)
    return () => clearTimeout(timer)
  }, [typed, value])
  return (
    <span data-search="" style={{ width, maxWidth: '100%' }}>
      <Input
        allowClear type="search" value={typed} placeholder={placeholder} aria-label={placeholder}
        onChange={(e) => setTyped(e.target.value)} onPressEnter={() => !composing.current && onChange(typed.trim())}
        onCompositionStart={() => { composing.current = true }} onCompositionEnd={(e) => { composing.current = false; setTyped(e.currentTarget.value) }}
      />
    </span>
  )
}
