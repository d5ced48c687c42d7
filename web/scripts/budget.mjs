// Fails when a built app weighs more than budget.json allows, in KB after gzip: the entry with
// what it loads at once; what a first visit to each page adds to it; styles; and the chunks
// that are fetched by name once a page has been drawn.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = process.env.YUTANG_DIST ?? fileURLToPath(new URL('../../internal/web/dist', import.meta.url))
const budgets = JSON.parse(readFileSync(new URL('../budget.json', import.meta.url), 'utf8'))
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
    if (bad || process.argv.includes('--all') || what.startsWith(`${app} entry`) || what.startsWith(`${app} all`) || what.startsWith(`${app} chunk`)) console.log(`${bad ? 'OVER ' : 'ok   '} ${what}: ${kb.toFixed(1)} KB of ${limit}`)
  }

  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
  const first = reach(entry)
  check(`${app} entry`, weigh(first), budget.entry)
  const css = (keys) => [...new Set([...keys].flatMap((key) => manifest[key].css ?? []))].reduce((sum, file) => sum + size(file), 0)
  check(`${app} entry styles`, css(first), budget.css)
  const pages = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && !named(manifest[key].file))
  const extra = new Map(pages.map((key) => [key, [...reach(key)].filter((k) => !first.has(k) && !named(manifest[k].file))]))
  const heaviest = [...extra].map(([key, list]) => [weigh(list), key]).sort((a, b) => b[0] - a[0])
  for (const [kb, key] of heaviest) check(`${app} page ${key}`, kb, budget.page)
  for (const [key, limit] of Object.entries(budget.whole ?? {})) check(`${app} all of ${key}`, weigh(first) + (heaviest.find(([, k]) => k === key)?.[0] ?? Infinity), limit)
  console.log(`      ${app}'s heaviest page adds ${heaviest[0][0].toFixed(1)} KB to the entry (${heaviest[0][1]})`)
  const sheets = Object.values(manifest).flatMap((chunk) => chunk.css ?? [])
  check(`${app} all styles`, [...new Set(sheets)].reduce((sum, file) => sum + size(file), 0), budget.styles)
  for (const [name, limit] of Object.entries(budget.chunks)) {
    const files = [...new Set(Object.values(manifest).map((chunk) => chunk.file).filter((file) => named(file) === name))]
    if (files.length) check(`${app} chunk ${name}`, Math.max(...files.map(size)), limit)
  }
}
process.exit(over ? 1 : 0)
