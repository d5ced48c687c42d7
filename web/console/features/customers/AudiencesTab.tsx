import { api } from '@shared/api/client'
import { exactly, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { State } from '../../ui/PageShell'
import { AudiencePicker } from '../../ui/pickers'
import { Explanation } from '../../ui/rule/Explanation'
import { Asked } from '../../ui/states'

const said = texts({
  none: ['现在不在任何人群里', 'In no audience now'], why: ['为什么', 'Why'], less: ['收起', 'Close'], people: [(n: string) => `${n} 人`, (n: string) => `${n} people`], ask: ['为什么不在某个人群里？', 'Why not in another audience?'], choose: ['选择人群', 'Choose an audience'],
  in: ['在人群中', 'In it'], out: ['不在人群中', 'Not in it'], since: [(at: string) => `${at} 进入`, (at: string) => `since ${at}`], next: [(at: string) => `什么都不发生的话，最早 ${at} 会变化`, (at: string) => `changes at ${at} at the earliest if nothing happens`],
})

/** The audiences that a customer is in, and why they are in or out of any. */
export function AudiencesTab({ id }: { id: string }) {
  const t = useText(said)
  const asked = api.useQuery('get', '/customers/{id}/audiences', { params: { path: { id } } })
  const [open, setOpen] = useState<string>()
  const [other, setOther] = useState<string>()
  return (
    <div className="y-stack">
      <Asked query={asked} rows={4}>
        {(p) => (
          <ul className="y-customers-list">
            {p.items.length === 0 && <li className="y-faint">{t.none}</li>}
            {p.items.map((a) => (
              <li key={a.id} style={{ flexWrap: open === a.id ? 'wrap' : undefined }}>
                <span><Link to={`/audiences/${a.id}` as string}>{a.name}</Link><small>{[t.people(num(a.count)), a.description].filter(Boolean).join(' · ')}</small></span>
                <Button size="small" aria-expanded={open === a.id} aria-label={`${t.why} ${a.name}`} onClick={() => setOpen(open === a.id ? undefined : a.id)}>{open === a.id ? t.less : t.why}</Button>
                {open === a.id && <div style={{ flexBasis: '100%' }}><Explained audience={a.id} customer={id} /></div>}
              </li>
            ))}
          </ul>
        )}
      </Asked>
      <section>
        <h3 className="y-h3">{t.ask}</h3>
        <AudiencePicker value={other} onChange={setOther} placeholder={t.choose} style={{ width: 280 }} />
        {other && <Explained audience={other} customer={id} />}
      </section>
    </div>
  )
}

function Explained({ audience, customer }: { audience: string; customer: string }) {
  const t = useText(said)
  const own = api.useQuery('get', '/audiences/{id}', { params: { path: { id: audience } } }, { retry: false })
  const asked = api.useQuery('get', '/audiences/{id}/explain', { params: { path: { id: audience }, query: { customer } } }, { retry: false })
  return (
    <Asked query={asked} rows={3}>
      {(e) => (
        <div className="y-quote" style={{ marginTop: 8 }}>
          <div className="y-rowline">
            <State tone={e.member ? 'good' : 'bad'}>{e.member ? t.in : t.out}</State>
            {e.member && e.transitions[0]?.entered && <span className="y-faint">{t.since(exactly(e.transitions[0].at))}</span>}
          </div>
          <Explanation why={e.why} rule={own.data?.version === e.version ? own.data.rule : undefined} />
          {e.next_change && <small className="y-faint">{t.next(exactly(e.next_change))}</small>}
        </div>
      )}
    </Asked>
  )
}
