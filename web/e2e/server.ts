import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Starts the demo brand of bin/yutang on free ports and ends it after the tests. With YUTANG_URL a running one is used. */
export default async function start(): Promise<(() => Promise<void>) | void> {
  if (process.env.YUTANG_URL) return
  const program = fileURLToPath(new URL('../../bin/yutang', import.meta.url))
  const data = mkdtempSync(join(tmpdir(), 'yutang-e2e-'))
  const server = spawn(program, ['demo', '--data', join(data, 'brand'), '--listen', '127.0.0.1:0', '--sim', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ready = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      if (/live: /.test(said)) resolve()
    }
    server.stdout.on('data', hear)
    server.stderr.on('data', hear)
    server.on('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${said.slice(-2000)}`)))
  })
  await ready
  server.removeAllListeners('exit')
  process.env.YUTANG_URL = /address\s+(http:\S+)/.exec(said)?.[1]
  process.env.YUTANG_PHONES = /phones\s+(http:\S+)/.exec(said)?.[1]
  return async () => {
    const ended = new Promise((resolve) => server.on('exit', resolve))
    server.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  }
}
