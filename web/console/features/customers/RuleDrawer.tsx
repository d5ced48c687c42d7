import { call, must, problemOf } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../app/search'
import { RuleBuilder, ruleFaults, ruleSentence, useWords, type Rule } from '../../ui/rule'
import type { Filter } from './filter'

const said = texts({
  title: ['按行为规则筛选', 'Filter by behaviour'], lead: ['和其他筛选条件同时生效。', 'Holds together with the other filters.'], use: ['使用这条规则', 'Use this rule'], off: ['不用规则', 'No rule'], found: [(n: string) => `符合全部筛选的有 ${n} 人`, (n: string) => `${n} people match all filters`], counting: ['计算中…', 'Counting…'], cancel: ['取消', 'Cancel'],
})

const fresh: Rule = { all: [{ did: { event: 'Order Completed', within: '30d' } }] }

/** Writes a rule as a part of the filter, with the number of people who pass the whole. */
export function RuleDrawer({ filter, onSave, onClose }: { filter: Filter; onSave: (rule: Rule | undefined) => void; onClose: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const [rule, setRule] = useState<Rule>((filter.rule as Rule | undefined) ?? fresh)
  const settled = useSettled(rule, 300)
  const faults = ruleFaults(rule)
  const asked = useQuery<number>({
    queryKey: ['get', '/customers', 'count', { ...filter, rule: settled }], enabled: ruleFaults(settled).length === 0, retry: false, placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await must(call.POST('/customers/query', { body: { ...filter, rule: settled, limit: 1 }, signal }))).total,
  })
  const problem = asked.error ? problemOf(asked.error) : undefined
  return (
    <Drawer
      open onClose={onClose} size={760} title={t.title}
      footer={(
        <div className="y-foot">
          <span style={{ marginRight: 'auto' }} aria-live="polite">{faults.length === 0 && !problem && (asked.data === undefined ? t.counting : t.found(num(asked.data)))}</span>
          {filter.rule !== undefined && <Button onClick={() => onSave(undefined)}>{t.off}</Button>}
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="primary" disabled={faults.length > 0 || Boolean(problem)} onClick={() => onSave(rule)}>{t.use}</Button>
        </div>
      )}
    >
      <p className="y-faint" style={{ marginTop: 0 }}>{t.lead}</p>
      <RuleBuilder value={rule} onChange={setRule} faults={problem?.errors} />
      <p className="y-quote">{ruleSentence(rule, lang, words)}</p>
      {problem && !problem.errors?.length && <p className="y-tone-bad">{problem.detail}</p>}
    </Drawer>
  )
}
