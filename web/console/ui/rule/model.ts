import type { Group, LeafKind, Node, Rule, Tree } from './types'

let last = 0

/** A name for a node that no other has. */
export const fresh = () => ++last

const isObject = (v: unknown): v is Rule => typeof v === 'object' && v !== null && !Array.isArray(v)

/** The only key of an object, or undefined. */
function only(rule: Rule): string | undefined {
  const keys = Object.keys(rule)
  return keys.length === 1 ? keys[0] : undefined
}

function node(rule: unknown, not = 0): Node {
  if (isObject(rule)) {
    const key = only(rule)
    const inner = key === undefined ? undefined : rule[key]
    if (key === 'not') return node(inner, not + 1)
    if ((key === 'all' || key === 'any') && Array.isArray(inner)) {
      return { id: fresh(), not, kind: 'group', join: key, kids: inner.map((kid) => node(kid)) }
    }
    return { id: fresh(), not, kind: 'leaf', rule }
  }
  return { id: fresh(), not, kind: 'leaf', rule: { '': rule } }
}

/** Reads a rule into a tree. Whatever it does not know stays as it is. */
export function parse(rule: unknown): Tree {
  if (!isObject(rule) || Object.keys(rule).length === 0) return { root: { id: fresh(), not: 0, kind: 'group', join: 'all', kids: [] }, bare: false }
  const top = node(rule)
  if (top.kind === 'group' && top.not === 0) return { root: top, bare: false }
  return { root: { id: fresh(), not: 0, kind: 'group', join: 'all', kids: [top] }, bare: true }
}

function plain(n: Node): unknown {
  let out: unknown = n.kind === 'group' ? { [n.join]: n.kids.map(plain) } : only(n.rule) === '' ? n.rule[''] : n.rule
  for (let i = 0; i < n.not; i++) out = { not: out }
  return out
}

/** Writes a tree as a rule. What was only read comes out as it went in. */
export function write(tree: Tree): Rule {
  const one = tree.root.kids[0]
  return plain(tree.bare && tree.root.kids.length === 1 && one ? one : tree.root) as Rule
}

const heads: LeafKind[] = ['trait', 'tag', 'stage', 'tier', 'audience', 'did', 'sequence']

/** What a condition is about. */
export function leafKind(rule: Rule): LeafKind {
  const found = heads.filter((h) => h in rule)
  const head = found[0]
  if (found.length !== 1 || !head) return 'aipl' in rule || 'aarrr' in rule ? 'stage' : 'raw'
  if (head === 'stage') return isObject(rule.stage) ? ('tier' in rule.stage ? 'tier' : 'stage') : 'raw'
  if ((head === 'did' || head === 'sequence') && !isObject(rule[head])) return 'raw'
  return head
}

/** How many conditions a tree has. */
export const leaves = (n: Node): number => (n.kind === 'leaf' ? 1 : n.kids.reduce((sum, kid) => sum + leaves(kid), 0))

/** How deep a tree is; negations count. */
export const depth = (n: Node): number => n.not + (n.kind === 'leaf' ? 1 : 1 + Math.max(0, ...n.kids.map(depth)))

/** The places of all nodes: JSON pointer of each by its id. */
export function pointers(tree: Tree): Map<number, string> {
  const out = new Map<number, string>()
  const walk = (n: Node, at: string) => {
    const inner = at + '/not'.repeat(n.not)
    out.set(n.id, inner)
    if (n.kind === 'group') n.kids.forEach((kid, i) => walk(kid, `${inner}/${n.join}/${i}`))
  }
  const one = tree.root.kids[0]
  if (tree.bare && tree.root.kids.length === 1 && one) {
    out.set(tree.root.id, '')
    walk(one, '')
  } else walk(tree.root, '')
  return out
}

const from = (n: Node): Node => (n.kind === 'group' ? { ...n, id: fresh(), kids: n.kids.map(from) } : { ...n, id: fresh() })

