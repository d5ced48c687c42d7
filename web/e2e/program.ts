import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The program under test. */
const program = process.env.YUTANG_PROGRAM ?? fileURLToPath(new URL('../../bin/yutang', import.meta.url))

/** A running program: what it has said, and its end. */
export interface Running {
  said: () => string
  stop: () => Promise<void>
}

/** Starts the program and waits until it says what is looked for. */
export async function run(args: string[], ready: RegExp): Promise<Running> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      if (ready.test(said)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`yutang ${args[0]} ended with ${code}:\n${said.slice(-2000)}`)))
  })
  child.removeAllListeners('exit')
  return { said: () => said, stop: () => ended(child) }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
