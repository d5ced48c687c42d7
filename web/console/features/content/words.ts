import { texts } from '@shared/i18n'
import { attachmentWords } from '../../ui/message/words'

/** The kinds of material. */
export const kindWords = texts({
  text: ['文本', 'Text'],
  ...attachmentWords,
  message: ['图文组合', 'Message'],
  article: ['文章', 'Article'],
  poster: ['海报', 'Poster'],
  script: ['话术', 'Script'],
})

/** What each kind is for. */
export const kindHelp = texts({
  text: ['一段可带变量的文字', 'Words, with values in them'],
  image: ['JPG 或 PNG，10 MB 以内', 'JPG or PNG, up to 10 MB'],
  video: ['MP4，10 MB 以内', 'MP4, up to 10 MB'],
  file: ['PDF、表格等，20 MB 以内', 'PDF, sheets and others, up to 20 MB'],
  link: ['网址、标题、摘要和封面', 'Address, title, summary, cover'],
  miniprogram: ['打开已关联的小程序页面', 'Opens a page of a bound mini program'],
  message: ['文字加最多 9 个附件', 'A text with up to 9 attachments'],
  article: ['以卡片分享的文章', 'An article, shared as a card'],
})

/** The states of a version. */
export const stateWords = texts({
  draft: ['草稿', 'Draft'],
  review: ['待审', 'In review'],
  approved: ['已发布', 'In use'],
  archived: ['已归档', 'Archived'],
  rejected: ['已退回', 'Rejected'],
})

/** The tone of a state. */
export const tones = { draft: 'quiet', review: 'warn', approved: 'good', archived: 'quiet', rejected: 'bad' } as const

/** What uses a material or a file. */
export const useWords = texts({
  playbook: ['SOP 旅程', 'Playbook'],
  masssend: ['群发', 'Mass send'],
  mass_send: ['群发', 'Mass send'],
  moment: ['朋友圈', 'Moment'],
  welcome: ['欢迎语', 'Welcome'],
  livecode: ['渠道活码', 'Live code'],
  material: ['素材', 'Material'],
  library: ['素材', 'Material'],
})

/** The page of what uses a material or a file. */
export function placeOf(kind: string, id: string): string | undefined {
  const at: Record<string, string> = { playbook: '/playbooks/', masssend: '/sends/', mass_send: '/sends/', moment: '/moments/', livecode: '/codes/', material: '/library/', library: '/library/' }
  if (kind === 'welcome') return '/welcome'
  const place = at[kind]
  return place ? place + id : undefined
}

/** Words that several pages of this part say. */
export const common = texts({
  all: ['全部', 'All'],
  top: ['未分类', 'No folder'],
  cancel: ['取消', 'Cancel'],
  remove: ['删除', 'Delete'],
  rename: ['重命名', 'Rename'],
  name: ['名称', 'Name'],
  more: ['更多', 'More'],
  loadMore: ['加载更多', 'Load more'],
  saved: ['已保存', 'Saved'],
  comma: ['、', ', '],
})
