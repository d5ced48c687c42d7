import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Select, Tooltip } from 'antd'
import { useState } from 'react'
import { FilterBar } from '../../ui/FilterBar'
import { State } from '../../ui/PageShell'
import { StaffPicker } from '../../ui/pickers'
import { QueryTable } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { taskTones, taskWords } from '../../ui/words/tasks'
import { TaskDrawer } from './TaskDrawer'
import { useStaffName, Who } from '../../ui/Who'

type Task = Schema<'Task'>

const said = texts({
  tasks: ['任务', 'Tasks'], title: ['任务', 'Task'], who: ['负责人', 'Member'], customer: ['对象', 'About'], state: ['状态', 'State'], due: ['截止', 'Due'], result: ['结果', 'Result'], from: ['来自', 'From'], hand: ['手工', 'By hand'], made: ['创建', 'Made'],
  all: ['全部状态', 'Every state'], late: ['晚', 'late'], empty: ['还没有任务', 'No tasks yet'], emptyLead: ['在 SOP 里加一个「员工任务」步骤，或在这里手工新建。', 'Put a task step into a playbook, or make one here.'], playbooks: ['全部 SOP', 'Every playbook'],
})

const route = getRouteApi('/shell/tasks')

/** Tasks, the newest first. */
export function TaskList() {
  const t = useText(said)
  const states = useText(taskWords)
  const search = route.useSearch()
  const go = route.useNavigate()
  const member = useStaffName()
  const [opened, setOpened] = useState<string>()
  const { state, staff, playbook, customer } = search
  const list = api.useInfiniteQuery('get', '/tasks', { params: { query: { state: state as never, staff, playbook, customer } } }, byCursor)
  const playbooks = api.useQuery('get', '/playbooks', { params: { query: { limit: 200 } } })
  const set = (more: Partial<typeof search>) => void go({ search: (s) => ({ ...s, ...more }), replace: true })
  const active = Boolean(state || staff || playbook || customer)
  const clear = () => set({ state: undefined, staff: undefined, playbook: undefined, customer: undefined })
  return (
    <>
      <FilterBar active={active} onReset={clear}>
        <Select allowClear aria-label={t.state} placeholder={t.all} style={{ width: 140 }} value={state} onChange={(v?: string) => set({ state: v })} options={Object.entries(states).map(([value, label]) => ({ value, label }))} />
        <StaffPicker single value={staff ? [staff] : []} onChange={(v) => set({ staff: v[0] })} />
        <Select
          allowClear showSearch={{ optionFilterProp: 'label' }} aria-label={t.from} placeholder={t.playbooks} style={{ width: 220 }} value={playbook} onChange={(v?: string) => set({ playbook: v })}
          options={playbooks.data?.items?.map((p) => ({ value: p.id, label: p.name || p.id }))}
        />
      </FilterBar>
      <QueryTable<Task>
        id="tasks" label={t.tasks} query={list as never} rowKey="id" onOpen={(x) => setOpened(x.id)} empty={active ? <NoMatch onClear={clear} /> : <Empty title={t.empty}>{t.emptyLead}</Empty>}
        columns={[
          { key: 'title', title: t.title, width: 220, always: true, dataIndex: 'title' },
          { key: 'state', title: t.state, width: 138, render: (_, x) => <State tone={taskTones[x.state] ?? 'quiet'}>{named(states, x.state)}</State> },
          { key: 'who', title: t.who, width: 120, render: (_, x) => (x.staff ? member(x.staff) : <span className="y-faint">–</span>) },
          { key: 'customer', title: t.customer, width: 140, render: (_, x) => (x.customer ? <Who id={x.customer} /> : x.subject) },
          { key: 'due', title: t.due, width: 140, render: (_, x) => x.deadline && <Tooltip title={exactly(x.deadline)}><span className={x.state === 'overdue' || x.late ? 'y-tone-bad' : undefined}>{ago(x.deadline)}{x.late && ` · ${t.late}`}</span></Tooltip> },
          { key: 'result', title: t.result, width: 120, dataIndex: 'result' },
          { key: 'from', title: t.from, width: 200, render: (_, x) => (x.playbook ? <Link to={`/playbooks/${x.playbook}` as string}>{x.name || x.playbook}</Link> : t.hand) },
          { key: 'made', title: t.made, width: 120, render: (_, x) => <Tooltip title={exactly(x.created_at)}>{ago(x.created_at)}</Tooltip> },
        ]}
      />
      {opened && <TaskDrawer id={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}
