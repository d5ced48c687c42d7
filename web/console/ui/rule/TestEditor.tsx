import { texts, useLang, useText } from '@shared/i18n'
import { Select } from 'antd'
import { useCallback } from 'react'
import { NamePicker, ValueField } from './fields'
import { propLabel } from './labels'
import type { Test } from './types'
import { fit, opsOf, type Words } from './words'

const said = texts({
  eq: ['等于', 'is'], ne: ['不等于', 'is not'], in: ['是其中之一', 'is one of'], not_in: ['不是其中任何一个', 'is none of'], contains: ['包含', 'contains'], starts_with: ['开头是', 'starts with'],
  gt: ['大于', 'more than'], gte: ['大于等于', 'at least'], lt: ['小于', 'less than'], lte: ['小于等于', 'at most'], between: ['介于', 'between'], exists: ['有值', 'is known'], missing: ['没有值', 'is not known'],
  before: ['早于', 'before'], after: ['晚于', 'after'], within_last: ['在最近', 'in the last'],
  trait: ['客户属性', 'Trait'], prop: ['事件属性', 'Property'], how: ['比较方式', 'Comparison'], value: ['值', 'Value'],
})

/** Words for comparisons. */
export const opWords = said

/** Edits a test of a trait, or of a property of the events given. */
export function TestEditor({ test, of, events = [], words, onChange }: { test: Test; of: 'trait' | 'prop'; events?: readonly string[]; words: Words; onChange: (t: Test) => void }) {
  const t = useText(said)
  const lang = useLang()
  const typeOf = (name: string) => (of === 'trait' ? words.traitType(name) : words.propType(events, name))
  const type = typeOf(test.name)
  const values = of === 'trait' ? words.traitValues(test.name) : words.propValues(events, test.name)
  const say = useCallback((name: string) => propLabel(name, lang), [lang])
  const rename = (name: string) => {
    const next = typeOf(name)
    const op = next === type && test.name ? test.op : (opsOf(next)[0] as string)
    onChange(next === type && test.name ? { ...fit(test, op, next), name } : fit({ name, op: '' }, op, next))
  }
  return (
    <>
      <NamePicker value={test.name} choices={of === 'trait' ? words.traits : words.props(events)} label={t[of]} say={say} width={132} status={test.name ? undefined : 'error'} onChange={rename} />
      <Select
        popupMatchSelectWidth={false} style={{ minWidth: lang === 'zh-CN' ? 92 : 112 }} aria-label={t.how} value={test.op} onChange={(op: string) => onChange(fit(test, op, type))}
        options={opsOf(type, test.op).map((op) => ({ value: op, label: (t as Record<string, string>)[op] ?? op }))}
      />
      <ValueField key={`${test.name}/${type}`} op={test.op} type={type} value={test.value} values={values} label={t.value} onChange={(value) => onChange({ ...test, value })} />
    </>
  )
}
