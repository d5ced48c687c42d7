import { call, must, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { App, Button, Drawer, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { download } from '../../ui/Drill'

const said = texts({
  title: ['下载与印刷', 'Download and print'],
  layout: ['版式', 'Layout'],
  labels: ['标签纸：A4 多枚，贴在货架、商品上', 'Labels: many on A4, for shelves and goods'],
  parcel: ['包裹卡：随包裹寄出的卡片', 'Parcel cards: go into parcels'],
  stand: ['台卡：收银台、桌面立牌', 'Stands: for counters and tables'],
  format: ['文件', 'File'],
  pdf: ['PDF（可直接印刷）', 'PDF, ready to print'],
  png: ['PNG（单张图）', 'PNG, one picture'],
  zip: ['ZIP（每个活码一张 PNG）', 'ZIP, one PNG for each code'],
  brand: ['抬头', 'Above the code'],
  brandHint: ['默认用品牌名称', 'The brand’s name if empty'],
  hint: ['引导语', 'Below the code'],
  hintEx: ['如：扫码添加专属顾问，领 10 元券', 'Such as: scan and get 10 off'],
  go: ['下载', 'Download'],
  busy: ['正在生成，活码多时需要几十秒…', 'Being made; many codes take a while…'],
})

/** Which codes to print: some of them, or those of a batch from a place on. */
export type What = { ids: string[] } | { batch: string; from: number; count: number }

/** A drawer that prints codes as PDF, PNG or zip. */
export function PrintDrawer({ what, onClose }: { what: What; onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const one = 'ids' in what ? what.ids.length === 1 : what.count === 1
  const print = async (v: { layout: 'labels' | 'parcel' | 'stand'; format: 'pdf' | 'png' | 'zip'; brand?: string; hint?: string }) => {
    setBusy(true)
    try {
      const codes = 'ids' in what ? { ids: what.ids.join(',') } : { batch: what.batch, from: what.from }
      const data = await must(call.GET('/codes/sheet', { params: { query: { ...codes, ...v } }, parseAs: 'blob' }))
      download(data as unknown as Blob, `codes-${v.layout}.${v.format}`)
      onClose()
    } catch (thrown) {
      message.error(problemOf(thrown).errors?.[0]?.detail ?? problemOf(thrown).detail)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Drawer open title={t.title} size={440} onClose={onClose}>
      <Form layout="vertical" initialValues={{ layout: 'labels', format: 'pdf' }} onFinish={(v: Parameters<typeof print>[0]) => void print({ ...v, brand: v.brand || undefined, hint: v.hint || undefined })}>
        <Form.Item name="layout" label={t.layout}><Radio.Group vertical options={(['labels', 'stand', 'parcel'] as const).map((k) => ({ value: k, label: t[k] }))} /></Form.Item>
        <Form.Item name="format" label={t.format}><Radio.Group vertical options={(['pdf', 'png', 'zip'] as const).filter((k) => one || k !== 'png').map((k) => ({ value: k, label: t[k] }))} /></Form.Item>
        <Form.Item name="brand" label={t.brand} extra={t.brandHint}><Input maxLength={40} /></Form.Item>
        <Form.Item name="hint" label={t.hint} extra={t.hintEx}><Input maxLength={60} /></Form.Item>
        <Button type="primary" htmlType="submit" loading={busy} block>{t.go}</Button>
        {busy && <p className="y-faint" role="status">{t.busy}</p>}
      </Form>
    </Drawer>
  )
}
