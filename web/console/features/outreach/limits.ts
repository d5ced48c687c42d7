import { lang, named, texts, words } from '@shared/i18n'
import { channelWords } from './words'

const said = texts({
  'cap/per_day': ['每人每天上限', 'Cap per day'], 'cap/per_week': ['每人每周上限', 'Cap per week'], 'cap/per_month': ['每人每月上限', 'Cap per month'], channels: ['每天上限', 'a day'], channels_per_week: ['每周上限', 'a week'], channels_per_month: ['每月上限', 'a month'],
  quota: ['平台额度', 'Platform quota'], staff_messages_per_day: ['员工每天确认上限', 'Messages a member confirms'], 'quiet_hours/from': ['免打扰开始时间', 'Start of quiet hours'], 'quiet_hours/to': ['免打扰结束时间', 'End of quiet hours'],
})

/** Says which limit a path of a plan names, such as playbooks/ID/cap/per_week. */
export function limitText(path: string, book: (id: string) => string): string {
  const t = words(said, lang())
  const [top, id, ...rest] = path.split('/')
  if (top === 'playbooks' && id && rest.length > 0) return `${lang() === 'zh-CN' ? `「${book(id)}」` : `${book(id)}: `}${limitText(rest.join('/'), book)}`
  if (top === 'cap' && rest.length === 1) return `${named(words(channelWords, lang()), rest[0])} ${named(t, id)}`
  return named(t, path)
}
