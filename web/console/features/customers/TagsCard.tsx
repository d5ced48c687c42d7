import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { call, must, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Card } from '../../ui/PageShell'
import { TagPicker } from '../../ui/pickers'
import { Tag } from './bits'

const said = texts({
  title: ['标签', 'Tags'], add: ['添加标签', 'Add a tag'], none: ['还没有标签', 'No tags yet'], remove: [(x: string) => `去掉标签 ${x}`, (x: string) => `Remove the tag ${x}`], undo: ['撤销', 'Undo'], added: [(x: string) => `已打上「${x}」`, (x: string) => `Added “${x}”`], removed: [(x: string) => `已去掉「${x}」`, (x: string) => `Removed “${x}”`],
})

/** A customer's tags. Changes are made at once and can be taken back for six seconds. */
export function TagsCard({ customer: c }: { customer: Schema<'CustomerView'> }) {
  const t = useText(said)
  const may = useMay()
  const client = useQueryClient()
  const oops = useOops()
  const { message } = App.useApp()
  const [adding, setAdding] = useState(false)
  const key = ['get', '/customers/{id}', { params: { path: { id: c.id } } }]
  const show = (tags: string[]) => client.setQueryData(key, (old: Schema<'CustomerView'> | undefined) => old && { ...old, tags })
  const change = async (tag: string, put: boolean, again = false) => {
    const before = client.getQueryData<Schema<'CustomerView'>>(key)?.tags ?? c.tags
    show(put ? [...before.filter((x) => x !== tag), tag].sort() : before.filter((x) => x !== tag))
    try {
      const path = { id: c.id, tag }
      await must(put ? call.POST('/customers/{id}/tags', { params: { path: { id: c.id } }, body: { tag } }) : call.DELETE('/customers/{id}/tags/{tag}', { params: { path } }))
      void client.invalidateQueries({ queryKey: ['get', '/customers/{id}'] })
      if (again) return
      const toast = `tag-${c.id}-${tag}`
      void message.success({ key: toast, duration: 6, content: <>{put ? t.added(tag) : t.removed(tag)} <Button size="small" type="link" onClick={() => { message.destroy(toast); void change(tag, !put, true) }}>{t.undo}</Button></> })
    } catch (thrown) {
      show(before)
      oops(thrown)
    }
  }
  const writes = may('customers.write')
  return (
    <Card title={t.title} extra={writes && !adding && <Button size="small" type="text" icon={<PlusOutlined />} aria-label={t.add} onClick={() => setAdding(true)} />}>
      <div className="y-customers-chips">
        {c.tags.length === 0 && !adding && <span className="y-faint">{t.none}</span>}
        {c.tags.map((label) => writes ? (
          <span key={label} className="y-customers-tag"><TagText label={label} /><button type="button" aria-label={t.remove(label)} onClick={() => void change(label, false)}>×</button></span>
        ) : <Tag key={label} label={label} />)}
      </div>
      {adding && <TagPicker free value={[]} aria-label={t.add} placeholder={t.add} style={{ width: '100%', marginTop: 8 }} onChange={([tag]) => { setAdding(false); if (tag && !c.tags.includes(tag)) void change(tag, true) }} />}
    </Card>
  )
}

function TagText({ label }: { label: string }) {
  const at = label.indexOf('/')
  return at < 0 ? <>{label}</> : <><i>{label.slice(0, at)}</i>{label.slice(at + 1)}</>
}
