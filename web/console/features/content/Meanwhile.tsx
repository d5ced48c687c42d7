import { call, must, problemOf } from '@shared/api/client'
import { when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import type { Material } from './message'

const said = texts({
  title: ['有人先保存了', 'Somebody saved before you'],
  text: [(n: number, at: string) => `现在的最新版是第 ${n} 版（${at}），和您打开时的不同。您写的内容还在，没有保存。`, (n: number, at: string) => `The newest version is now v${n} (${at}), not the one that you opened. What you wrote is still here, unsaved.`],
  look: ['查看最新版', 'Look at it'],
  anyway: ['仍然保存我的', 'Save mine anyway'],
})

/** Whether somebody else changed a material since it was opened. */
export function isOvertaken(problem: unknown): boolean {
  return problem !== undefined && problemOf(problem).code === 'changed_meanwhile'
}

/** Says that somebody else changed the material, and lets the writer look, or save over it knowingly. */
export function Meanwhile({ id, onAnyway }: { id: string; onAnyway: (now: Material) => void }) {
  const t = useText(said)
  const now = useQuery({ queryKey: ['meanwhile', id], queryFn: () => must(call.GET('/materials/{id}', { params: { path: { id } } })), staleTime: 0, gcTime: 0 })
  return (
    <Alert
      type="warning" showIcon role="alert" title={t.title} description={now.data && t.text(now.data.latest, when(now.data.updated_at))}
      action={(
        <span className="y-rowline">
          <a href={`/console/library/${id}`} target="_blank" rel="noreferrer"><Button size="small">{t.look}</Button></a>
          <Button size="small" danger disabled={!now.data} onClick={() => { if (now.data) onAnyway(now.data) }}>{t.anyway}</Button>
        </span>
      )}
    />
  )
}
