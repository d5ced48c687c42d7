import { texts, useText } from '@shared/i18n'
import DownloadOutlined from '@ant-design/icons/DownloadOutlined'
import { Button, Input } from 'antd'
import { useMemo, useState } from 'react'
import { useSettled } from '../../app/search'
import { useMay } from '../../app/session'
import { download } from '../../ui/Drill'
import { useOops } from '../../ui/forms'
import { Card } from '../../ui/PageShell'
import { CustomerPicker, StaffPicker, useCorps } from '../../ui/pickers'
import { drawTemplate, Rendered } from './Rendered'
import type { Doc } from './posterDoc'

const said = texts({
  title: ['成品预览', 'As it is drawn'],
  note: ['由服务器绘制，和员工拿到的一样。没有活码或短链时用示意二维码。', 'Drawn by the server, as staff get it. A sample code stands in where there is no live code or link.'],
  staff: ['哪位员工的海报', 'Whose poster'],
  customer: ['给哪位客户', 'For which customer'],
  png: ['下载 PNG', 'Download PNG'],
  alt: ['海报预览', 'Preview of the poster'],
})

/** The names of values that a template asks for and that are said when it is drawn. */
export function askedValues(doc: Doc): string[] {
  const out = new Set<string>()
  for (const l of doc.layers) {
    for (const m of `${l.text ?? ''}${l.url ?? ''}`.matchAll(/\{\{\s*([a-z_]\w*)\s*(?:\||\}\})/gi)) if (m[1]) out.add(m[1])
  }
  return [...out]
}

/** The poster as the server draws it, for a member and a customer. */
export function PosterPreview({ doc, name }: { doc: Doc; name: string }) {
  const t = useText(said)
  const may = useMay()
  const oops = useOops()
  const { first } = useCorps()
  const [staff, setStaff] = useState<string[]>([])
  const [customer, setCustomer] = useState<string>()
  const [values, setValues] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const asked = useMemo(() => askedValues(doc), [doc])
  const given = Object.fromEntries(Object.entries(values).filter(([k, v]) => v && asked.includes(k)))
  const wish = useSettled(JSON.stringify({ doc, order: { corp: staff[0] ? first : undefined, staff: staff[0], customer, values: given } }), 600)
  const draw = (format: 'png' | 'jpeg') => { const w = JSON.parse(wish) as { doc: Doc; order: object }; return drawTemplate(w.doc, w.order, format) }
  const file = async () => {
    setBusy(true)
    try {
      download((await draw('png')).data, `${name}.png`)
    } catch (thrown) {
      oops(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={t.title} extra={<Button size="small" icon={<DownloadOutlined />} loading={busy} onClick={() => void file()}>{t.png}</Button>}>
      <div className="y-stack">
        <Rendered of={[wish]} draw={() => draw('jpeg')} alt={t.alt} onDrawn={() => undefined} />
        {may('staff.read') && <StaffPicker single value={staff} onChange={setStaff} placeholder={t.staff} aria-label={t.staff} style={{ width: '100%' }} />}
        {may('customers.read') && <CustomerPicker value={customer} onChange={setCustomer} placeholder={t.customer} aria-label={t.customer} style={{ width: '100%' }} />}
        {asked.map((key) => <Input key={key} prefix={<code className="y-faint">{key}</code>} aria-label={key} maxLength={60} value={values[key]} onChange={(e) => setValues({ ...values, [key]: e.target.value })} />)}
        <small className="y-faint">{t.note}</small>
      </div>
    </Card>
  )
}
