import { texts, useText } from '@shared/i18n'
import { Link, type ErrorComponentProps } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect } from 'react'
import { Empty } from '../ui/states'

const said = texts({
  lost: ['没有这个页面', 'There is no such page'],
  lostWhy: ['地址可能写错了，或页面已经移走。', 'The address may be wrong, or the page has moved.'],
  home: ['回到概览', 'Go to the overview'],
  broken: ['页面出错了', 'This page failed'],
  brokenWhy: ['刷新后再试；如果仍然出错，请把时间告诉管理员。', 'Reload and try again. If it fails still, tell your administrator the time.'],
  reload: ['刷新', 'Reload'],
})

/** No page has this address. */
export function Lost() {
  const t = useText(said)
  return <Empty title={<h1 className="y-lost">{t.lost}</h1>} action={<Link to="/"><Button type="primary">{t.home}</Button></Link>}>{t.lostWhy}</Empty>
}

const reloadedAt = 'yutang.reloaded'

/** A page threw. A part that an upgrade has replaced is fetched anew, once. */
export function Broken({ error }: ErrorComponentProps) {
  const t = useText(said)
  const gone = /dynamically imported module|Importing a module script failed/.test(String(error))
  useEffect(() => {
    const last = Number(sessionStorage.getItem(reloadedAt) ?? 0)
    if (!gone || Date.now() - last < 60_000) return
    sessionStorage.setItem(reloadedAt, String(Date.now()))
    location.reload()
  }, [gone])
  return <Empty title={<h1 className="y-lost">{t.broken}</h1>} action={<Button type="primary" onClick={() => location.reload()}>{t.reload}</Button>}>{t.brokenWhy}</Empty>
}
