import { texts, useText } from '@shared/i18n'
import { AttachmentFields } from '../../ui/message/AttachmentFields'
import { below, type Faults } from '../../ui/message/faults'
import type { Message } from '../../ui/message/message'
import { MessageEditor } from '../../ui/message/MessageEditor'
import { places } from '../../ui/message/places'
import { TextField } from '../../ui/message/TextField'
import { attachmentOf } from './message'

const said = texts({ text: ['正文', 'Text'] })

/** Edits what a material of a kind says. */
export function MaterialContent({ kind, value, onChange, faults }: { kind: string; value: Message; onChange: (message: Message) => void; faults: Faults }) {
  const t = useText(said)
  const single = attachmentOf[kind]
  if (single) return <AttachmentFields place={places.message} value={value.attachments?.[0] ?? { kind: single }} faults={{ ...below(faults, '/attachments/0'), ...(faults[''] && { '': faults[''] }) }} onChange={(a) => onChange({ attachments: [a] })} />
  if (kind === 'message') return <MessageEditor label={t.text} dialect="library" library={false} rows={6} value={value} onChange={onChange} faults={faults} />
  return <TextField label={t.text} dialect="library" rows={6} limit={places.message.text} value={value.text ?? ''} onChange={(text) => onChange({ text })} fault={faults['/text'] ?? faults['']} />
}
