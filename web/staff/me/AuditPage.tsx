import { api, call, must, lineOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Button, ImageViewer, TextArea, Toast } from 'antd-mobile'
import { useRef, useState } from 'react'
import { assetUrl } from '../library/parts'
import { useRoute } from '../route'
import type { Audit } from '../types'
import { Bar } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Asked, Empty } from '../ui/states'

type Item = NonNullable<Audit['items']>[number]
type Verdict = 'ok' | 'not_ok' | 'without'

const said = texts({
  title: ['装修检查', 'Audit'], ok: ['达标', 'In order'], not_ok: ['不达标', 'Not in order'], without: ['不适用', 'Does not apply'], photo: ['拍照', 'Photo'], again: ['换一张', 'Another photo'], note: ['备注', 'Note'], noteHint: ['哪里不达标，打算怎么改？', 'What is wrong, and what will you do?'],
  gone: ['没有这项检查', 'There is no such audit'], failed: ['没有保存：', 'Not saved: '], uploading: ['上传中…', 'Uploading…'], of: [(d: number, n: number) => `已检查 ${d} / ${n} 项`, (d: number, n: number) => `${d} of ${n} checked`], see: ['看照片', 'See the photo'],
})

/** One audit, item by item. */
export function AuditPage() {
  const t = useText(said)
  const id = useRoute().params.audit ?? ''
  const q = api.useQuery('get', '/panel/audits', { params: { query: { limit: 50 } } })
  const audit = q.data?.items?.find((a) => a.id === id)
  return (
    <Page title={audit?.name ?? t.title} parent="/me/audits">
      <Asked of={q}>{() => {
        if (!audit) return <Empty icon="camera" title={t.gone} />
        const done = Object.keys(audit.answers).length
        return (
          <>
            <section className="s-sum"><p>{t.of(done, audit.items?.length ?? 0)}</p><Bar done={done} of={audit.items?.length ?? 0} /></section>
            <ul className="s-list">{audit.items?.map((item) => <Question key={item.id} audit={audit} item={item} />)}</ul>
          </>
        )
      }}</Asked>
    </Page>
  )
}

function Question({ audit, item }: { audit: Audit; item: Item }) {
  const t = useText(said)
  const client = useQueryClient()
  const file = useRef<HTMLInputElement>(null)
  const answer = audit.answers[item.id]
  const [note, setNote] = useState(answer?.note ?? '')
  const [busy, setBusy] = useState(false)
  const put = async (verdict: Verdict, photo = answer?.photo) => {
    try {
      await must(call.PUT('/panel/audits/{id}/items/{item}', { params: { path: { id: audit.id, item: item.id } }, body: { verdict, note: note || undefined, photo } }))
      await client.invalidateQueries({ queryKey: ['get', '/panel/audits'] })
    } catch (e) {
      Toast.show({ content: t.failed + lineOf(e) })
    }
  }
  const upload = async (picked: File | undefined) => {
    if (!picked) return
    const form = new FormData()
    form.append('file', picked)
    setBusy(true)
    try {
      const made = await must(call.POST('/panel/audits/photos', { body: form as never, bodySerializer: (b: unknown) => b as never } as never)) as { id?: string; asset?: string; photo?: string }
      await put(answer?.verdict ?? 'ok', made.photo ?? made.asset ?? made.id)
    } catch (e) {
      Toast.show({ content: t.failed + lineOf(e) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <li className="s-box">
      <h3>{item.title}</h3>
      {item.how && <p className="s-faint">{item.how}</p>}
      <div className="s-row">{(['ok', 'not_ok', 'without'] as const).map((v) => <Button key={v} className="s-grow" size="small" aria-pressed={answer?.verdict === v} color={answer?.verdict === v ? (v === 'ok' ? 'success' : v === 'not_ok' ? 'danger' : 'primary') : 'default'} onClick={() => void put(v)}>{t[v]}</Button>)}</div>
      <div className="s-row s-small">
        <input ref={file} type="file" accept="image/*" capture="environment" hidden aria-label={t.photo} onChange={(e) => void upload(e.target.files?.[0])} />
        <button type="button" className="s-text-button" disabled={busy} onClick={() => file.current?.click()}><Icon name="camera" size={16} />{busy ? t.uploading : answer?.photo ? t.again : t.photo}</button>
        {answer?.photo && <button type="button" className="s-thumb" aria-label={t.see} onClick={() => ImageViewer.show({ image: assetUrl(answer.photo ?? '') })}><img src={assetUrl(answer.photo)} alt="" /></button>}
      </div>
      {answer?.verdict === 'not_ok' && <TextArea value={note} onChange={setNote} onBlur={() => note !== (answer.note ?? '') && void put('not_ok')} maxLength={1000} rows={2} placeholder={t.noteHint} aria-label={t.note} />}
    </li>
  )
}
