import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Every Chinese text that the source of the console holds: what an English page must not show as its own. */
export const chinese: ReadonlySet<string> = new Set(['console', 'shared'].flatMap((room) => {
  const root = fileURLToPath(new URL(`../${room}`, import.meta.url))
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => /(?<!\.test)\.tsx?$/.test(f))
    .flatMap((f) => [...readFileSync(`${root}/${f}`, 'utf8').matchAll(/(['"`>])([^'"`<>{}$\n]*\p{Script=Han}[^'"`<>{}$\n]*)/gu)].map((m) => (m[2] as string).trim()))
}))
