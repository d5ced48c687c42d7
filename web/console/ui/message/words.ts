import { texts, words, type Lang } from '@shared/i18n'

/** The kinds of attachment. */
export const attachmentWords = texts({
  image: ['图片', 'Image'],
  link: ['链接卡片', 'Link card'],
  miniprogram: ['小程序', 'Mini program'],
  video: ['视频', 'Video'],
  file: ['文件', 'File'],
})

/** The parts of an attachment. */
export const partWords = texts({
  title: ['标题', 'Title'],
  url: ['网址', 'Address'],
  description: ['摘要（可空）', 'Summary (may be empty)'],
  app_id: ['小程序 AppID', 'AppID of the mini program'],
  page: ['页面路径', 'Path of the page'],
})

const said = texts({
  text: ['正文', 'Text'],
  asset: ['文件', 'File'],
  kind: ['类型', 'Kind'],
  description: ['摘要', 'Summary'],
  attachments: ['附件', 'Attachments'],
  attachment: [(n: number) => `附件 ${n}`, (n: number) => `Attachment ${n}`],
})

/** Says which part of a message a pointer names, such as /attachments/1/title. */
export function pointerText(pointer: string, lang: Lang): string {
  const t = { ...words(partWords, lang), ...words(said, lang) }
  return pointer.split('/').filter(Boolean).flatMap((part, i, all) => {
    if (/^\d+$/.test(part)) return [t.attachment(Number(part) + 1)]
    return part === 'attachments' && i + 1 < all.length ? [] : [part in t ? String(t[part as 'text']) : part]
  }).join(' · ')
}
