/** Tabs that scroll sideways where they do not fit. Arrow keys go from one to the next. */
export function TabBar<K extends string>({ at, tabs, onChange }: { at: K | undefined; tabs: readonly (readonly [K, string])[]; onChange: (key: K) => void }) {
  const press = (e: React.KeyboardEvent<HTMLButtonElement>, i: number) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key]
    if (!step) return
    e.preventDefault()
    const to = (i + step + tabs.length) % tabs.length
    onChange((tabs[to] as readonly [K, string])[0])
    ;(e.currentTarget.parentElement?.children[to] as HTMLElement | undefined)?.focus()
  }
  return (
    <div role="tablist" className="y-customers-tabbar">
      {tabs.map(([key, label], i) => <button key={key} type="button" role="tab" aria-selected={key === at} tabIndex={key === at ? 0 : -1} onClick={() => onChange(key)} onKeyDown={(e) => press(e, i)}>{label}</button>)}
    </div>
  )
}
