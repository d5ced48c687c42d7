// antd writes its styles in the browser, rule by rule, while components render. Here they are
// written at build time: each style module of antd that a page brings is left with a style sheet
// and without the functions that would make it. The sheets hold variables alone (antd sets
// their values from the theme, light or dark), so they are the same for every theme.
import { createRequire } from 'node:module'

/** Resolves what antd itself uses, in its versions. */
const need = createRequire(createRequire(import.meta.url).resolve('antd'))

/** One of everything that the pages use, so that antd makes its styles once. */
function samples(h, antd) {
  const { Alert, App, AutoComplete, Badge, Button, Checkbox, Collapse, ColorPicker, DatePicker, Drawer, Dropdown, Empty, FloatButton, Form, Image, Input, InputNumber, Modal, Popconfirm, Popover, Progress, Radio, Segmented, Select, Slider, Space, Spin, Steps, Switch, Table, Tabs, Tag, TimePicker, Timeline, Tooltip, Tree, Typography, Upload, message } = antd
  const panel = (part, props) => h(part._InternalPanelDoNotUseOrYouWillBeFired, props)
  return h(App, null,
    h(Alert, { title: ' ' }), h(AutoComplete), h(Badge, { count: 1 }), h(Badge.Ribbon, { text: ' ' }), h(Button), h(Space.Compact, null, h(Button), h(Space.Addon, null, ' ')),
    h(Checkbox), h(Collapse), h(ColorPicker), h(DatePicker), panel(Drawer), panel(Dropdown), h(Empty), h(FloatButton), h(FloatButton.BackTop), h(Form, null, h(Form.Item, { label: ' ' }, h(Input))), h(Form.Item, { noStyle: true }),
    h(Image, { src: ' ' }), h(Input.Search), h(Input.TextArea), h(Input.Password), h(InputNumber), panel(Modal), panel(Modal, { type: 'confirm' }), panel(Popconfirm), panel(Popover),
    h(Progress), h(Radio.Group, { options: [' '] }), h(Segmented, { options: [' '] }), h(Select), h(Slider), h(Space), h(Spin), h(Steps, { items: [{ title: ' ' }] }), h(Switch),
    h(Table, { bordered: true }), h(Tabs, { items: [] }), h(Tag, { color: 'green' }), h(Tag, { color: 'success' }), h(TimePicker), h(Timeline, { items: [] }), panel(Tooltip), h(Tree, { treeData: [] }),
    h(Typography.Text, null, ' '), h(Upload), panel(message))
}

/** Style sheets by the name that antd gives them: "Button-Button", "Button-compact", "Shared". */
function sheets() {
  const { createElement: h } = need('react')
  const antd = need('antd')
  const { createCache, StyleProvider } = need('@ant-design/cssinjs')
  const cache = createCache()
  const { error, warn } = console
  console.error = console.warn = () => {}
  try {
    need('react-dom/server').renderToString(h(StyleProvider, { cache }, h(antd.ConfigProvider, { theme: { hashed: false, cssVar: { key: 'antd' } } }, samples(h, antd))))
  } finally {
    Object.assign(console, { error, warn })
  }
  const { normalizeStyle } = need('@ant-design/cssinjs/lib/hooks/useStyleRegister')
  const found = new Map()
  for (const [key, [, [css, , motions]]] of cache.cache) {
    const [kind, , name] = key.split('%')
    if (kind !== 'style') continue
    const moving = Object.values(motions ?? {}).map((frames) => normalizeStyle(frames, false))
    const sheet = name === 'ant-design-icons' ? 'Shared' : name
    found.set(sheet, (found.get(sheet) ?? '') + css + moving.join(''))
  }
  return found
}

const makers = new Set(['genStyleHooks', 'genSubStyleComponent', 'genComponentStyleHook'])
/** Sheets that come with parts we use, for what we do not use: messages in the flow of the page, boxes of single digits, menus outside of a drop-down, notices in the corner. */
const never = new Set(['Message-PurePanel', 'Notification-PurePanel', 'Input-OTP', 'Menu-Menu', 'Notification-Notification'])
const prefix = 'virtual:antd/'
const nameOf = (id) => id.slice(prefix.length, -'.css'.length)

/** The calls of makers anywhere in a syntax tree. */
function* calls(node) {
  if (!node || typeof node !== 'object') return
  if (Array.isArray(node)) {
    for (const one of node) yield* calls(one)
    return
  }
  if (node.type === 'CallExpression' && makers.has(node.callee.name)) yield node
  for (const [key, value] of Object.entries(node)) if (key !== 'parent' && typeof value === 'object') yield* calls(value)
}

