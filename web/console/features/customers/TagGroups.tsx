import EllipsisOutlined from '@ant-design/icons/EllipsisOutlined'
import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Dropdown, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { useOops, useSure } from '../../ui/forms'
import { Card, Number } from '../../ui/PageShell'
import { Asked, Empty } from '../../ui/states'
import { peopleOf } from '../../ui/customers'
import { RenameDrawer, RuleTagDrawer } from './TagDrawers'
import { tagReasons } from './words'

type Tag = Schema<'Tag'>
type Group = Schema<'TagGroup'>

const said = texts({
  corp: ['企业标签', 'Corp tags'], internal: ['内部标签', 'Internal tags'], loose: ['未分组', 'No group'], none: ['还没有标签', 'No tags yet'], noneText: ['新建标签，或从企业微信同步；客户带上标签后可以筛选、建人群、做 SOP 分支。', 'Make tags, or read them from WeCom. Filters, audiences and playbooks use them.'],
  held: ['未上平台', 'Not at WeCom'], rule: ['规则标签', 'Rule tag'], more: [(n: string) => `${n} 的操作`, (n: string) => `Actions of ${n}`], rename: ['改名', 'Rename'], remove: ['删除', 'Delete'], promote: ['补建到企业微信', 'Make it at WeCom'], bind: ['设为规则标签…', 'Make it a rule tag…'], rebind: ['更换规则人群…', 'Change the audience…'], keep: ['停止规则，保留标签', 'End the rule, keep the tags'], take: ['停止规则，去掉标签', 'End the rule, take it off'], filter: ['查看这些客户', 'Open in the list'],
  sure: [(n: string) => `删除标签「${n}」？`, (n: string) => `Delete the tag “${n}”?`], sureGroup: [(n: string, c: string) => `删除标签组「${n}」和其中 ${c} 个标签？`, (n: string, c: string) => `Delete the group “${n}” and its ${c} tags?`], lose: [(n: string) => `${n} 位客户会失去它，企业微信里也会删除。用到它的人群、筛选和 SOP 会找不到人。`, (n: string) => `${n} customers lose it, and it goes at WeCom. Audiences, filters and playbooks that use it find nobody.`], loseIn: [(n: string) => `${n} 位客户会失去它。用到它的人群、筛选和 SOP 会找不到人。`, (n: string) => `${n} customers lose it. Audiences, filters and playbooks that use it find nobody.`],
  deleted: ['已开始删除，进度在「批量操作」', 'Deleting: see Operations'], done: ['完成', 'Done'], people: [(n: string) => `${n} 人`, (n: string) => `${n}`], have: [(n: string) => `有「${n}」的客户`, (n: string) => `Customers with “${n}”`], sureTake: [(n: string) => `停止规则，并从 ${n} 位客户身上去掉这个标签？`, (n: string) => `End the rule and take the tag off ${n} customers?`],
})

type Opened = { kind: 'tag'; tag: Tag } | { kind: 'group'; group: Group } | { kind: 'rule'; tag: Tag }

/** Groups of tags as cards: those of the corp, and internal ones. */
export function TagGroups({ corp }: { corp?: string }) {
  const t = useText(said)
  const groups = api.useQuery('get', '/tags/groups', {})
  const internal = api.useInfiniteQuery('get', '/tags/defined', { params: { query: { internal: true, limit: 1000 } } }, byCursor)
  const [opened, setOpened] = useState<Opened>()
  const loose = internal.data?.pages.flatMap((p) => p.items).filter((x) => !x.group) ?? []
  return (
    <Asked query={groups} rows={8}>
      {(p) => {
        const ours = p.items.filter((g) => g.corp === corp && corp)
        const inside = p.items.filter((g) => !g.corp)
        if (ours.length + inside.length + loose.length === 0) return <Card><Empty title={t.none}>{t.noneText}</Empty></Card>
        return (
          <>
            {ours.length > 0 && <h2 className="y-h2">{t.corp}</h2>}
            <div className="y-customers-groups">{ours.map((g) => <GroupCard key={g.id} group={g} open={setOpened} />)}</div>
            {inside.length + loose.length > 0 && <h2 className="y-h2">{t.internal}</h2>}
            <div className="y-customers-groups">
              {inside.map((g) => <GroupCard key={g.id} group={g} open={setOpened} />)}
              {loose.length > 0 && <Card title={t.loose}>{loose.map((x) => <TagRow key={x.id} tag={x} open={setOpened} />)}</Card>}
            </div>
            {opened?.kind === 'rule' && <RuleTagDrawer tag={opened.tag} onClose={() => setOpened(undefined)} />}
            {(opened?.kind === 'tag' || opened?.kind === 'group') && <RenameDrawer of={opened.kind === 'tag' ? opened.tag : opened.group} kind={opened.kind} onClose={() => setOpened(undefined)} />}
          </>
        )
      }}
    </Asked>
  )
}

