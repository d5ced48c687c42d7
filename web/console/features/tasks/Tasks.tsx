import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Button, Tabs } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { PageShell } from '../../ui/PageShell'
import { HandOver } from './HandOver'
import { NewTask } from './NewTask'
import { TaskList } from './TaskList'
import { TaskRules } from './TaskRules'
import { TaskStats } from './TaskStats'

const said = texts({
  title: ['员工任务', 'Staff tasks'], lead: ['SOP 交给员工做的事：话术、素材和客户清单一起送到手机，一次点击完成。', 'What playbooks give to staff: script, material and customers arrive on the phone together, done with one tap.'],
  list: ['任务', 'Tasks'], stats: ['完成情况', 'Results'], add: ['新建任务', 'New task'], over: ['整体移交', 'Hand over'], rules: ['通知规则', 'How staff are told'],
})

const route = getRouteApi('/shell/tasks')

/** Tasks of staff, what came of them, and how staff are told. */
export function Tasks() {
  const t = useText(said)
  const may = useMay()
  const { tab } = route.useSearch()
  const go = route.useNavigate()
  const [open, setOpen] = useState<'new' | 'over' | 'rules'>()
  const close = () => setOpen(undefined)
  return (
    <PageShell
      title={t.title} lead={t.lead} fill
      actions={may('tasks.write') && (
        <><Button onClick={() => setOpen('rules')}>{t.rules}</Button><Button onClick={() => setOpen('over')}>{t.over}</Button><Button type="primary" onClick={() => setOpen('new')}>{t.add}</Button></>
      )}
    >
      <Tabs
        activeKey={tab ?? 'list'} onChange={(key) => void go({ search: (s) => ({ ...s, tab: key as 'list' }), replace: true })} items={[{ key: 'list', label: t.list }, { key: 'stats', label: t.stats }]}
        tabBarStyle={{ marginBottom: 0 }}
      />
      {(tab ?? 'list') === 'list' ? <TaskList /> : <TaskStats />}
      {open === 'new' && <NewTask onClose={close} />}
      {open === 'over' && <HandOver onClose={close} />}
      {open === 'rules' && <TaskRules onClose={close} />}
    </PageShell>
  )
}
