import EllipsisOutlined from '@ant-design/icons/EllipsisOutlined'
import { api, call, must, type Schema } from '@shared/api/client'
import { bytes, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { App, Button, Dropdown, Modal, Progress } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { Facts } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { EraseDrawer } from './EraseDrawer'
import { MergeDrawer } from './MergeDrawer'
import { RevealDrawer } from './RevealDrawer'

const said = texts({
  merge: ['合并另一位客户', 'Merge with another'], more: ['更多操作', 'More'], reveal: ['查看明文', 'Show in clear'], export: ['导出全部资料', 'Export everything'], erase: ['删除这位客户', 'Erase this customer'], copy: ['复制编号', 'Copy the id'], copied: ['已复制', 'Copied'],
  sure: ['导出这位客户的全部资料？', 'Export all that is held of this customer?'], sureText: ['生成一个 ZIP：档案、标识、事件、授权、订单、触达内容、群、会话等。7 天内只有你能下载，生成和下载都会记入操作日志。', 'A ZIP file: profile, identities, events, consents, orders, messages, groups and so on. Only you can fetch it for 7 days; making and fetching are logged.'],
  making: ['正在生成…', 'Being made…'], ready: ['文件好了', 'The file is ready'], size: ['大小', 'Size'], until: ['保留到', 'Kept until'], fetch: ['下载', 'Download'], close: ['关闭', 'Close'],
})

/** What can be done with a customer beside the tabs. */
export function Menu({ customer: c }: { customer: Schema<'CustomerView'> }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const oops = useOops()
  const { message } = App.useApp()
  const [open, setOpen] = useState<'merge' | 'reveal' | 'erase'>()
  const [file, setFile] = useState<string>()
  const shut = () => setOpen(undefined)
  const acts: Record<string, () => void> = {
    merge: () => setOpen('merge'), reveal: () => setOpen('reveal'), erase: () => setOpen('erase'), copy: () => void navigator.clipboard.writeText(c.id).then(() => message.success(t.copied)),
    export: () => sure({ title: t.sure, content: t.sureText, ok: t.export, go: () => must(call.POST('/customers/{id}/export', { params: { path: { id: c.id } } })).then((x) => setFile(x.id)).catch(oops) }),
  }
  return (
    <>
      {may('customers.unmask') && <Button onClick={() => setOpen('reveal')}>{t.reveal}</Button>}
      {may('customers.merge') && <Button onClick={() => setOpen('merge')}>{t.merge}</Button>}
      <Dropdown
        trigger={['click']} menu={{
          items: [{ key: 'copy', label: t.copy }, may('customers.unmask') && { key: 'export', label: t.export }, may('customers.erase') && { type: 'divider' as const }, may('customers.erase') && { key: 'erase', label: t.erase, danger: true }].filter((x) => x !== false),
          onClick: ({ key }) => acts[key]?.(),
        }}
      >
        <Button icon={<EllipsisOutlined />} aria-label={t.more} />
      </Dropdown>
      {open === 'merge' && <MergeDrawer a={c.id} onClose={shut} />}
      {open === 'reveal' && <RevealDrawer customer={c} onClose={shut} />}
      {open === 'erase' && <EraseDrawer id={c.id} onClose={shut} />}
      {file && <FileReady id={file} onClose={() => setFile(undefined)} />}
    </>
  )
}

function FileReady({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const asked = api.useQuery('get', '/privacy/exports/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data?.ready ? false : 700) })
  const ready = asked.data?.ready
  return (
    <Modal
      open title={ready ? t.ready : t.making} onCancel={onClose}
      footer={<><Button onClick={onClose}>{t.close}</Button>{ready && <Button type="primary" href={`/api/v1/privacy/exports/${id}/file`} download>{t.fetch}</Button>}</>}
    >
      <Asked query={asked} rows={2}>{(x) => (x.ready ? <Facts items={[[t.size, bytes(x.size)], [t.until, when(x.expires_at)]]} /> : <Progress aria-label={t.making} percent={60} status="active" showInfo={false} />)}</Asked>
    </Modal>
  )
}
