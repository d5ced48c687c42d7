import { lang, onLang } from '@shared/i18n'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'

function follow() {
  dayjs.locale(lang() === 'zh-CN' ? 'zh-cn' : 'en')
}
follow()
onLang(follow)

export { DatePicker, TimePicker } from 'antd'
