import { texts } from '@shared/i18n'

/** The kinds of attachment. */
export const attachmentWords = texts({
  image: ['图片', 'Image'],
  link: ['链接卡片', 'Link card'],
  miniprogram: ['小程序', 'Mini program'],
  video: ['视频', 'Video'],
  file: ['文件', 'File'],
})
