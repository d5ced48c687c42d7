import { api, byCursor } from '@shared/api/client'
import { exactly, isoDay, num, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import DownloadOutlined from '@ant-design/icons/DownloadOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Drawer } from 'antd'
import { useCallback, useMemo } from 'react'
import { Chart, type Colours } from '../../charts/Chart'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { Card, Facts, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { Who } from '../../ui/Who'
import { common } from './words'

const said = texts({
  clicks: ['点击', 'Clicks'],
  devices: ['设备数', 'Devices'],
  devicesHint: ['同一设备 10 秒内的多次点击算一次；爬虫和预览不算', 'Clicks of one device within 10 seconds are one; crawlers and previews are none'],
  first: ['首次点击', 'First click'],
  last: ['最近点击', 'Last click'],
  short: ['短链', 'Short'],
  url: ['目标网址', 'Leads to'],
  customer: ['专属客户', 'Made for'],
  expires: ['有效期至', 'Ends'],
  closed: ['关闭于', 'Closed'],
  forever: ['长期', 'Never'],
  close: ['关闭短链', 'Close'],
  qr: ['下载二维码', 'QR code'],
  sure: ['关闭这个短链？', 'Close this link?'],
  sureText: [(n: string) => `之后点开会看到“链接已失效”。已有的 ${n} 次点击保留。`, (n: string) => `Who opens it then reads that it is over. Its ${n} clicks stay.`],
  history: ['最近的点击', 'Latest clicks'],
  at: ['时间', 'Time'],
  device: ['设备', 'Device'],
  more: ['加载更多', 'Load more'],
  none: ['还没有人点击', 'Nobody clicked yet'],
  byDay: ['每日点击', 'Clicks by day'],
  day: ['日期', 'Day'],
})

/** One short link: QR code, clicks, where it leads. */
export function LinkDrawer({ code, onClose }: { code: string; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  const one = api.useQuery('get', '/links/{code}', { params: { path: { code } } })
  const list = api.useInfiniteQuery('get', '/links/{code}/clicks', { params: { path: { code }, query: { limit: 500 } } }, byCursor)
  const clicks = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const days = useMemo(() => {
    const by = new Map<string, number>()
    for (const x of clicks) by.set(isoDay(x.at), (by.get(isoDay(x.at)) ?? 0) + 1)
    return [...by].sort(([a], [b]) => a.localeCompare(b))
  }, [clicks])
  const option = useCallback((look: Colours) => ({ ...look.base, legend: { show: false }, grid: { left: 8, right: 8, top: 10, bottom: 8, containLabel: true }, xAxis: { ...(look.base.xAxis as object), data: days.map(([d]) => d.slice(5)) }, yAxis: { ...(look.base.yAxis as object), minInterval: 1 }, series: [{ type: 'bar', name: t.clicks, data: days.map(([, n]) => n), barMaxWidth: 22 }] }), [days, t])
  const remove = api.useMutation('delete', '/links/{code}')
  const image = `/api/v1/links/${code}/image?scale=12`
  return (
    <Drawer
      open size={560} title={one.data?.name || code} onClose={onClose}
      extra={one.data && !one.data.closed_at && may('content.write') && (
        <Button size="small" danger onClick={() => sure({ title: t.sure, content: t.sureText(num(one.data.clicks)), danger: true, ok: t.close, go: async () => { await remove.mutateAsync({ params: { path: { code } } }); void client.invalidateQueries({ queryKey: ['get', '/links'] }); void client.invalidateQueries({ queryKey: ['get', '/links/{code}'] }); message.success(c.done) } })}>{t.close}</Button>
      )}
    >
      <Asked query={one}>
        {(x) => (
          <div className="y-stack">
            <div className="y-stats">
              <Stat label={t.clicks} hint={t.devicesHint} value={num(x.clicks)} />
              <Stat label={t.devices} value={num(x.devices ?? 0)} />
            </div>
            <div className="y-acquire-qr">
              <img src={image} alt={x.short} />
              <Button icon={<DownloadOutlined />} href={image} download={`${x.name || code}.png`}>{t.qr}</Button>
            </div>
            <Facts items={[
              [t.short, <code key="s">{x.short}</code>], [t.url, <a key="u" href={x.url} target="_blank" rel="noreferrer">{x.url}</a>],
              Boolean(x.customer) && [t.customer, <Who key="c" id={x.customer} />],
              [t.expires, x.expires_at ? when(x.expires_at) : t.forever], Boolean(x.closed_at) && [t.closed, when(x.closed_at)],
              [t.first, when(x.first_at)], [t.last, when(x.last_at)], [c.created, when(x.created_at)],
            ]} />
            {days.length > 1 && <Card><Chart title={t.byDay} option={option} height={180} sheet={{ columns: [t.day, t.clicks], rows: days.map(([d, n]) => [d, num(n)]) }} /></Card>}
            <Card title={t.history} flush={clicks.length > 0}>
              <PlainTable label={t.history} rows={clicks} loading={list.isPending} rowKey={(r) => `${r.at}${r.device}`} height={260} columns={[{ key: 'at', title: t.at, width: 190, render: (_, r) => exactly(r.at) }, { key: 'device', title: t.device, width: 180, render: (_, r) => <code>{r.device}</code> }]} empty={<span className="y-faint">{t.none}</span>} />
              {list.hasNextPage && <Button type="text" block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
            </Card>
          </div>
        )}
      </Asked>
    </Drawer>
  )
}
