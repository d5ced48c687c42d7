import { api, type Schema } from '@shared/api/client'
import { day } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Input, Modal, Typography } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { Card, PageShell, State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'

type Source = Schema<'EventSource'>

const said = texts({
  title: ['数据源', 'Data sources'], lead: ['网站、小程序、App、POS 等向鱼塘发送事件的来源。兼容 Segment 与神策的 SDK，换一个地址即可。', 'Sites, mini-programs, apps and tills that send events. SDKs of Segment and Sensors Analytics work unchanged: give them this address.'],
  add: ['新建数据源', 'New source'], name: ['名称', 'Name'], since: ['创建于', 'Since'], state: ['状态', 'State'], on: ['接收中', 'Accepting'], off: ['已停用', 'Stopped'], own: ['系统内部', 'Internal'], stop: ['停用', 'Stop'], start: ['启用', 'Start'], actions: ['操作', 'Actions'],
  ask: [(n: string) => `停用「${n}」？`, (n: string) => `Stop ${n}?`], askLead: ['它发来的事件会被拒绝（401），启用后可继续。', 'Its events are refused with 401 until it is started again.'],
  once: ['写入密钥只显示这一次', 'The write key is shown only now'], onceLead: ['把它填进 SDK。忘了就新建一个数据源。', 'Give it to the SDK. If it is lost, make another source.'], kept: ['我已保存', 'I have kept it'],
  how: ['怎么接', 'How to connect'], segment: ['Segment / RudderStack SDK', 'Segment / RudderStack SDK'], sensors: ['神策 SDK（数据接收地址）', 'Sensors Analytics SDK (server URL)'], key: ['写入密钥', 'WRITE_KEY'],
  empty: ['还没有数据源', 'No sources yet'], placeholder: ['例如：微信小程序', 'For example: mini-program'],
})

/** Who sends events, and how to connect one more. */
export function Sources() {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const cache = useQueryClient()
  const [name, setName] = useState<string>()
  const [secret, setSecret] = useState<string>()
  const list = api.useQuery('get', '/sources', {})
  const again = () => cache.invalidateQueries({ queryKey: ['get', '/sources'] })
  const add = api.useMutation('post', '/sources', { onSuccess: (made) => { void again(); setName(undefined); setSecret(made.write_key) }, onError: useOops() })
  const turn = api.useMutation('patch', '/sources/{id}', { onSuccess: again, onError: useOops() })
  const flip = (s: Source) => {
    const go = () => turn.mutateAsync({ params: { path: { id: s.id } }, body: { disabled: !s.disabled } })
    if (s.disabled) void go()
    else sure({ title: t.ask(s.name), content: t.askLead, ok: t.stop, danger: true, go })
  }
  return (
    <PageShell title={t.title} lead={t.lead} actions={may('sources.write') && <Button type="primary" onClick={() => setName('')}>{t.add}</Button>}>
      <Card flush>
        <Asked query={list}>
          {(data) => (
            <PlainTable<Source>
              label={t.title} rows={data.items} rowKey="id" empty={<Empty title={t.empty} />}
              columns={[
                { key: 'name', title: t.name, width: 240, dataIndex: 'name' },
                { key: 'state', title: t.state, width: 120, render: (_, s) => s.disabled ? <State tone="quiet">{t.off}</State> : s.internal ? <State tone="quiet">{t.own}</State> : <State tone="good">{t.on}</State> },
                { key: 'since', title: t.since, width: 140, render: (_, s) => day(s.created_at) },
                { key: 'do', title: t.actions, width: 100, render: (_, s) => may('sources.write') && (s.disabled || !s.internal) && <Button size="small" type="link" danger={!s.disabled} onClick={() => flip(s)}>{s.disabled ? t.start : t.stop}</Button> },
              ]}
            />
          )}
        </Asked>
      </Card>
      <Card title={t.how}>
        <dl className="y-facts">
          <div><dt>{t.segment}</dt><dd><Typography.Text copyable code>{`new Analytics({ writeKey: '${t.key}', host: '${location.origin}' })`}</Typography.Text></dd></div>
          <div><dt>{t.sensors}</dt><dd><Typography.Text copyable code>{`${location.origin}/sa?token=${t.key}`}</Typography.Text></dd></div>
        </dl>
      </Card>
      <Modal open={name !== undefined} title={t.add} okText={t.add} okButtonProps={{ disabled: !name?.trim(), loading: add.isPending }} onOk={() => add.mutate({ body: { name: name?.trim() ?? '' } })} onCancel={() => setName(undefined)}>
        <label>{t.name}<Input autoFocus value={name} maxLength={64} placeholder={t.placeholder} onChange={(e) => setName(e.target.value)} /></label>
      </Modal>
      <Modal destroyOnHidden open={Boolean(secret)} title={t.once} okText={t.kept} onOk={() => setSecret(undefined)} closable={false} cancelButtonProps={{ hidden: true }} mask={{ closable: false }}>
        <Alert type="warning" showIcon title={t.onceLead} />
        <Typography.Paragraph copyable code className="y-secret">{secret ?? ''}</Typography.Paragraph>
      </Modal>
    </PageShell>
  )
}
