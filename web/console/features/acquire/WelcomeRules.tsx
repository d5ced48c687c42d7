import { api } from '@shared/api/client'
import { ago, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { State } from '../../ui/PageShell'
import { Asked, Empty } from '../../ui/states'
import { Names } from '../../ui/Who'
import { rulesInOrder } from './order'
import type { Rule } from './welcomeWords'
import { common } from './words'

const said = texts({
  staff: ['员工', 'Members'],
  departments: ['部门', 'Departments'],
  default: ['企业默认', 'The corp’s default'],
  variants: [(n: string) => `${n} 个时段版本`, (n: string) => `${n} by day and hour`],
  attachments: [(n: string) => `${n} 个附件`, (n: string) => `${n} attachments`],
  updated: [(at: string) => `${at}修改`, (at: string) => `changed ${at}`],
  noText: ['（没有文字）', '(no text)'],
  emptyTitle: ['还没有欢迎语规则', 'No rules yet'],
  empty: ['没有规则、活码也没有专属欢迎语时，新客户收不到任何消息。先建一条企业默认，再按员工或部门细分。', 'Without a rule or a code’s own greeting new customers read nothing. Begin with the corp’s default, then add rules for members or departments.'],
  first: ['新建企业默认', 'Make the default'],
  order: ['从上到下，第一条适用的生效。活码有专属欢迎语时不看规则。', 'From the top, the first that fits is sent. A code’s own greeting comes before all of them.'],
  noDefault: ['没有企业默认：不适用任何规则的员工，新客户收不到欢迎语。', 'There is no default: customers of members without a rule are not greeted.'],
  sureDelete: [(n: string) => `删除规则“${n}”？`, (n: string) => `Delete the rule ${n}?`],
  sureText: ['它覆盖的员工改用下一条适用的规则。', 'Its members get the next rule that fits.'],
})

/** The rules in the order in which they are tried. */
export function WelcomeRules({ corp, onEdit }: { corp: string; onEdit: (id: string) => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const list = api.useQuery('get', '/welcome/rules', { params: { query: { corp, limit: 1000 } } })
  const departments = api.useQuery('get', '/departments', { params: { query: { corp } } }, { enabled: may('staff.read'), staleTime: 60_000 })
  const named = (ids: number[]) => ids.map((id) => departments.data?.items?.find((d) => d.id === id)?.name ?? `#${id}`).join('、')
  const fresh = () => void client.invalidateQueries({ queryKey: ['get', '/welcome/rules'] })
  const change = api.useMutation('put', '/welcome/rules/{id}', { onSuccess: fresh, onError: useOops() })
  const remove = api.useMutation('delete', '/welcome/rules/{id}')
  const toggle = ({ id, name, position, staff, departments: of, greeting, disabled }: Rule) => change.mutate({ params: { path: { id } }, body: { name, position, staff, departments: of, greeting, disabled: !disabled } })
  return (
    <Asked query={list}>
      {(data) => {
        const rules = rulesInOrder(data.items ?? [])
        if (rules.length === 0) return <Empty title={t.emptyTitle} action={may('content.write') && <Button type="primary" onClick={() => onEdit('new')}>{t.first}</Button>}>{t.empty}</Empty>
        const open = rules.some((r) => !r.disabled && !r.staff?.length && !r.departments?.length)
        return (
          <div className="y-stack">
            <div className="y-faint">{t.order}</div>
            <ol className="y-acquire-order">
              {rules.map((r, i) => (
                <li key={r.id}>
                  <i aria-hidden="true">{i + 1}</i>
                  <div>
                    <div className="y-rowline">
                      {may('content.write') ? <Button type="link" className="y-number" onClick={() => onEdit(r.id)}><b>{r.name}</b></Button> : <b>{r.name}</b>}
                      {r.disabled ? <State tone="quiet">{c.off}</State> : <State tone="good">{c.on}</State>}
                      <span className="y-faint">{t.updated(ago(r.updated_at))}</span>
                    </div>
                    <div className="y-faint">
                      {r.staff?.length ? <>{t.staff}{'：'}<Names of={r.staff} corp={corp} most={6} />{' '}</> : null}
                      {r.departments?.length ? <>{t.departments}{'：'}{named(r.departments)}</> : null}
                      {!r.staff?.length && !r.departments?.length && t.default}
                    </div>
                    <p>{r.greeting.text || t.noText}</p>
                    <div className="y-faint">{[r.greeting.attachments?.length && t.attachments(num(r.greeting.attachments.length)), r.greeting.variants?.length && t.variants(num(r.greeting.variants.length))].filter(Boolean).join(' · ')}</div>
                  </div>
                  {may('content.write') && (
                    <div className="y-rowline">
                      <Button size="small" onClick={() => onEdit(r.id)}>{c.edit}</Button>
                      <Button size="small" onClick={() => toggle(r)}>{r.disabled ? c.on : c.off}</Button>
                      <Button size="small" danger onClick={() => sure({ title: t.sureDelete(r.name), content: t.sureText, danger: true, ok: c.delete, go: () => remove.mutateAsync({ params: { path: { id: r.id } } }).then(fresh) })}>{c.delete}</Button>
                    </div>
                  )}
                </li>
              ))}
            </ol>
            {!open && <div className="y-tone-warn">{t.noDefault}</div>}
          </div>
        )
      }}
    </Asked>
  )
}
