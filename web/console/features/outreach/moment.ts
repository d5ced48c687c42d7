import { api, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useMay } from '../../app/session'
import { useStaffName } from '../../ui/Who'

const said = texts({ everybody: ['全部员工的全部客户', 'All customers of all staff'], more: [(n: number) => `等 ${n} 个`, (n: number) => `and ${n} more`] })

/** The corp's tags and departments, to choose from and to name. */
export function useRange(corp: string) {
  const may = useMay()
  const tags = api.useQuery('get', '/tags/defined', { params: { query: { corp, limit: 1000 } } }, { enabled: Boolean(corp) && may('tags.read'), staleTime: 60_000 })
  const departments = api.useQuery('get', '/departments', { params: { query: { corp } } }, { enabled: Boolean(corp) && may('staff.read'), staleTime: 60_000 })
  return {
    tags: (tags.data?.items ?? []).flatMap((x) => (x.remote ? [{ value: x.remote, label: x.label }] : [])),
    departments: (departments.data?.items ?? []).map((x) => ({ value: x.id, label: x.name || String(x.id) })),
  }
}

/** Says who sees a moment. */
export function useVisible(corp: string): (range: Schema<'MomentRange'>) => string {
  const t = useText(said)
  const staff = useStaffName(corp)
  const { tags, departments } = useRange(corp)
  return (r) => {
    const names = [
      ...(r.staff ?? []).map(staff), ...(r.departments ?? []).map((d) => departments.find((x) => x.value === d)?.label ?? String(d)), ...(r.tags ?? []).map((x) => tags.find((y) => y.value === x)?.label ?? x),
    ]
    if (names.length === 0) return t.everybody
    return names.length > 3 ? `${names.slice(0, 3).join('、')} ${t.more(names.length - 3)}` : names.join('、')
  }
}