/** Changes the node of this id wherever it is; nothing, one or more nodes take its place. */
export function change(root: Group, id: number, by: (n: Node) => Node[]): Group {
  return { ...root, kids: root.kids.flatMap((kid) => (kid.id === id ? by(kid) : kid.kind === 'group' ? [change(kid as Group, id, by) as Node] : [kid])) }
}

/** Puts a node at the end of the group of this id. */
export function add(root: Group, group: number, made: Node): Group {
  if (root.id === group) return { ...root, kids: [...root.kids, made] }
  return change(root, group, (n) => (n.kind === 'group' ? [{ ...n, kids: [...n.kids, made] }] : [n]))
}

/** Changes a group, the outermost one too. */
export function setGroup(root: Group, id: number, to: Partial<Pick<Group, 'join' | 'not'>>): Group {
  if (root.id === id) return { ...root, ...to }
  return change(root, id, (n) => [{ ...n, ...to } as Node])
}

/** Takes a node away. */
export const remove = (root: Group, id: number) => change(root, id, () => [])

/** Puts a copy behind a node. */
export const duplicate = (root: Group, id: number) => change(root, id, (n) => [n, from(n)])

/** Turns a node into its negation, or back. */
export const toggleNot = (root: Group, id: number) => change(root, id, (n) => [{ ...n, not: n.not > 0 ? n.not - 1 : 1 }])

/** Puts a group around a node. */
export const wrap = (root: Group, id: number) => change(root, id, (n) => [{ id: fresh(), not: 0, kind: 'group', join: 'any', kids: [n] }])

function parentOf(root: Group, id: number): Group | undefined {
  for (const kid of root.kids) {
    if (kid.id === id) return root
    const below = kid.kind === 'group' ? parentOf(kid, id) : undefined
    if (below) return below
  }
  return undefined
}

function find(root: Group, id: number): Node | undefined {
  return parentOf(root, id)?.kids.find((kid) => kid.id === id)
}

/** Moves a node among its neighbours: -1 up, 1 down. At the end it stays. */
export function move(root: Group, id: number, by: -1 | 1): Group {
  const parent = parentOf(root, id)
  if (!parent) return root
  const i = parent.kids.findIndex((kid) => kid.id === id)
  if (i + by < 0 || i + by >= parent.kids.length) return root
  const kids = [...parent.kids]
  const [moved] = kids.splice(i, 1)
  kids.splice(i + by, 0, moved as Node)
  return parent.id === root.id ? { ...root, kids } : change(root, parent.id, (n) => [{ ...n, kids } as Node])
}

/** Moves a node out of its group, to behind it. A group that is empty then goes away. */
export function moveOut(root: Group, id: number): Group {
  const parent = parentOf(root, id)
  const moved = find(root, id)
  if (!parent || !moved || parent.id === root.id) return root
  return change(root, parent.id, (n) => {
    const rest = remove(n as Group, id)
    return rest.kids.length > 0 ? [rest, moved] : [moved]
  })
}

/** Moves a node to the end of the group right before it, or to the start of the one right behind it. */
export function moveIn(root: Group, id: number): Group {
  const parent = parentOf(root, id)
  const moved = find(root, id)
  if (!parent || !moved) return root
  const i = parent.kids.indexOf(moved)
  const before = parent.kids[i - 1]
  const behind = parent.kids[i + 1]
  const host = before?.kind === 'group' ? before : behind?.kind === 'group' ? behind : undefined
  if (!host) return root
  const kids = host === before ? [...host.kids, moved] : [moved, ...host.kids]
  return change(remove(root, id), host.id, (n) => [{ ...n, kids } as Node])
}

/** A new condition. */
export const leaf = (rule: Rule, not = 0): Node => ({ id: fresh(), not, kind: 'leaf', rule })

/** A new group. */
export const group = (join: 'all' | 'any', kids: Node[], not = 0): Node => ({ id: fresh(), not, kind: 'group', join, kids })
