import { texts } from '@shared/i18n'

/** What is checked. */
export const checkNames = texts({
  road: ['事件主路', 'The event road'], database: ['数据库', 'Database'], disk: ['磁盘', 'Disk'], memory: ['内存', 'Memory'], snapshot: ['快照', 'Snapshot'], backup: ['备份', 'Backup'],
  outbox: ['发件箱', 'Outbox'], callbacks: ['企微回调', 'WeCom callbacks'], jobs: ['后台任务', 'Background jobs'], corps: ['企业微信', 'WeCom'],
})

/** What to do about what is not well. */
export const remedies = texts({
  unreadable: ['读不到状态，请看日志', 'Its state could not be read: see the log'],
  make_backup: ['还没有备份：运行 yutang backup <文件>，并放到另一台机器', 'There is no backup: run yutang backup FILE and keep it on another machine'],
  free_disk: ['磁盘快满了：清理或扩容，写满后会拒绝新事件', 'The disk is nearly full: free or add space. When full, new events are refused'],
  corp_sync_failed: ['同步失败：到「企业微信接入」查看原因', 'The sync failed: see WeCom for why'],
  corp_sync_first: ['还没有同步过：到「企业微信接入」开始第一次同步', 'Never synced: begin the first sync on the WeCom page'],
  corp_callbacks_missing: ['没有配置回调：按「企业微信接入」里的步骤填写', 'No callback is set: follow the steps on the WeCom page'],
  corp_callbacks_silent: ['很久没有收到回调：检查后台的接收地址', 'No callback came for long: check the address in the admin console'],
})

/** Figures of a check. */
export const factNames = texts({
  behind_ms: ['落后', 'Behind'], capacity: ['队列容量', 'Queue capacity'], events_per_second: ['每秒事件', 'Events a second'], last_event: ['最新事件序号', 'Last event'], queued: ['排队', 'Queued'], unsaved: ['快照后新增', 'Since the snapshot'],
  bytes: ['大小', 'Size'], kind: ['类型', 'Kind'], version: ['版本', 'Version'], free_bytes: ['可用', 'Free'], total_bytes: ['总计', 'In all'], used_bytes: ['已用', 'Used'], age_s: ['距今', 'Age'], at: ['时间', 'When'], by: ['由', 'By'],
  waiting: ['等待', 'Waiting'], attempting: ['发送中', 'Sending'], unknown: ['结果未知', 'Unknown outcome'], resting: ['暂停的地址', 'Endpoints at rest'], dead: ['已放弃', 'Given up'], running: ['进行中', 'Running'], failed: ['失败', 'Failed'], connected: ['已连接', 'Connected'],
})
