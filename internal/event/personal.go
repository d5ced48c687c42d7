package event

import "strings"

// personal holds the names, in lower case without separators, of properties and traits
// whose values identify a person.
var personal = map[string]bool{
	"phone": true, "mobile": true, "tel": true, "telephone": true, "phonenumber": true, "email": true,
	"mail": true, "name": true, "firstname": true, "lastname": true, "fullname": true, "realname": true,
	"username": true, "nickname": true, "contact": true, "recipient": true, "receiver": true,
	"address": true, "street": true, "idcard": true, "idnumber": true, "passport": true, "ip": true,
	"wechat": true, "qq": true, "avatar": true, "birthday": false,
	"姓名": true, "手机": true, "手机号": true, "电话": true, "邮箱": true, "地址": true, "收货地址": true,
	"身份证": true, "身份证号": true, "微信号": true, "昵称": true, "收货人": true, "收件人": true, "联系人": true, "consignee": true,
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "", "$", "")

// Personal says whether a property or trait of this name holds personal data: such
// values are sealed at rest, masked in answers, kept out of columns, indexes and logs.
func Personal(name string) bool {
	n := strings.ToLower(separators.Replace(name))
	if who, ok := strings.CutSuffix(n, "name"); ok && people[who] {
		return true
	}
	for _, ending := range endings {
		if strings.HasSuffix(n, ending) {
			return true
		}
	}
	return personal[n]
}

// endings are how names of personal data end, whatever stands before.
var endings = []string{
	"phone", "email", "mobile", "address", "姓名", "手机", "手机号", "手机号码", "电话", "电话号码", "邮箱", "地址", "住址",
}

// people are the words for a person whose name a "..._name" is.
var people = map[string]bool{
	"receiver": true, "recipient": true, "consignee": true, "buyer": true, "customer": true, "contact": true, "member": true,
	"shipping": true, "billing": true, "given": true, "family": true, "middle": true, "legal": true, "display": true,
	"cardholder": true, "holder": true, "person": true, "guest": true, "wechat": true, "child": true, "baby": true,
}

// things are the first words of events whose property "name" names a thing: a product, a
// page, a coupon.
var things = map[string]bool{
	"Product": true, "Products": true, "Order": true, "Cart": true, "Checkout": true, "Wishlist": true, "Page": true,
	"Screen": true, "Coupon": true, "Promotion": true, "Material": true, "Message": true, "Payment": true, "Item": true,
}

// PersonalProp is Personal for a property of an event, where "name" is a person's only in
// some events. With no event named it says whether the property is personal in every event.
func PersonalProp(eventName, prop string) bool {
	if strings.EqualFold(prop, "name") {
		first, _, _ := strings.Cut(eventName, " ")
		return eventName != "" && !things[first]
	}
	return Personal(prop)
}

// indexable drops what must not be held in clear from an event's scalar properties.
func indexable(eventName string, props []Prop) []Prop {
	out := props[:0]
	for _, p := range props {
		if !PersonalProp(eventName, p.Key) {
			out = append(out, p)
		}
	}
	return out
}
