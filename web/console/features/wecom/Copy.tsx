import { useText } from '@shared/i18n'
import CopyOutlined from '@ant-design/icons/CopyOutlined'
import { App, Button } from 'antd'
import { common } from './words'

/** A text with a button that copies it. */
export function Copy({ text }: { text: string }) {
  const c = useText(common)
  const { message } = App.useApp()
  return <span className="y-wecom-copy"><code>{text}</code><Button size="small" icon={<CopyOutlined />} onClick={() => { void navigator.clipboard.writeText(text); message.success(c.copied) }}>{c.copy}</Button></span>
}
