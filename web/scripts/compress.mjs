// Writes a brotli file beside each large text of the built apps; the program sends it as it is.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const dist = fileURLToPath(new URL('../../internal/web/dist', import.meta.url))
let files = 0
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name)
  if (!/\.(js|css|html|svg)$/.test(name) || !statSync(path).isFile()) continue
  const raw = readFileSync(path)
  if (raw.length < 1024) continue
  writeFileSync(`${path}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } }))
  files++
}
console.log(`${files} files packed`)
