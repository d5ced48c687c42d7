import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Alert, Button, Modal, Typography } from 'antd'
import { useState } from 'react'

const said = texts({
  title: ['这是演示品牌', 'This is the demo brand'], lead: ['订单是公开的真实数据，企业微信、员工和客户的手机是模拟的，随便试。', 'Orders are a public data set; WeCom and the phones of staff and customers are simulated. Try anything.'],
  phones: ['打开模拟手机', 'Open the phones'], own: ['开始自己的品牌', 'Begin your own brand'], hide: ['知道了', 'Got it'],
  ownLead: ['自己的品牌放在另一个目录，从空白开始；演示品牌可以同时开着，也可以随时删掉它的目录。', 'Your brand has a directory of its own and begins empty. The demo may run beside it, or you delete its directory.'],
  run: ['1. 在终端运行', '1. Run in a terminal'], open: ['2. 打开它打印的设置链接，建立所有者账号，再按首页的清单一步步来。', '2. Open the set-up link that it prints, make the owner’s account, and follow the list on the overview.'],
})

const key = 'yutang.demo.hidden'

/** Says on the demo that it is one, where its phones are, and how one's own brand begins. */
export function Demo() {
  const t = useText(said)
  const [hidden, setHidden] = useState(localStorage.getItem(key) === '1')
  const [own, setOwn] = useState(false)
  const { data } = api.useQuery('get', '/setup', {}, { staleTime: Number.POSITIVE_INFINITY, retry: false, enabled: !hidden })
  if (hidden || !data?.demo) return null
  return (
    <>
      <Alert
        type="info" showIcon title={t.title} description={t.lead}
        action={<div className="y-home-demo"><Button size="small" href={data.demo} target="_blank" rel="noreferrer">{t.phones}</Button><Button size="small" type="primary" onClick={() => setOwn(true)}>{t.own}</Button><Button size="small" type="text" onClick={() => { localStorage.setItem(key, '1'); setHidden(true) }}>{t.hide}</Button></div>}
      />
      <Modal open={own} title={t.own} footer={null} onCancel={() => setOwn(false)}>
        <p>{t.ownLead}</p>
        <p>{t.run}</p>
        <Typography.Text code copyable>yutang serve --data ./my-brand --listen 127.0.0.1:8080</Typography.Text>
        <p>{t.open}</p>
      </Modal>
    </>
  )
}
