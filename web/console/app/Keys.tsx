import { texts, useLang, useText } from '@shared/i18n'
import { Modal } from 'antd'
import { placeOf } from './nav'
import { goKeys } from './shortcuts'

const said = texts({
  title: ['键盘快捷键', 'Keyboard shortcuts'],
  palette: ['搜索与跳转', 'Search and go'],
  search: ['搜索当前列表', 'Search this list'],
  help: ['显示快捷键', 'Show shortcuts'],
  escape: ['关闭抽屉或弹窗', 'Close a drawer or dialog'],
  save: ['保存草稿', 'Save the draft'],
  undo: ['撤销 / 重做（画布）', 'Undo / redo (canvas)'],
})

/** The list of shortcuts. */
export function Keys({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const rows: [string, string][] = [
    ['Ctrl K', t.palette], ['/', t.search], ['?', t.help], ['Esc', t.escape], ['Ctrl S', t.save], ['Ctrl Z / Ctrl Shift Z', t.undo],
    ...Object.entries(goKeys).map(([key, to]): [string, string] => {
      const place = placeOf(to)?.place
      return [`g ${key}`, (lang === 'zh-CN' ? place?.zh : place?.en) ?? to]
    }),
  ]
  return (
    <Modal open title={t.title} footer={null} onCancel={onClose}>
      <dl className="y-keys">{rows.map(([keys, what]) => <div key={keys}><dt>{keys.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{what}</dd></div>)}</dl>
    </Modal>
  )
}
