import { api, call, must, problemOf, type Problem, type Schema } from '@shared/api/client'
import { texts, words } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { useCorps } from '../../ui/pickers'
import { unfinished } from './check'
import { kindOf, type Doc } from './document'
import { begin, record, redo, undo, type History } from './history'
import { issuesOf, walk, type Issue } from './model'
import type { NameOf } from './say'
import { kindWords } from './words'

/** A playbook of the server. */
export type Playbook = Schema<'Playbook'>

/** The document of a playbook as the server has it. */
export const docOf = (definition: unknown) => definition as Doc

/** Every playbook; a brand has at most some hundred. */
export function usePlaybooks() {
  return api.useQuery('get', '/playbooks', { params: { query: { limit: 1000 } } })
}

/** Names for sentences: of audiences, playbooks, accounts to send by, and steps of a document. */
export function useNameOf(doc?: Doc): NameOf {
  const may = useMay()
  const audiences = api.useQuery('get', '/audiences', { params: { query: { limit: 1000 } } }, { enabled: may('audiences.read'), staleTime: 60_000 })
  const books = api.useQuery('get', '/playbooks', { params: { query: { limit: 1000 } } }, { staleTime: 60_000 })
  const endpoints = useEndpoints()
  const names = useMemo(() => new Map<string, string>([
    ...(audiences.data?.items ?? []).map((a): [string, string] => [`audience/${a.id}`, a.name]),
    ...Object.entries(doc?.audiences ?? {}).map(([key, a]): [string, string] => [`audience/${key}`, a.name]),
    ...(books.data?.items ?? []).map((b): [string, string] => [`playbook/${b.id}`, b.name]),
    ...endpoints.map((e): [string, string] => [`endpoint/${e.id}`, e.name]),
    ...walk(doc?.steps ?? []).map((f): [string, string] => [`step/${f.step.id}`, f.step.name || `${words(kindWords)[kindOf(f.step)]} · ${f.step.id}`]),
  ]), [audiences.data, books.data, endpoints, doc])
  return useCallback((kind, id) => names.get(`${kind}/${id}`) ?? id, [names])
}

/** An account to send by. */
export interface Endpoint {
  id: string
  name: string
  channels: readonly string[]
}

/** The accounts by which something can be sent. */
export function useEndpoints(): Endpoint[] {
  const may = useMay()
  const isAllowed = may('outreach.read')
  const hooks = api.useQuery('get', '/webhooks', {}, { enabled: isAllowed, staleTime: 60_000 })
  const accounts = api.useQuery('get', '/channels', {}, { enabled: isAllowed, staleTime: 60_000 })
  const { corps } = useCorps()
  return useMemo(() => [
    ...corps.map((c) => ({ id: c.id, name: c.name || c.id, channels: ['wecom_mass'] })),
    ...(hooks.data?.items ?? []).filter((h) => !h.disabled).map((h) => ({ id: h.id, name: h.name, channels: ['webhook'] })),
    ...(accounts.data?.items ?? []).filter((a) => !a.disabled).map((a) => ({ id: a.id, name: a.name, channels: a.channels })),
  ], [corps, hooks.data, accounts.data])
}

const said = texts({ stale: ['草稿在别处被改过，保存会覆盖那次修改。', 'The draft was changed elsewhere; saving overwrites that.'] })

/** A draft under work: the document with its history, what is wrong with it, and whether it is saved. */
export interface Draft {
  doc: Doc
  isDirty: boolean
  canUndo: boolean
  canRedo: boolean
  /** Takes a changed document. Changes with the same mark are undone together. */
  apply: (next: Doc, mark?: string) => void
  undo: () => void
  redo: () => void
  save: () => Promise<boolean>
  isSaving: boolean
  /** What is unfinished, and what the server found when it was saved last. */
  issues: Issue[]
  problem?: Problem
  warning?: string
  /** What this browser kept of an earlier visit and was never saved. */
  kept?: Doc
  restore: () => void
  forget: () => void
}

/** Works on the draft of a playbook. */
export function useDraft(book: Playbook): Draft {
  const client = useQueryClient()
  const key = `yutang.playbook.${book.id}`
  const [base, setBase] = useState({ text: JSON.stringify(book.definition), at: book.updated_at })
  const [history, setHistory] = useState<History<Doc>>(() => begin(docOf(book.definition)))
  const [kept, setKept] = useState<Doc | undefined>(() => readKept(key, base.text))
  const [problem, setProblem] = useState<Problem>()
  const [found, setFound] = useState<{ doc: Doc; issues: Issue[] }>()
  const [isSaving, setSaving] = useState(false)
  const doc = history.now
  const isDirty = useMemo(() => JSON.stringify(doc) !== base.text, [doc, base])
  useEffect(() => {
    if (book.updated_at === base.at || isDirty) return
    setBase({ text: JSON.stringify(book.definition), at: book.updated_at })
    setHistory(begin(docOf(book.definition)))
  }, [book.updated_at])
  useEffect(() => {
    if (!isDirty) return
    const timer = setTimeout(() => localStorage.setItem(key, JSON.stringify(doc)), 400)
    return () => clearTimeout(timer)
  }, [doc, isDirty, key])
  const forget = () => { localStorage.removeItem(key); setKept(undefined) }
  const save = async () => {
    setSaving(true)
    try {
      const next = await must(call.PUT('/playbooks/{id}', { params: { path: { id: book.id } }, body: { definition: doc } }))
      setBase({ text: JSON.stringify(doc), at: next.updated_at })
      setProblem(undefined)
      setFound(undefined)
      forget()
      client.setQueryData(api.queryOptions('get', '/playbooks/{id}', { params: { path: { id: book.id } } }).queryKey, next)
      void client.invalidateQueries({ queryKey: ['get', '/playbooks'] })
      void client.invalidateQueries({ queryKey: ['get', '/playbooks/{id}/changes'] })
      void client.invalidateQueries({ queryKey: ['get', '/playbooks/{id}/yaml'] })
      return true
    } catch (thrown) {
      const p = problemOf(thrown)
      setProblem(p)
      setFound({ doc, issues: issuesOf(doc, p.errors ?? []) })
      return false
    } finally {
      setSaving(false)
    }
  }
  const issues = useMemo(() => {
    const own = unfinished(doc)
    const server = (found?.issues ?? []).filter((i) => found?.doc === doc || stillSo(found?.doc, doc, i))
    return [...server, ...own.filter((o) => !server.some((s) => s.step === o.step && s.path === o.path))]
  }, [doc, found])
  return {
    doc, isDirty, isSaving, issues, problem, kept, save, forget, canUndo: history.past.length > 0, canRedo: history.future.length > 0,
    warning: isDirty && book.updated_at !== base.at ? words(said).stale : undefined,
    apply: (next, mark) => setHistory((h) => record(h, next, mark)),
    undo: () => setHistory(undo), redo: () => setHistory(redo),
    restore: () => { if (kept) setHistory((h) => record(h, kept)); setKept(undefined) },
  }
}

/** Whether what the server found wrong was not touched since. */
function stillSo(was: Doc | undefined, now: Doc, issue: Issue): boolean {
  if (!was) return false
  if (!issue.step) return false
  const own = (d: Doc) => walk(d.steps).find((f) => f.step.id === issue.step)?.step
  return own(was) === own(now)
}

function readKept(key: string, base: string): Doc | undefined {
  const text = localStorage.getItem(key)
  if (!text || text === base) return undefined
  try {
    return JSON.parse(text) as Doc
  } catch {
    return undefined
  }
}
