import type { Lang } from '@shared/i18n'
import type { Locale } from 'antd/es/locale'
import zhCN from 'antd/es/locale/zh_CN'

let english: Locale | undefined

/** Fetches antd's own words where they are not Chinese. */
export async function fetchLocale(lang: Lang) {
  if (lang !== 'zh-CN') english ??= (await import('antd/es/locale/en_US')).default
}

/** antd's own words: Chinese until others are fetched. */
export const localeOf = (lang: Lang): Locale => (lang === 'zh-CN' ? zhCN : (english ?? zhCN))
