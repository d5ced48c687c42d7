import { api, call, must, problemOf, type Problem, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { App, Button, Input } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useSettled } from '../../app/search'
import { Faults } from '../../ui/forms'
import { below, faultsAt, type Faults as Found } from '../../ui/message/faults'
import { bubbles } from '../../ui/message/message'
import { Card, PageShell } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { CorpPicker, useCorps } from '../../ui/pickers'
import { Asked, Failure, Loading } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { HeldNotice } from './HoldSwitch'
import { PreviewView, usePreviewDrill, useSendOff, type Picked } from './SendCheck'
import { SendContent } from './SendContent'
import { SendTarget } from './SendTarget'
import { begin, countable, missing, wishOf, type Draft } from './wish'

const SendOptions = lazy(() => import('./SendOptions').then((m) => ({ default: m.SendOptions })))

const said = texts({
  new: ['新建群发', 'New mass send'], edit: [(n: string) => `编辑 · ${n}`, (n: string) => `Edit · ${n}`], name: ['名称（客户看不到）', 'Name (customers do not see it)'], named: ['例如：周末会员日', 'Such as: members’ weekend'], copy: [(n: string) => `${n} 副本`, (n: string) => `${n} copy`],
  to: ['1 发给谁', '1 To whom'], what: ['2 发什么', '2 What'], when: ['3 什么时候，怎么发', '3 When and how'], check: ['谁会收到，谁收不到', 'Who gets it, and who does not'], choose: ['选好发给谁，这里会马上算出谁收得到、谁收不到。', 'Choose to whom, and see at once who will get it and who will not.'],
  save: ['保存草稿', 'Save draft'], send: ['核对并发送', 'Check and send'], saved: ['草稿已保存', 'Draft saved'], gets: [(n: string) => `会收到 ${n}`, (n: string) => `${n} will get it`], not: [(n: string) => `收不到 ${n}`, (n: string) => `${n} will not`],
  miss_name: ['缺少名称', 'Name it'], miss_target: ['还没选发给谁', 'Choose to whom'], miss_content: ['内容为空', 'The message is empty'], miss_shares: ['各版本比例之和要等于 100%', 'Shares must add up to 100%'], counting: ['计算中…', 'Counting…'],
})

const route = getRouteApi('/shell/sends/new')

/** Writes a mass send: to whom, what, when; who gets it and who not stands beside it all the time. */
export function SendEdit() {
  const t = useText(said)
  const { edit, from, audience, customer } = route.useSearch()
  const { first, query: corps } = useCorps()
  const source = edit ?? from
  const known = api.useQuery('get', '/mass-sends/{id}', { params: { path: { id: source ?? '' } } }, { enabled: Boolean(source), staleTime: 0, gcTime: 0 })
  if (source) return <Asked query={known}>{(s) => <Editor key={s.id} draft={edit ? begin(s) : begin(s, t.copy(s.name))} id={edit} />}</Asked>
  if (corps.isPending) return <Loading />
  const fresh: Draft = { ...begin(), corp: first ?? '', ...(audience && { mode: 'audience', audience }), ...(customer && { mode: 'customers', customers: [customer] }) }
  return <Editor draft={fresh} />
}

