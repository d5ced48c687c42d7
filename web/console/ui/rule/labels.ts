import { named, words, type Lang } from '@shared/i18n'
import { stageWords } from '../words/stages'

const names: Record<string, string> = {
  city: '城市', province: '省份', country: '国家', gender: '性别', age: '年龄', birthday: '生日', name: '姓名', phone: '手机号', email: '邮箱', address: '地址', language: '语言', occupation: '职业',
  net_revenue: '净消费额', orders_count: '订单数', avg_order_value: '客单价', last_order_at: '最近下单时间', member_level: '会员等级', points: '积分', registered_at: '注册时间',
  revenue: '金额', total: '订单金额', price: '单价', quantity: '件数', currency: '币种', order_id: '订单号', product_id: '商品编号', sku: 'SKU', category: '品类', brand: '品牌', coupon: '优惠券', coupon_id: '优惠券编号',
  discount: '优惠金额', shipping: '运费', status: '状态', variant: '规格', channel: '渠道', staff: '员工', state: '活码参数', code: '活码', add_way: '添加方式', tag: '标签', tags: '标签', group: '群', chat_id: '群编号',
  material: '素材', material_id: '素材编号', playbook: 'SOP', playbook_id: 'SOP 编号', step: '步骤', link: '短链', url: '网址', form: '表单', kind: '类型', from: '变化前', to: '变化后', direction: '方向', reason: '原因',
  score: '得分', title: '标题', duration: '时长', source: '数据源', corp: '企业', by: '操作者', how: '方式', result: '结果', task: '任务', avatar: '头像', unit_price: '单价', description: '说明', lines: '行数', items: '件数', 'utm_source': '投放来源', store: '门店',
}

const zh = (lang: Lang) => lang === 'zh-CN'

export { eventLabel } from '../words/events'

/** A trait or a property in the operator's words. */
export const propLabel = (name: string, lang: Lang) => (zh(lang) ? (names[name] ?? name) : name.replace(/_/g, ' '))

/** A stage in the operator's words. */
export const stageLabel = (name: string, lang: Lang) => named(words(stageWords, lang), name)

/** A kind of stage. */
export const kindLabel = (kind: string, lang: Lang) => ({ aipl: 'AIPL', aarrr: 'AARRR' })[kind] ?? (zh(lang) ? '等级' : 'Tier')

/** Whether a property holds money of the brand's currency, as far as its name tells. */
export const isMoney = (name: string) => /(^|_)(revenue|total|price|amount|discount|shipping|value)$/.test(name)
