import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button, Dropdown, Input } from 'antd'
import { useId, useRef } from 'react'
import { size } from './message'

const said = texts({
  customer: ['客户称呼', 'Customer name'],
  staff: ['员工姓名', 'Staff name'],
  brand: ['品牌名', 'Brand name'],
  more: ['更多变量', 'More values'],
  city: ['城市', 'City'],
  birthday: ['生日', 'Birthday'],
  tier: ['会员等级', 'Member level'],
  fallback: ['您好', 'there'],
  insert: ['插入变量', 'Insert'],
  left: [(n: string, m: string) => `${n} / ${m} 字节`, (n: string, m: string) => `${n} / ${m} bytes`],
})

/** A text with values in it. The buttons put a value where the cursor is. */
export function TextArea({ label, value, onChange, limit, fault, rows = 6 }: { label: string; value: string; onChange: (text: string) => void; limit?: number; fault?: string; rows?: number }) {
  const t = useText(said)
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const used = size(value)
  const insert = (word: string) => {
    const area = box.current?.querySelector('textarea')
    const [from, to] = [area?.selectionStart ?? value.length, area?.selectionEnd ?? value.length]
    onChange(value.slice(0, from) + word + value.slice(to))
    requestAnimationFrame(() => { area?.focus(); area?.setSelectionRange(from + word.length, from + word.length) })
  }
  const name = `{{ traits.name | default: '${t.fallback}' }}`
  return (
    <div className="y-content-field" ref={box}>
      <label htmlFor={id}><span>{label}{limit && <small className={used > limit ? 'y-tone-bad' : 'y-faint'}>{t.left(num(used), num(limit))}</small>}</span></label>
      <Input.TextArea id={id} autoSize={{ minRows: rows, maxRows: 18 }} value={value} status={fault || (limit && used > limit) ? 'error' : undefined} onChange={(e) => onChange(e.target.value)} />
      {fault && <em>{fault}</em>}
      <div className="y-rowline">
        <small className="y-faint">{t.insert}</small>
        <Button size="small" onClick={() => insert(name)}>{t.customer}</Button>
        <Button size="small" onClick={() => insert('{{ staff.name }}')}>{t.staff}</Button>
        <Dropdown
          trigger={['click']} menu={{
            items: [{ key: '{{ brand.name }}', label: t.brand }, { key: '{{ traits.city }}', label: t.city }, { key: '{{ traits.birthday }}', label: t.birthday }, { key: '{{ traits.level }}', label: t.tier }],
            onClick: ({ key }) => insert(key),
          }}
        >
          <Button size="small">{t.more}</Button>
        </Dropdown>
      </div>
    </div>
  )
}
