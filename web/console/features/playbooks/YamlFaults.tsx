import type { Problem } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Alert, Button, type GetRef, type Input } from 'antd'
import type { RefObject } from 'react'
import { Faults } from '../../ui/forms'
import { linesOf } from './yaml'

const said = texts({
  title: ['没有保存：文件里有问题', 'Not saved: the file has faults'],
  line: [(n: string) => `第 ${n} 行`, (n: string) => `line ${n}`],
  step: [(id: string) => `步骤 ${id}`, (id: string) => `step ${id}`],
})

/** The field that shows a file. */
export type Area = GetRef<typeof Input.TextArea>

/** What is wrong with a file: each fault with its step and its line, which it jumps to. */
export function YamlFaults({ text, problem, area }: { text: string; problem: Problem; area: RefObject<Area | null> }) {
  const t = useText(said)
  const found = linesOf(text, problem.errors ?? [])
  const show = (from: number, to: number) => {
    const box = area.current?.resizableTextArea?.textArea
    if (!box) return
    box.focus()
    box.setSelectionRange(from, to)
    box.scrollTo({ top: (text.slice(0, from).split('\n').length - 5) * (box.scrollHeight / text.split('\n').length) })
  }
  if (found.length === 0) return <Faults problem={problem} />
  return (
    <Alert
      type="error" showIcon title={t.title} className="y-faults"
      description={(
        <ul>
          {found.map((f) => (
            <li key={`${f.pointer}${f.detail}`}>
              <Button type="link" size="small" onClick={() => show(f.from, f.to)}>{t.line(num(f.line))}{f.step && ` · ${t.step(f.step)}`}</Button> {f.detail}
            </li>
          ))}
        </ul>
      )}
    />
  )
}