/** What is left out of the build, by the end of the file's name. */
const left = new Map([
  // The styles are made already, so nothing needs the compiler of styles.
  ['/@ant-design/cssinjs/es/hooks/useStyleRegister.js', "import hash from '@emotion/hash'; export const uniqueHash = (path, style) => hash(path.join('%') + style); export const STYLE_PREFIX = 'style'; export const extract = () => null; export const parseStyle = () => ['', {}]; export default () => {}"],
  // Our lists go on by cursor as one scrolls.
  ['/antd/es/pagination/index.js', "export default () => { throw new Error('pages of antd are left out: scripts/antd.mjs') }"],
  // Loading of our own, in ui/states.tsx.
  ['/antd/es/skeleton/index.js', 'export default () => null'],
  ['/antd/es/input/OTP/index.js', "export default () => { throw new Error('Input.OTP of antd is left out: scripts/antd.mjs') }"],
  // Our lists are filtered on the server, by FilterBar; the table's own filters bring a tree with them.
  ['/antd/es/table/hooks/useFilter/FilterDropdown.js', "export const flattenKeys = () => []; export default () => { throw new Error('column filters of antd are left out: scripts/antd.mjs') }"],
])

/** The plugin of the build. It fails when a page brings a part of antd that samples lacks. */
export function antdStyles() {
  let made
  return {
    name: 'antd-styles',
    apply: 'build',
    enforce: 'pre',
    buildStart() {
      made = sheets()
    },
    resolveId(id) {
      return id.startsWith(prefix) ? { id, moduleSideEffects: true } : null
    },
    load(id) {
      if (id.startsWith(prefix)) return never.has(nameOf(id)) ? '' : (made.get(nameOf(id)) ?? '')
      for (const [end, code] of left) if (id.endsWith(end)) return code
      return null
    },
    transform(code, id) {
      if (!/\/antd\/es\/.*\/style/.test(id) && !id.endsWith('/antd/es/theme/util/genStyleUtils.js')) return null
      if (id.endsWith('genStyleUtils.js')) return { code: `import '${prefix}Shared.css';\n${code}`, map: null }
      const names = []
      let out = code
      for (const call of [...calls(this.parse(code))].sort((a, b) => b.start - a.start)) {
        const [name, style] = call.arguments
        const [part, sub] = name.type === 'ArrayExpression' ? name.elements.map((e) => e.value) : [name.value, name.value]
        names.push(`${part}-${sub}`)
        out = `${out.slice(0, style.start)}() => []${out.slice(style.end)}`
      }
      return names.length ? { code: names.map((n) => `import '${prefix}${n}.css';\n`).join('') + out, map: null } : null
    },
    generateBundle(_, bundle) {
      const used = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {})).filter((id) => id.startsWith(prefix)).map(nameOf)
      const missing = used.filter((name) => !made.has(name) && !never.has(name))
      if (missing.length) this.error(`antd's styles of ${missing.join(', ')} are not made: add the parts to samples in scripts/antd.mjs`)
      if (!made.get('Modal-Modal')?.includes('@keyframes antZoomIn')) this.error("antd's motions are not in its style sheets: what comes in with one would stay unseen")
      if (!used.length) this.error("no style sheet of antd is in the build: has antd's code changed its form?")
    },
  }
}

/** Rules for what the console does not have: languages from right to left, columns of antd's grid. */
const unused = /-rtl\b|\.ant-col-((xs|sm|md|lg|xl|xxl|xxxl)-|\d|push|pull|offset|order)|\.ant-menu\b/

/** Our own rules win over antd's of the same weight wherever the sheets lie: each is put below html. */
export const ourRulesWin = {
  postcssPlugin: 'our-rules-win',
  Rule(rule) {
    if (rule.parent.type === 'atrule' && rule.parent.name.endsWith('keyframes')) return
    const file = rule.source.input.file ?? ''
    if (file.includes(prefix)) {
      const used = rule.selectors.filter((s) => !unused.test(s))
      if (!used.length) rule.remove()
      else if (used.length < rule.selectors.length) rule.selectors = used
      return
    }
    if (file.includes('node_modules')) return
    const next = rule.selectors.map((s) => (/^(:root|html|\*|@)/.test(s) ? s : s === 'body' ? 'html body' : `html ${s}`))
    if (next.join() !== rule.selectors.join()) rule.selectors = next
  },
}
