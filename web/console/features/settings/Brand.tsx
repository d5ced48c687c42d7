import { api, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Select } from 'antd'
import { useMay } from '../../app/session'
import { Faults, showFaults } from '../../ui/forms'
import { Card, PageShell } from '../../ui/PageShell'
import { Asked } from '../../ui/states'

const said = texts({
  title: ['品牌设置', 'Brand'], lead: ['名称、时区与币种决定所有页面上的日期和金额。', 'The name, time zone and currency decide how every page shows dates and money.'],
  name: ['品牌名称', 'Name of the brand'], zone: ['时区', 'Time zone'], currency: ['币种', 'Currency'], save: ['保存', 'Save'], saved: ['已保存', 'Saved'], required: ['请填写', 'Fill this in'],
  zoneHint: ['改变时区会改变「今天」「本月」的边界，历史报表按新时区重算。', 'A new time zone moves the bounds of days and months; reports are counted anew by it.'],
  currencyHint: ['金额只统计这个币种的订单，其他币种的订单不换算。', 'Money counts orders in this currency; orders in others are not converted.'],
  mayNot: ['你的角色不能修改品牌设置。', 'Your role may not change these.'],
})

const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))
const currencies = ['CNY', 'HKD', 'TWD', 'USD', 'EUR', 'GBP', 'JPY', 'SGD', 'MYR', 'THB', 'VND', 'IDR', 'AUD'].map((value) => ({ value, label: value }))

/** The brand's name, time zone and currency. */
export function Brand() {
  const t = useText(said)
  const may = useMay()
  const { message } = App.useApp()
  const cache = useQueryClient()
  const [form] = Form.useForm()
  const brand = api.useQuery('get', '/settings/brand', {})
  const save = api.useMutation('put', '/settings/brand', {
    onSuccess: () => { void cache.invalidateQueries(); message.success(t.saved) },
    onError: (thrown) => { showFaults(form, thrown) },
  })
  return (
    <PageShell title={t.title} lead={t.lead}>
      <Card className="y-narrow">
        <Asked query={brand}>
          {(data) => (
            <Form form={form} layout="vertical" initialValues={data} disabled={!may('settings.write')} onFinish={(body: { name: string; zone: string; currency: string }) => save.mutate({ body })}>
              {!may('settings.write') && <Alert type="info" showIcon title={t.mayNot} style={{ marginBottom: 12 }} />}
              <Form.Item name="name" label={t.name} rules={[{ required: true, message: t.required }]}><Input maxLength={100} /></Form.Item>
              <Form.Item name="zone" label={t.zone} extra={t.zoneHint}><Select showSearch options={zones} /></Form.Item>
              <Form.Item name="currency" label={t.currency} extra={t.currencyHint}><Select showSearch options={currencies} /></Form.Item>
              {save.error && <Form.Item><Faults problem={problemOf(save.error)} /></Form.Item>}
              {may('settings.write') && <Button type="primary" htmlType="submit" loading={save.isPending}>{t.save}</Button>}
            </Form>
          )}
        </Asked>
      </Card>
    </PageShell>
  )
}
