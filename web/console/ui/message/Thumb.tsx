import FileTextOutlined from '@ant-design/icons/FileTextOutlined'
import SoundOutlined from '@ant-design/icons/SoundOutlined'
import VideoCameraOutlined from '@ant-design/icons/VideoCameraOutlined'
import { assetURL } from './message'
import type { AssetKind } from './upload'

/** What stands for a file: its picture, or a mark of its kind. */
export function Thumb({ kind, id, name }: { kind: AssetKind; id: string; name?: string }) {
  if (kind === 'image') return <img src={assetURL(id)} alt={name ?? ''} loading="lazy" />
  return <i aria-hidden="true">{kind === 'video' ? <VideoCameraOutlined /> : kind === 'voice' ? <SoundOutlined /> : <FileTextOutlined />}</i>
}
