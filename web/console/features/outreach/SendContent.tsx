import { texts, useText } from '@shared/i18n'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { Button, Input, InputNumber, Segmented, Tabs } from 'antd'
import { below, type Faults } from '../../ui/message/faults'
import { MessageEditor } from '../../ui/message/MessageEditor'
import type { Draft } from './wish'

const said = texts({
  as: ['内容形式', 'Contents'], one: ['一个内容', 'One message'], ab: ['A/B 测试', 'A/B test'], note: ['每位客户固定收到其中一个版本，结果在实验里比较。', 'Each customer always gets the same variant; results are compared in an experiment.'], placeholder: ['写给客户的话。群发对所有人内容相同。', 'What customers read. It is the same for all of them.'], name: ['版本名称', 'Name of the variant'],
  share: ['比例', 'Share'], add: ['添加版本', 'Add variant'], remove: ['删除版本', 'Remove variant'], variant: [(n: string, p: number) => `${n} · ${p}%`, (n: string, p: number) => `${n} · ${p}%`], even: ['平均分配', 'Share evenly'],
})

/** The message of a mass send, or its variants. */
export function SendContent({ draft: d, set, shown, onShow, faults }: { draft: Draft; set: (part: Partial<Draft>) => void; shown: number; onShow: (n: number) => void; faults: Faults }) {
  const t = useText(said)
  const group = d.mode === 'groups'
  const change = (i: number, part: Partial<Draft['variants'][number]>) => set({ variants: d.variants.map((v, j) => (j === i ? { ...v, ...part } : v)) })
  const even = (list: Draft['variants']) => list.map((v, i) => ({ ...v, percent: i === 0 ? 100 - Math.floor(100 / list.length) * (list.length - 1) : Math.floor(100 / list.length) }))
  const letter = String.fromCodePoint(65 + d.variants.length)
  return (
    <div className="y-stack">
      {!group && <div className="y-rowline"><Segmented aria-label={t.as} value={d.ab ? 'ab' : 'one'} onChange={(v) => set({ ab: v === 'ab' })} options={[{ value: 'one', label: t.one }, { value: 'ab', label: t.ab }]} />{d.ab && <small className="y-faint">{t.note}</small>}<span className="y-grow" />{d.ab && d.variants.length < 10 && <Button size="small" icon={<PlusOutlined />} onClick={() => { set({ variants: even([...d.variants, { name: letter, percent: 0, content: {} }]) }); onShow(d.variants.length) }}>{t.add}</Button>}</div>}
      {!d.ab || group ? <MessageEditor rows={5} placeholder={t.placeholder} value={d.content} onChange={(content) => set({ content })} faults={below(faults, '/content')} /> : (
        <>
          <Tabs
            size="small" activeKey={String(shown)} onChange={(k) => onShow(Number(k))}
            items={d.variants.map((v, i) => ({
              key: String(i), label: t.variant(v.name || '?', v.percent), children: (
                <div className="y-stack">
                  <div className="y-rowline">
                    <Input aria-label={t.name} placeholder={t.name} style={{ width: 180 }} maxLength={40} value={v.name} onChange={(e) => change(i, { name: e.target.value })} />
                    <InputNumber aria-label={t.share} min={1} max={99} suffix="%" style={{ width: 100 }} value={v.percent} onChange={(n) => change(i, { percent: n ?? 0 })} />
                    <Button size="small" type="text" onClick={() => set({ variants: even(d.variants) })}>{t.even}</Button>
                    <span className="y-grow" />
                    {d.variants.length > 2 && <Button size="small" danger type="text" onClick={() => { set({ variants: even(d.variants.filter((_, j) => j !== i)) }); onShow(0) }}>{t.remove}</Button>}
                  </div>
                  <MessageEditor rows={5} placeholder={t.placeholder} value={v.content} onChange={(content) => change(i, { content })} faults={below(faults, `/variants/${i}/content`)} />
                </div>
              ),
            }))}
          />
        </>
      )}
    </div>
  )
}
