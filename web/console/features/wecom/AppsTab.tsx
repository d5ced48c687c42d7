import type { Schema } from '@shared/api/client'
import { when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Card, Facts, State } from '../../ui/PageShell'
import { Names } from '../../ui/Who'
import { Copy } from './Copy'
import { appWords, common } from './words'

const said = texts({
  stored: ['已保存', 'Stored'],
  missing: ['未填写', 'Missing'],
  agent: ['AgentId', 'AgentId'],
  secret: ['Secret', 'Secret'],
  callback: ['Token 与 EncodingAESKey', 'Token and EncodingAESKey'],
  url: ['回调地址（复制到管理后台“接收消息”）', 'Callback address, for Receive Messages'],
  settings: ['设置', 'Settings'],
  public: ['对外地址', 'Public address'],
  managers: ['流失与异常通知', 'Told of losses and failures'],
  quota: ['群发额度', 'Mass send quota'],
  month: ['每月与天数相同', 'As many a month as it has days'],
  week: ['每周 7 条', '7 a week'],
  day: ['每天 1 条', '1 a day'],
  full: ['每晚全量核对', 'Nightly full comparison'],
  base: ['接口地址', 'Address of the API'],
  connected: ['接入时间', 'Connected'],
  absent: ['还没有设置', 'Not set up'],
})

/** The apps of a corp with their callback addresses, and its settings. */
export function AppsTab({ corp }: { corp: Schema<'CorpWireCorp'> }) {
  const t = useText(said)
  const c = useText(common)
  const w = useText(appWords)
  const yes = (on: boolean) => <State tone={on ? 'good' : 'quiet'}>{on ? t.stored : t.missing}</State>
  const s = corp.settings
  return (
    <div className="y-stack">
      <div className="y-wecom-apps">
        {(['main', 'directory', 'kf', 'archive'] as const).map((kind) => {
          const app = corp.apps?.find((a) => a.name === kind)
          return (
            <Card key={kind} title={named(w, kind)} extra={!app && <State tone="quiet">{t.absent}</State>}>
              <p className="y-faint">{named(w, `${kind}_note`)}</p>
              {app && <Facts items={[Boolean(app.agent_id) && [t.agent, app.agent_id], [t.secret, yes(app.has_secret)], [t.callback, yes(app.has_callback)]]} />}
              {app && kind !== 'archive' && <div className="y-wecom-field"><span className="y-faint">{t.url}</span><Copy text={app.callback_url} /></div>}
            </Card>
          )
        })}
      </div>
      <Card title={t.settings}>
        <Facts items={[
          [t.public, s.public_url || c.none], [t.managers, s.managers?.length ? <Names key="m" of={s.managers} corp={corp.id} most={9} /> : c.none],
          [t.quota, named(t, s.quota || 'month')], [t.full, s.full_at || '03:30'], Boolean(corp.base_url) && [t.base, <code key="b">{corp.base_url}</code>], [t.connected, when(corp.created_at)],
        ]} />
      </Card>
    </div>
  )
}
