import { call, must, lineOf, api } from '@shared/api/client'
import { ago, when } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Popup, Toast } from 'antd-mobile'
import { useState } from 'react'
import { propLabel } from '@/ui/rule/labels'
import type { Customer } from '../types'
import { tagName } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Asked, Empty } from '../ui/states'
import { common } from '../ui/words'

const said = texts({
  tags: ['标签', 'Tags'], edit: ['编辑', 'Edit'], noTags: ['还没有标签。点「编辑」给客户打上标签，SOP 和人群会用到。', 'No tags yet. Tap Edit: playbooks and audiences go by them.'], profile: ['资料', 'Profile'], mobile: ['手机', 'Mobile'], remarks: ['备注', 'Remark'],
  colleagues: ['服务的同事', 'Colleagues with this customer'], seen: ['最近活跃', 'Last active'], first: ['首次出现', 'First seen'], saved: ['已保存，稍后生效', 'Saved; it takes effect soon'], failed: ['没有保存：', 'Not saved: '],
  noGroups: ['还没有可用的标签', 'There are no tags to put'], noGroupsWhy: ['管理员在控制台建好标签后，就能在这里打。', 'Your administrator makes them in the console.'],
})

/** What is known of the customer, and the tags. */
export function ProfilePart({ of: c }: { of: Customer }) {
  const t = useText(said)
  const lang = useLang()
  const [editing, setEditing] = useState(false)
  const hidden = new Set(['name', 'avatar', 'contacts', 'external_type', 'channel', 'staff'])
  const traits = Object.entries(c.traits).filter(([k, v]) => !hidden.has(k) && ['string', 'number', 'boolean'].includes(typeof v)).slice(0, 20)
  return (
    <>
      <section className="s-box">
        <div className="s-box-head"><h2>{t.tags}</h2><button type="button" className="s-text-button" onClick={() => setEditing(true)}><Icon name="tag" size={16} />{t.edit}</button></div>
        {c.tags.length > 0 ? <p className="s-tags s-wrap">{c.tags.map((x) => <span key={x} className="s-chip" title={x}>{tagName(x)}</span>)}</p> : <p className="s-faint">{t.noTags}</p>}
      </section>
      <section className="s-box">
        <h2>{t.profile}</h2>
        <dl className="s-facts">
          {Object.values(c.remarks).map((r) => <div key={r}><dt>{t.remarks}</dt><dd>{r}</dd></div>)}
          {(c.mobiles ?? []).map((m) => <div key={m}><dt>{t.mobile}</dt><dd>{m}</dd></div>)}
          {traits.map(([k, v]) => <div key={k}><dt>{propLabel(k, lang)}</dt><dd>{String(v)}</dd></div>)}
          {c.last_seen && <div><dt>{t.seen}</dt><dd>{ago(c.last_seen)}</dd></div>}
          {c.first_seen && <div><dt>{t.first}</dt><dd>{when(c.first_seen).slice(0, 10)}</dd></div>}
        </dl>
      </section>
      {(c.colleagues ?? []).length > 0 && (
        <section className="s-box">
          <h2>{t.colleagues}</h2>
          <dl className="s-facts">{c.colleagues?.map((x) => <div key={x.staff}><dt>{x.name || x.staff}</dt><dd>{x.added_at ? when(x.added_at).slice(0, 10) : ''}</dd></div>)}</dl>
        </section>
      )}
      <Popup visible={editing} onMaskClick={() => setEditing(false)} bodyClassName="s-popup" destroyOnClose><TagEditor of={c} onClose={() => setEditing(false)} /></Popup>
    </>
  )
}

function TagEditor({ of: c, onClose }: { of: Customer; onClose: () => void }) {
  const t = useText(said)
  const w = useText(common)
  const client = useQueryClient()
  const groups = api.useQuery('get', '/panel/tags', {})
  const [on, setOn] = useState(() => new Set(c.tags))
  const toggle = (label: string) => setOn((was) => {
    const next = new Set(was)
    if (!next.delete(label)) next.add(label)
    return next
  })
  const save = async () => {
    const add = [...on].filter((x) => !c.tags.includes(x))
    const remove = c.tags.filter((x) => !on.has(x))
    if (add.length + remove.length > 0) {
      const key = api.queryOptions('get', '/panel/customers/{external}', { params: { path: { external: c.external_userid } } }).queryKey
      try {
        await must(call.PUT('/panel/customers/{external}/tags', { params: { path: { external: c.external_userid } }, body: { add, remove } }))
        client.setQueryData(key, { ...c, tags: [...on] })
        Toast.show({ content: t.saved })
      } catch (e) {
        Toast.show({ content: t.failed + lineOf(e) })
        return
      }
    }
    onClose()
  }
  return (
    <div role="dialog" aria-label={t.tags}>
      <div className="s-box-head"><h2>{t.tags}</h2><button type="button" className="s-text-button" onClick={onClose} aria-label={w.cancel}><Icon name="close" size={18} /></button></div>
      <Asked of={groups}>{({ items }) => (
        <div className="s-popup-scroll">
          {items?.length === 0 && <Empty icon="tag" title={t.noGroups}>{t.noGroupsWhy}</Empty>}
          {items?.map((g) => (
            <fieldset key={g.name} className="s-fieldset">
              <legend>{g.name}</legend>
              <div className="s-filters s-wrap">{g.tags?.map((x) => <button key={x.label} type="button" aria-pressed={on.has(x.label)} onClick={() => toggle(x.label)}>{x.name}</button>)}</div>
            </fieldset>
          ))}
        </div>
      )}</Asked>
      <Button block color="primary" size="large" onClick={() => void save()}>{w.save}</Button>
    </div>
  )
}
