import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { Button } from 'antd-mobile'
import { useState } from 'react'
import { useRoute } from '../route'
import { nameOf } from '../ui/bits'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { useSend } from '../ui/sending'
import { Asked } from '../ui/states'
import { common } from '../ui/words'
import { CustomerHead } from './CustomerHead'
import { CustomerParts } from './CustomerParts'

const said = texts({ title: ['客户', 'Customer'] })

/** One customer. */
export function CustomerPage() {
  const t = useText(said)
  const c = useText(common)
  const external = useRoute().params.external ?? ''
  const q = api.useQuery('get', '/panel/customers/{external}', { params: { path: { external } } })
  const sending = useSend(external)
  const [part, setPart] = useState('next')
  return (
    <Page title={q.data ? nameOf(q.data) : t.title} parent="/customers" right={sending.open && <Button size="small" color="primary" onClick={() => void sending.open?.()}><Icon name="chat" size={16} /> {c.chat}</Button>}>
      <Asked of={q}>{(customer) => <><CustomerHead of={customer} /><CustomerParts of={customer} part={part} onPart={setPart} /></>}</Asked>
    </Page>
  )
}