/** Tells the lists of tags to read again. */
export function useTagsChanged() {
  const client = useQueryClient()
  return () => { for (const path of ['/tags', '/tags/groups', '/tags/defined', '/tags/bulk', '/tags/quota']) void client.invalidateQueries({ queryKey: ['get', path] }) }
}

function GroupCard({ group: g, open }: { group: Group; open: (o: Opened) => void }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const changed = useTagsChanged()
  const { message } = App.useApp()
  const people = g.tags.reduce((sum, x) => sum + x.customers, 0)
  const remove = () => sure({ title: t.sureGroup(g.name, num(g.tags.length)), content: g.corp ? t.lose(num(people)) : t.loseIn(num(people)), ok: t.remove, danger: true, go: () => must(call.DELETE('/tags/groups/{id}', { params: { path: { id: g.id } } })).then(() => { void message.success(t.deleted); changed() }) })
  return (
    <Card
      title={g.name} extra={may('tags.write') && (
        <Dropdown trigger={['click']} menu={{ items: [{ key: 'rename', label: t.rename }, { key: 'remove', label: t.remove, danger: true }], onClick: ({ key }) => (key === 'remove' ? remove() : open({ kind: 'group', group: g })) }}>
          <Button size="small" type="text" icon={<EllipsisOutlined />} aria-label={t.more(g.name)} />
        </Dropdown>
      )}
    >
      {g.tags.length === 0 ? <span className="y-faint">{t.none}</span> : g.tags.map((x) => <TagRow key={x.id} tag={x} open={open} />)}
    </Card>
  )
}

function TagRow({ tag: x, open }: { tag: Tag; open: (o: Opened) => void }) {
  const t = useText(said)
  const reasons = useText(tagReasons)
  const drill = useDrill()
  return (
    <div className="y-customers-tagrow">
      <span>
        {x.name}
        {x.audience && <Link className="y-customers-mark" to={`/audiences/${x.audience}` as string}>{t.rule}</Link>}
        {x.held && <Tooltip title={named(reasons, x.held)}><span className="y-customers-mark y-customers-mark-warn" tabIndex={0}>{t.held}</span></Tooltip>}
      </span>
      <Number label={`${t.have(x.name)} ${num(x.customers)}`} onOpen={() => drill(peopleOf({ tag: [x.label] }, t.have(x.label), x.customers))}>{t.people(num(x.customers))}</Number>
      <TagMenu tag={x} open={open} />
    </div>
  )
}

function TagMenu({ tag: x, open }: { tag: Tag; open: (o: Opened) => void }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const oops = useOops()
  const changed = useTagsChanged()
  const { message } = App.useApp()
  const path = { path: { id: x.id } }
  const then = (p: Promise<unknown>, text = t.done) => p.then(() => { void message.success(text); changed() })
  const acts: Record<string, () => unknown> = {
    rename: () => open({ kind: 'tag', tag: x }), bind: () => open({ kind: 'rule', tag: x }), promote: () => then(must(call.POST('/tags/{id}/promote', { params: path }))).catch(oops),
    keep: () => then(must(call.POST('/tags/{id}/release', { params: path, body: { take: false } }))).catch(oops),
    take: () => sure({ title: t.sureTake(num(x.customers)), ok: t.take, danger: true, go: () => then(must(call.POST('/tags/{id}/release', { params: path, body: { take: true } }))) }),
    remove: () => sure({ title: t.sure(x.label), content: x.corp ? t.lose(num(x.customers)) : t.loseIn(num(x.customers)), ok: t.remove, danger: true, go: () => then(must(call.DELETE('/tags/{id}', { params: path })), t.deleted) }),
  }
  const items = [
    { key: 'open', label: <Link to={`/customers?tag=${encodeURIComponent(JSON.stringify([x.label]))}` as string}>{t.filter}</Link> },
    ...(may('tags.write') ? [{ key: 'rename', label: t.rename }, ...(x.held ? [{ key: 'promote', label: t.promote }] : []), { key: 'bind', label: x.audience ? t.rebind : t.bind }, ...(x.audience ? [{ key: 'keep', label: t.keep }, { key: 'take', label: t.take }] : []), { type: 'divider' as const }, { key: 'remove', label: t.remove, danger: true }] : []),
  ]
  return <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => void acts[key]?.() }}><Button size="small" type="text" icon={<EllipsisOutlined />} aria-label={t.more(x.name)} /></Dropdown>
}
