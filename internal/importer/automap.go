package importer

import (
	"slices"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
)

// usual are the headers, in lower case and without separators, that need no mapping.
var usual = map[string][]string{
	"order_id":     {"orderid", "orderno", "ordernumber", "order", "invoiceno", "invoice", "订单号", "订单编号", "订单id", "单号", "主订单编号", "交易单号"},
	"at":           {"at", "time", "timestamp", "date", "datetime", "createdat", "orderdate", "ordertime", "paidat", "paytime", "invoicedate", "updatedat", "时间", "日期", "下单时间", "付款时间", "支付时间", "订单付款时间", "订单创建时间", "创建时间", "发生时间", "事件时间", "更新时间"},
	"revenue":      {"revenue", "total", "amount", "totalprice", "orderamount", "paid", "实付金额", "实付款", "实收金额", "订单金额", "买家实际支付金额", "支付金额", "金额", "总金额"},
	"currency":     {"currency", "币种", "货币"},
	"quantity":     {"quantity", "qty", "count", "数量", "商品数量", "购买数量", "件数"},
	"price":        {"price", "unitprice", "单价", "商品单价", "价格", "商品价格"},
	"product_id":   {"productid", "sku", "skuid", "stockcode", "itemid", "商品编码", "商品id", "商品编号", "货号", "规格编码"},
	"product_name": {"productname", "product", "item", "itemname", "description", "商品名称", "商品标题", "宝贝标题", "商品"},
	"event":        {"event", "eventname", "事件", "事件名", "事件名称"},
	"message_id":   {"messageid", "eventid", "消息id", "事件id"},
	"tags":         {"tags", "tag", "labels", "标签", "客户标签"},
}

var usualIdentities = map[string][]string{
	"phone":           {"phone", "mobile", "tel", "phonenumber", "mobilephone", "手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "收货人手机"},
	"email":           {"email", "mail", "emailaddress", "邮箱", "电子邮箱"},
	"member_no":       {"memberno", "membernumber", "memberid", "cardno", "会员号", "会员卡号", "会员编号", "会员id"},
	"user_id":         {"userid", "customerid", "uid", "buyerid", "用户id", "客户id", "客户编号", "用户编号", "买家id"},
	"unionid":         {"unionid", "微信unionid"},
	"openid":          {"openid", "微信openid"},
	"external_userid": {"externaluserid", "外部联系人id"},
	"anonymous_id":    {"anonymousid", "deviceid", "匿名id", "设备id"},
}

// usualTraits are traits known by Chinese headers; other columns keep their own name.
var usualTraits = map[string]string{
	"姓名": "name", "客户姓名": "name", "收货人": "name", "昵称": "nickname", "性别": "gender", "生日": "birthday",
	"出生日期": "birthday", "城市": "city", "省份": "province", "省": "province", "国家": "country", "地址": "address",
	"收货地址": "address", "职业": "occupation", "来源": "channel", "渠道": "channel",
}

// AutoMap makes a mapping from the headers of a file and its first rows. Columns that
// are nothing known become traits of customers or properties of events; orders keep only
// what is known. The error names what no header stands for.
func AutoMap(kind Kind, header []string, rows [][]string) (*Mapping, error) {
	m := guess(kind, header, rows)
	c := &checker{}
	c.check(m, kind)
	if len(c.faults) > 0 {
		e := fault.New(fault.Invalid, "unknown_header", "the header does not say enough; give a mapping")
		e.Fields = c.faults
		return nil, e
	}
	return m, nil
}

// guess maps what headers say, be it enough or not.
func guess(kind Kind, header []string, rows [][]string) *Mapping {
	m := &Mapping{
		Kind: kind, Fields: map[string]Spec{}, Identities: map[string]Spec{},
		Traits: map[string]Spec{}, Props: map[string]Spec{},
	}
	for i, column := range header {
		if column == "" || slices.Index(header, column) < i {
			continue
		}
		m.auto(kind, column, typeOf(i, rows))
	}
	return m
}

func (m *Mapping) auto(kind Kind, column, kindOfValue string) {
	plain := plainHeader(column)
	if name := named(usual, plain); name != "" {
		if _, known := fields[kind][name]; known {
			setOnce(m.Fields, name, Spec{Column: column})
			return
		}
	}
	if name := named(usualIdentities, plain); name != "" {
		setOnce(m.Identities, name, Spec{Column: column})
		return
	}
	name := column
	if t, ok := usualTraits[plain]; ok {
		name = t
	}
	spec := Spec{Column: column, Type: kindOfValue}
	switch {
	case kind == Customers, event.Personal(name):
		setOnce(m.Traits, name, spec)
	case kind == Events:
		setOnce(m.Props, name, spec)
	}
}

func setOnce(m map[string]Spec, name string, s Spec) {
	if _, taken := m[name]; !taken {
		m[name] = s
	}
}

func named(table map[string][]string, plain string) string {
	for _, name := range sortedKeys(table) {
		if slices.Contains(table[name], plain) {
			return name
		}
	}
	return ""
}

func plainHeader(h string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "", ".", "", "(元)", "", "（元）", "").Replace(h))
}

// typeOf is "number" if every value of the column is a number that loses nothing as one:
// codes with leading zeros and long digit strings stay text.
func typeOf(column int, rows [][]string) string {
	seen := false
	for _, cells := range rows {
		if column >= len(cells) || strings.TrimSpace(cells[column]) == "" {
			continue
		}
		v := strings.TrimSpace(cells[column])
		whole := strings.TrimPrefix(v, "-")
		if _, ok := parseNumber(v); !ok || len(v) > 10 || (len(whole) > 1 && whole[0] == '0' && whole[1] != '.') {
			return ""
		}
		seen = true
	}
	if seen {
		return "number"
	}
	return ""
}
