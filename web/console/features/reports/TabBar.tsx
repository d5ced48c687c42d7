/** The parts of a page beside each other. They scroll sideways where the window is narrow. */
export function TabBar<K extends string>({ label, value, items, onChange }: { label: string; value: K; items: readonly (readonly [K, string])[]; onChange: (key: K) => void }) {
  return (
    <nav className="y-reports-tabs" aria-label={label}>
      {items.map(([key, name]) => <button type="button" key={key} aria-current={key === value ? 'page' : undefined} onClick={() => onChange(key)}>{name}</button>)}
    </nav>
  )
}
