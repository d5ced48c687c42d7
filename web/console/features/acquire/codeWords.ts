import type { Schema } from '@shared/api/client'
import { texts } from '@shared/i18n'

/** A live code. */
export type Code = Schema<'LivecodeCode'>

/** Words for the states of codes. */
export const codeStates = texts({
  pending: ['生成中', 'Being made'], live: ['可用', 'Live'], gone: ['已失效', 'Gone'],
})

/** Words for the kinds of codes. */
export const codeKinds = texts({
  multi: ['多人', 'Several staff'], single: ['单人', 'One member'], temporary: ['临时', 'Temporary'],
})

/** How good the state of a code is: what has a problem needs a look. */
export function toneOf(c: Code): 'good' | 'warn' | 'bad' | 'live' {
  if (c.remote.problem) return c.remote.problem.retries ? 'warn' : 'bad'
  return c.remote.state === 'live' ? 'good' : c.remote.state === 'gone' ? 'bad' : 'live'
}
