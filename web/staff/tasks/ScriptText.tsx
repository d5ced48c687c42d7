import { texts, useText } from '@shared/i18n'
import { useState } from 'react'

const said = texts({ more: ['展开', 'Show all'], less: ['收起', 'Show less'] })

/** What to say to the customer, folded when it is long. */
export function ScriptText({ text, most = 140 }: { text: string; most?: number }) {
  const t = useText(said)
  const [open, setOpen] = useState(false)
  const long = text.length > most
  return (
    <div className="s-script">
      <p>{long && !open ? `${text.slice(0, most)}…` : text}</p>
      {long && <button type="button" className="s-text-button" onClick={() => setOpen(!open)} aria-expanded={open}>{open ? t.less : t.more}</button>}
    </div>
  )
}
