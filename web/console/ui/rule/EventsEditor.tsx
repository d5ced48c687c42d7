import PlusOutlined from '@ant-design/icons/PlusOutlined'
import CloseOutlined from '@ant-design/icons/CloseOutlined'
import { texts, useLang, useText } from '@shared/i18n'
import { Button, Tooltip } from 'antd'
import { useCallback } from 'react'
import { NamesPicker } from './fields'
import { eventLabel } from './labels'
import { TestEditor } from './TestEditor'
import type { Selection } from './types'
import type { Words } from './words'

const said = texts({
  events: ['选择事件', 'Choose events'], any: ['任意行为', 'Anything'], where: ['属性条件', 'Properties'], and: ['且', 'and'], drop: ['去掉这个条件', 'Remove this test'],
})

/** Chooses events, and tests of their properties. `more` stands on the first line, behind the events. */
export function EventsEditor({ value, onChange, words }: { value: Selection; onChange: (s: Selection) => void; words: Words }) {
  const t = useText(said)
  const choices = [{ value: '*', label: t.any }, ...words.events]
  const chosen = value.any ? ['*'] : value.events
  const lang = useLang()
  const say = useCallback((name: string) => eventLabel(name, lang), [lang])
  const choose = (names: string[]) => {
    const any = names.includes('*') && !value.any
    onChange({ ...value, any: any || (names.length === 1 && names[0] === '*'), events: any ? [] : names.filter((n) => n !== '*') })
  }
  return <NamesPicker value={chosen} choices={choices} label={t.events} say={say} status={chosen.length > 0 ? undefined : 'error'} onChange={choose} />
}

/** Tests of the properties of events: all must hold. */
export function WhereEditor({ value, onChange, words }: { value: Selection; onChange: (s: Selection) => void; words: Words }) {
  const t = useText(said)
  const set = (i: number, next?: Selection['where'][number]) => onChange({ ...value, where: next ? value.where.map((w, j) => (j === i ? next : w)) : value.where.filter((_, j) => j !== i) })
  return (
    <>
      {value.where.map((test, i) => (
        <div className="y-rule-where" key={i}>
          <i>{t.and}</i>
          <TestEditor test={test} of="prop" events={value.events} words={words} onChange={(next) => set(i, next)} />
          <Tooltip title={t.drop}><Button type="text" size="small" icon={<CloseOutlined />} aria-label={t.drop} onClick={() => set(i)} /></Tooltip>
        </div>
      ))}
    </>
  )
}

/** Adds a test of a property. */
export function AddWhere({ value, onChange }: { value: Selection; onChange: (s: Selection) => void }) {
  const t = useText(said)
  return <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...value, where: [...value.where, { name: '', op: 'eq' }] })}>{t.where}</Button>
}