function Editor({ draft, id: known }: { draft: Draft; id?: string }) {
  const t = useText(said)
  const go = route.useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [d, setDraft] = useState(draft)
  const [id, setId] = useState(known)
  const [problem, setProblem] = useState<Problem>()
  const [faults, setFaults] = useState<Found>({})
  const [busy, setBusy] = useState(false)
  const [shown, setShown] = useState(0)
  const set = (part: Partial<Draft>) => setDraft((x) => ({ ...x, ...part }))
  const open = usePreviewDrill()
  const sendOff = useSendOff()
  const staff = useStaffName(d.corp)
  const lacks = missing(d)
  useLeaveGuard(JSON.stringify(wishOf(d)) !== JSON.stringify(wishOf(draft)) && !busy)
  const store = async (): Promise<Schema<'MasssendSend'> | undefined> => {
    setBusy(true)
    setProblem(undefined)
    setFaults({})
    try {
      const body = wishOf(d)
      const s = id ? await must(call.PUT('/mass-sends/{id}', { params: { path: { id } }, body })) : await must(call.POST('/mass-sends', { body }))
      setId(s.id)
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/mass-sends') })
      return s
    } catch (thrown) {
      const variants = d.variants.map((_, i) => `/variants/${i}/content`)
      const { faults: found, rest } = faultsAt(thrown, '/content', ...variants)
      setFaults(found)
      setProblem(rest)
      const wrong = variants.findIndex((at) => Object.keys(below(found, at)).length > 0)
      if (wrong >= 0) setShown(wrong)
      return undefined
    } finally {
      setBusy(false)
    }
  }
  const save = async () => {
    const s = await store()
    if (s) { message.success(t.saved); void go({ to: '/sends/$id', params: { id: s.id } } as never) }
  }
  const send = async () => {
    const s = await store()
    if (!s) return
    try {
      const p = await must(call.GET('/mass-sends/{id}/preview', { params: { path: { id: s.id } } }))
      sendOff(s, p, () => void go({ to: '/sends/$id', params: { id: s.id } } as never))
    } catch (thrown) {
      setProblem(problemOf(thrown))
    }
  }
  const drill = async (picked: Picked) => {
    const s = await store()
    if (s) open(s.id, picked, staff)
  }
  const testing = d.ab && d.mode !== 'groups'
  const content = testing ? d.variants[shown]?.content : d.content
  const count = useCount(d)
  return (
    <PageShell title={known ? t.edit(draft.name) : t.new} back={known ? `/sends/${known}` : '/sends'}>
      <HeldNotice />
      <div className="y-outreach-edit">
        <div className="y-outreach-part">
          <Card title={t.to} extra={<CorpPicker value={d.corp} onChange={(corp) => set({ corp, staff: [], chats: [] })} disabled={Boolean(id)} />}>
            <div className="y-outreach-part">
              <div className="y-outreach-field"><label htmlFor="send-name">{t.name}</label><Input id="send-name" maxLength={60} placeholder={t.named} value={d.name} onChange={(e) => set({ name: e.target.value })} /></div>
              <SendTarget draft={d} set={set} />
            </div>
          </Card>
          <Card title={t.what}><SendContent draft={d} set={set} shown={shown} onShow={setShown} faults={faults} /></Card>
          <Card title={t.when}><Suspense fallback={<Loading rows={3} />}><SendOptions draft={d} set={set} /></Suspense></Card>
          {problem && <Faults problem={problem} />}
        </div>
        <aside className="y-outreach-side">
          <Card title={t.check}>
            {!countable(d) ? <p className="y-faint">{t.choose}</p> : count.error ? <Failure compact error={count.error} onRetry={() => void count.refetch()} />
              : count.data ? <PreviewView narrow preview={count.data} corp={d.corp} groups={d.mode === 'groups'} onOpen={lacks.length === 0 && d.mode !== 'groups' ? (picked) => void drill(picked) : undefined} /> : <p className="y-faint">{t.counting}</p>}
          </Card>
          <PhonePreview bubbles={bubbles(content)} />
        </aside>
      </div>
      <div className="y-outreach-foot">
        {lacks.length > 0 ? <span className="y-faint">{lacks.map((m) => t[`miss_${m}`]).join(' · ')}</span> : count.data && <span><b>{t.gets(num(count.data.gets))}</b> · <span className="y-faint">{t.not(num(count.data.total - count.data.gets))}</span></span>}
        <span className="y-grow" />
        <Button loading={busy} disabled={!d.name.trim()} onClick={() => void save()}>{t.save}</Button>
        <Button type="primary" loading={busy} disabled={lacks.length > 0 || !count.data?.gets} onClick={() => void send()}>{t.send}</Button>
      </div>
    </PageShell>
  )
}

/** Who would get it, 600 ms after the last change. */
function useCount(d: Draft) {
  const body = useSettled(countable(d) ? JSON.stringify(countable(d)) : '', 600)
  return useQuery({
    queryKey: ['outreach', 'preview', body], enabled: body !== '', staleTime: 30_000, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => must(call.POST('/mass-sends/preview', { body: JSON.parse(body) as Schema<'MasssendWish'>, signal })),
  })
}

/** Asks the browser before what was written is lost. */
function useLeaveGuard(on: boolean) {
  useEffect(() => {
    if (!on) return
    const ask = (e: BeforeUnloadEvent) => e.preventDefault()
    globalThis.addEventListener('beforeunload', ask)
    return () => globalThis.removeEventListener('beforeunload', ask)
  }, [on])
}
