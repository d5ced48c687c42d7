import { api, byCursor, problemOf, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Form, InputNumber, Switch } from 'antd'
import { useMay } from '../../app/session'
import { Faults, showFaults, useOops } from '../../ui/forms'
import { Card, Columns, Facts, Hint, PageShell, State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { Asked, Empty, Only } from '../../ui/states'

const said = texts({
  title: ['隐私', 'Privacy'], lead: ['个人信息加密保存、默认打码；看明文要写原因，删除不可恢复，都写入操作日志。', 'Personal data is stored encrypted and shown masked. Revealing needs a reason, erasing is for good, and the audit log says so.'],
  masking: ['默认打码', 'Masked by default'], maskLead: ['打开后，有权限的人也要在客户页点「查看明文」并写原因才能看到；API 令牌不受影响。', 'When on, people with the right see personal values only after they reveal them with a reason. API tokens are not concerned.'],
  on: ['打码', 'Masked'], off: ['有权限者直接看到', 'Shown to who may see it'],
  retention: ['保存多久', 'How long texts are kept'], archive: ['会话存档（天）', 'Conversation archive (days)'], delivery: ['触达内容（天）', 'Texts of deliveries (days)'], forever: ['0 表示一直保存；否则 30 到 3650', '0 keeps them for good, else 30 to 3650'], save: ['保存', 'Save'], saved: ['已保存', 'Saved'],
  fixed: ['固定的', 'Fixed'], callbacks: ['已处理的回调', 'Settled callbacks'], answers: ['带幂等键的写操作的应答', 'Answers to writes with an Idempotency-Key'], exports: ['个人信息导出文件', 'Exports of a customer'], days: [(n: string) => `${n} 天`, (n: string) => `${n} days`], desk: ['微信客服', 'Customer service'], ever: ['一直', 'For good'],
  erasures: ['删除记录', 'Erasures'], asked: ['时间', 'When'], customer: ['客户', 'Customer'], reason: ['原因', 'Reason'], state: ['状态', 'State'], rows: ['涉及的行', 'Rows'], blocked: ['标识已拉黑', 'Identities blocked'], yes: ['是', 'Yes'], no: ['否', 'No'],
  waiting: ['等待', 'Waiting'], erased: ['已从数据库删除', 'Gone from the database'], done: ['已完成', 'Done'], none: ['还没有删除过客户信息', 'Nobody was erased yet'], noneLead: ['客户要求删除个人信息时，在客户页选择「删除个人信息」。订单金额会匿名保留，报表不变。', 'When somebody asks for it, choose “Erase” on the customer’s page. Amounts of orders stay, anonymous, so reports stay true.'],
  export: ['一位客户的全部信息', 'Everything about one customer'], exportLead: ['在客户页选择「更多操作 → 导出全部资料」，生成加密保存 7 天的文件，只有导出的人能下载。', 'Choose “Export everything” on the customer’s page. The file is kept sealed for 7 days, for who asked.'], go: ['去客户列表', 'To the customers'],
})

/** Rules of privacy: masking, how long texts stay, who was erased. */
export function Privacy() {
  const t = useText(said)
  return (
    <PageShell title={t.title} lead={t.lead}>
      <Columns min={360}>
        <Only needs="settings.read"><div className="y-stack"><Masking /><Card title={t.export}><p className="y-faint">{t.exportLead}</p><Link to={'/customers' as string}>{t.go}</Link></Card></div></Only>
        <Only needs="settings.read"><Retention /></Only>
      </Columns>
      <Only needs="customers.erase"><Erasures /></Only>
    </PageShell>
  )
}

function Masking() {
  const t = useText(said)
  const may = useMay()
  const cache = useQueryClient()
  const now = api.useQuery('get', '/privacy/masking', {})
  const set = api.useMutation('put', '/privacy/masking', { onSuccess: () => cache.invalidateQueries(), onError: useOops() })
  return (
    <Card title={t.masking}>
      <p className="y-faint">{t.maskLead}</p>
      <Asked query={now} rows={1}>
        {(d) => <label className="y-rowline"><Switch checked={d.by_default} loading={set.isPending} disabled={!may('settings.write')} onChange={(by_default) => set.mutate({ body: { by_default } })} /> {d.by_default ? t.on : t.off}</label>}
      </Asked>
    </Card>
  )
}

function Retention() {
  const t = useText(said)
  const may = useMay()
  const { message } = App.useApp()
  const cache = useQueryClient()
  const [form] = Form.useForm()
  const now = api.useQuery('get', '/privacy/retention', {})
  const save = api.useMutation('put', '/privacy/retention', {
    onSuccess: () => { void cache.invalidateQueries({ queryKey: ['get', '/privacy/retention'] }); message.success(t.saved) }, onError: (thrown) => { showFaults(form, thrown) },
  })
  return (
    <Card title={t.retention}>
      <Asked query={now} rows={3}>
        {(d) => (
          <>
            <Form form={form} layout="inline" initialValues={d} disabled={!may('settings.write')} onFinish={(body: Schema<'RetentionInputBody'>) => save.mutate({ body })}>
              <Form.Item name="archive_days" label={t.archive}><InputNumber min={0} max={3650} /></Form.Item>
              <Form.Item name="delivery_days" label={t.delivery}><InputNumber min={0} max={3650} /></Form.Item>
              {may('settings.write') && <Button htmlType="submit" loading={save.isPending}>{t.save}</Button>}
            </Form>
            <p className="y-faint">{t.forever}</p>
            {save.error && <Faults problem={problemOf(save.error)} />}
            <Facts items={[
              ...(d.desks ?? []).map((x): [React.ReactNode, React.ReactNode] => [<>{t.desk} <code>{x.corp}</code></>, x.keep_days ? t.days(num(x.keep_days)) : t.ever]),
              [t.callbacks, <>{t.days(num(d.callback_days))} <Hint>{t.fixed}</Hint></>], [t.answers, <>{t.days(num(d.answer_days))} <Hint>{t.fixed}</Hint></>], [t.exports, <>{t.days(num(d.export_days))} <Hint>{t.fixed}</Hint></>],
            ]} />
          </>
        )}
      </Asked>
    </Card>
  )
}

function Erasures() {
  const t = useText(said)
  const list = api.useInfiniteQuery('get', '/privacy/erasures', {}, byCursor)
  return (
    <>
      <h2 className="y-h2">{t.erasures}</h2>
      <QueryTable<Schema<'PrivacyErasure'>>
        id="erasures" label={t.erasures} query={list as never} rowKey="id" height={360} empty={<Empty title={t.none}>{t.noneLead}</Empty>}
        columns={[
          { key: 'at', title: t.asked, width: 150, always: true, render: (_, e) => when(e.asked_at) }, { key: 'customer', title: t.customer, width: 110, dataIndex: 'customer' }, { key: 'reason', title: t.reason, width: 240, dataIndex: 'reason' },
          { key: 'state', title: t.state, width: 160, render: (_, e) => <State tone={e.state === 'done' ? 'good' : 'live'}>{named(t, e.state)}</State> },
          { key: 'rows', title: t.rows, width: 100, num: true, render: (_, e) => num(Object.values((e.rows ?? {}) as Record<string, number>).reduce((a, b) => a + b, 0)) },
          { key: 'block', title: t.blocked, width: 130, render: (_, e) => (e.block ? t.yes : t.no) },
        ]}
      />
    </>
  )
}
