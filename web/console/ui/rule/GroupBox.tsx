import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { texts, useLang, useText } from '@shared/i18n'
import { Button, Dropdown, Segmented } from 'antd'
import { beginnings, faultsAt, useEditing } from './editing'
import { Handle, Tools } from './Handle'
import { LeafEditor } from './LeafEditor'
import * as model from './model'
import { ruleSentence } from './sentence'
import type { Group, Node } from './types'

const said = texts({
  all: ['满足全部', 'All of these'], any: ['满足任一', 'Any of these'], and: ['且', 'and'], or: ['或', 'or'], join: ['条件之间的关系', 'How conditions join'],
  add: ['添加条件', 'Add a condition'], group: ['添加分组', 'Add a group'], exclude: ['排除一些人', 'Exclude some'], excluded: ['排除', 'Exclude'], groupName: ['分组', 'Group'],
  everybody: ['还没有条件：包含所有客户', 'No condition yet: every customer'], nobody: ['还没有条件：不包含任何人', 'No condition yet: nobody'],
  behaviour: ['行为', 'Behaviour'], did: ['做过某事', 'Did something'], never: ['没做过某事', 'Did not do something'], sequence: ['先后做过几件事', 'Did things in order'],
  profile: ['客户', 'Customer'], trait: ['客户属性', 'Trait'], tag: ['标签', 'Tag'], tier: ['等级', 'Tier'], aipl: ['AIPL 阶段', 'AIPL stage'], aarrr: ['AARRR 阶段', 'AARRR stage'], audience: ['属于某个人群', 'Member of an audience'],
})

/** A group of conditions: how they join, the conditions, and what can be added. */
export function GroupBox({ group, top, bare }: { group: Group; top?: boolean; bare?: boolean }) {
  const t = useText(said)
  const { edit } = useEditing()
  const joined = group.kids.length > 1
  return (
    <div className={['y-rule-group', top && 'y-rule-top', group.not > 0 && 'y-rule-not'].filter(Boolean).join(' ')} role="group" aria-label={group.not > 0 ? t.excluded : t[group.join]}>
      {(!top || joined || (!bare && group.join === 'any')) && (
        <div className="y-rule-head">
          {!top && <Handle node={group} name={t.groupName} />}
          {group.not > 0 && <b className="y-rule-excluded">{t.excluded}</b>}
          <Segmented
            size="small" aria-label={t.join} value={group.join} onChange={(join) => edit((r) => model.setGroup(r, group.id, { join: join as 'all' | 'any' }))}
            options={[{ value: 'all', label: t.all }, { value: 'any', label: t.any }]}
          />
          <span className="y-grow" />
          {!top && <Tools node={group} />}
        </div>
      )}
      {group.kids.length === 0 && <p className="y-rule-none">{group.join === 'all' ? t.everybody : t.nobody}</p>}
      <ul className={joined ? 'y-rule-kids y-rule-joined' : 'y-rule-kids'}>
        {group.kids.map((kid, i) => (
          <li key={kid.id}>
            {i > 0 && <span className="y-rule-joint" aria-hidden="true">{group.join === 'all' ? t.and : t.or}</span>}
            {kid.kind === 'group' ? <GroupBox group={kid} /> : <Condition node={kid} />}
          </li>
        ))}
      </ul>
      <Adders group={group} top={top} />
    </div>
  )
}

function Condition({ node }: { node: Extract<Node, { kind: 'leaf' }> }) {
  const t = useText(said)
  const lang = useLang()
  const editing = useEditing()
  const faults = faultsAt(editing, node.id)
  const name = ruleSentence(node.rule, lang, editing.words)
  return (
    <div className={node.not > 0 ? 'y-rule-leaf y-rule-not' : 'y-rule-leaf'} role="group" aria-label={name}>
      <Handle node={node} name={name} />
      <div className="y-rule-body">
        {node.not > 0 && <b className="y-rule-excluded">{t.excluded}</b>}
        <LeafEditor rule={node.rule} words={editing.words} onChange={(rule) => editing.edit((r) => model.change(r, node.id, (n) => [{ ...n, rule } as Node]))} />
        {faults.length > 0 && <ul className="y-rule-faults">{faults.map((f) => <li key={f.pointer + f.en}>{lang === 'zh-CN' ? f.zh : f.en}</li>)}</ul>}
      </div>
      <Tools node={node} />
    </div>
  )
}

function Adders({ group, top }: { group: Group; top?: boolean }) {
  const t = useText(said)
  const { edit, without } = useEditing()
  const put = (made: Node) => edit((r) => model.add(r, group.id, made), made.id)
  const items = (keys: readonly (keyof typeof beginnings & keyof typeof t)[]) => keys.filter((key) => !without.includes(String(key))).map((key) => ({ key: String(key), label: t[key] as string }))
  return (
    <div className="y-rule-adders">
      <Dropdown
        autoFocus trigger={['click']} menu={{
          items: [
            { type: 'group', label: t.behaviour, children: items(['did', 'never', 'sequence']) },
            { type: 'group', label: t.profile, children: items(['trait', 'tag', 'tier', 'aipl', 'aarrr', 'audience']) },
          ],
          onClick: ({ key }) => put(model.leaf(beginnings[key] as Record<string, unknown>)),
        }}
      >
        <Button type={top ? 'default' : 'text'} size="small" icon={<PlusOutlined />}>{t.add}</Button>
      </Dropdown>
      <Button type="text" size="small" onClick={() => put(model.group('any', [model.leaf({ did: { event: '', within: '30d' } })]))}>{t.group}</Button>
      {top && <Button type="text" size="small" onClick={() => put(model.group('any', [model.leaf({ tag: '' })], 1))}>{t.exclude}</Button>}
    </div>
  )
}
