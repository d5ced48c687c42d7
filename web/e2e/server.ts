import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './program'

/** Starts the demo brand of bin/yutang on free ports and ends it after the tests. With YUTANG_URL a running one is used. */
export default async function start(): Promise<(() => Promise<void>) | void> {
  if (process.env.YUTANG_URL) return
  const data = mkdtempSync(join(tmpdir(), 'yutang-e2e-'))
  const demo = await run(['demo', '--data', join(data, 'brand'), '--listen', '127.0.0.1:0', '--sim', '127.0.0.1:0'], /live: /)
  process.env.YUTANG_URL = /address\s+(http:\S+)/.exec(demo.said())?.[1]
  process.env.YUTANG_PHONES = /phones\s+(http:\S+)/.exec(demo.said())?.[1]
  return async () => {
    await demo.stop()
    rmSync(data, { recursive: true, force: true })
  }
}
