// Fails when a built app weighs more than budget.json allows, in KB after gzip: the entry with
// what it loads at once; what several pages share (tables, forms, pickers), which is fetched
// once and while the first page is idle; each page with what it alone adds; named chunks.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = process.env.YUTANG_DIST ?? fileURLToPath(new URL('../../internal/web/dist', import.meta.url))
const budgets = JSON.parse(readFileSync(new URL('../budget.json', import.meta.url), 'utf8'))
const several = 8 // pages that use a chunk before it counts as shared
let over = 0

for (const [app, budget] of Object.entries(budgets)) {
  const manifest = JSON.parse(readFileSync(`${dist}/${app}/.vite/manifest.json`, 'utf8'))
  const sizes = new Map()
  const size = (file) => {
    if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(`${dist}/${app}/${file}`)).length / 1024)
    return sizes.get(file)
  }
  const named = (file) => Object.keys(budget.chunks).find((name) => file.startsWith(`assets/${name}-`))
  const reach = (key, seen = new Set()) => {
    if (seen.has(key)) return seen
    seen.add(key)
    for (const next of manifest[key].imports ?? []) reach(next, seen)
    return seen
  }
  const weigh = (keys) => [...keys].reduce((sum, key) => sum + size(manifest[key].file), 0)
  const check = (what, kb, limit) => {
    const bad = kb > limit
    over += bad ? 1 : 0
    if (bad || process.argv.includes('--all') || what.startsWith(`${app} entry`) || what.startsWith(`${app} shared`) || what.startsWith(`${app} chunk`)) console.log(`${bad ? 'OVER ' : 'ok   '} ${what}: ${kb.toFixed(1)} KB of ${limit}`)
  }

  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
  const first = reach(entry)
  check(`${app} entry`, weigh(first), budget.entry)
  const css = (keys) => [...new Set([...keys].flatMap((key) => manifest[key].css ?? []))].filter((file) => existsSync(`${dist}/${app}/${file}`)).reduce((sum, file) => sum + size(file), 0)
  check(`${app} entry styles`, css(first), budget.css)
  const pages = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && !named(manifest[key].file))
  const extra = new Map(pages.map((key) => [key, [...reach(key)].filter((k) => !first.has(k) && !named(manifest[k].file))]))
  const uses = new Map()
  for (const list of extra.values()) for (const key of list) uses.set(key, (uses.get(key) ?? 0) + 1)
  const shared = [...uses.keys()].filter((key) => uses.get(key) >= several && !manifest[key].isDynamicEntry)
  check(`${app} shared by pages`, weigh(shared), budget.shared)
  let [largest, largestName, most] = [0, '', 0]
  for (const [key, list] of extra) {
    const own = weigh(list.filter((k) => !shared.includes(k)))
    check(`${app} page ${key}`, own, budget.page)
    if (own > largest) [largest, largestName] = [own, key]
    most = Math.max(most, weigh(list))
  }
  console.log(`      ${app} largest page: ${largest.toFixed(1)} KB (${largestName}); most that a first visit adds to the entry: ${most.toFixed(1)} KB`)
  for (const [name, limit] of Object.entries(budget.chunks)) {
    const key = Object.keys(manifest).find((k) => named(manifest[k].file) === name)
    if (key) check(`${app} chunk ${name}`, size(manifest[key].file), limit)
  }
}
process.exit(over ? 1 : 0)
