import { num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Drawer } from 'antd'
import { ruleSentence } from '../../ui/rule'
import { countOf } from './people'
import { templates, type Template } from './templates'

const said = texts({
  title: ['从模板开始', 'Begin with a template'], lead: ['选一个最接近的，进入后可以随意修改。右侧是现在符合的人数。', 'Choose the nearest one and change it as you like. The number is who matches now.'],
  buy: ['促成交', 'Bring the order'], care: ['老客经营', 'Care for customers'], new: ['新客培育', 'New customers'], risk: ['流失与风险', 'Losses and risks'],
})

/** Ready rules with how many match each now. */
export function TemplateDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useText(said)
  return (
    <Drawer open={open} onClose={onClose} size={560} title={t.title} destroyOnHidden>
      <p className="y-faint">{t.lead}</p>
      {(['buy', 'new', 'care', 'risk'] as const).map((group) => (
        <section key={group} className="y-audience-templates">
          <h3>{t[group]}</h3>
          {templates.filter((x) => x.group === group).map((x) => <Choice key={x.key} template={x} />)}
        </section>
      ))}
    </Drawer>
  )
}

function Choice({ template: x }: { template: Template }) {
  const lang = useLang()
  const go = useNavigate()
  const count = useQuery({ queryKey: ['audience-preview', JSON.stringify(x.rule)], queryFn: ({ signal }) => countOf(x.rule, signal), staleTime: 60_000 })
  return (
    <button type="button" className="y-audience-template" onClick={() => void go({ to: '/audiences/new' as string, search: { template: x.key } as never })}>
      <span><b>{lang === 'zh-CN' ? x.zh : x.en}</b><small>{lang === 'zh-CN' ? x.zhWhy : x.enWhy}</small><small className="y-audience-quiet">{ruleSentence(x.rule, lang)}</small></span>
      <span className="y-audience-figure">{num(count.data?.count)}</span>
    </button>
  )
}
