import { describe, expect, it } from 'vitest'
import { linesOf } from './yaml'

const file = `name: Care
trigger: {api: true}
steps:
  - id: hello
    send:
      channel: webhook
      content: {text: "hi {{ foo }}"}
  - wait: {for: long}
    id: rest
  - id: fork
    branch:
      cases:
        - name: big
          steps:
            - task: {title: ""}
              id: call
`

describe('faults of a file', () => {
  it('stand in their line', () => {
    const [f] = linesOf(file, [{ pointer: '/steps/0/send/content/text', detail: 'line 7: reads "foo"' }])
    expect(f).toMatchObject({ line: 7, detail: 'reads "foo"', step: 'hello' })
    expect(file.slice(f?.from, f?.to)).toBe('      content: {text: "hi {{ foo }}"}')
  })
  it('name the step around them, wherever its id stands', () => {
    const at = (pointer: string, line: number) => linesOf(file, [{ pointer, detail: `line ${line}: x` }])[0]?.step
    expect(at('/steps/1/wait/for', 8)).toBe('rest')
    expect(at('/steps/2/branch/cases/0/rule', 13)).toBe('fork')
    expect(at('/steps/2/branch/cases/0/steps/0/task/title', 15)).toBe('call')
    expect(at('/trigger', 2)).toBeUndefined()
  })
  it('stand in the first line if they name none', () => {
    expect(linesOf(file, [{ pointer: '', detail: 'the file cannot be read' }])[0]).toMatchObject({ line: 1, detail: 'the file cannot be read' })
  })
})
