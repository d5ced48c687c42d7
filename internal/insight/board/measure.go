package board

// measure is something that happens to customers, at a time. A number counts the customers
// it happened to in a window, or how often, or sums its amounts.
type measure uint8

// The measures.
const (
	newCustomers measure = iota
	newContacts
	adds
	attempts
	attemptsDone
	scanned
	welcomed
	replied24
	adds7
	stayed7
	adds30
	stayed30
	lost
	deleted
	groups
	tagged
	firstKey
	newActivated
	activeIn
	activeBefore
	activeAgain
	orders
	revenue
	firstOrders
	newBought
	newValue
	buyerValue
	repeats
	referrals
	sessions
	turns
	answers
	measures
)

// words say what a measure counts.
type words struct{ id, zh, en string }

var measureWords = [measures]words{
	newCustomers: {"new_customers", "第一次出现的客户", "customers seen for the first time"},
	newContacts:  {"new_contacts", "第一次被任一员工加为好友的客户", "customers whom any member of staff added for the first time"},
	adds:         {"adds", "加好友成功次数（客户与员工的一对关系算一次）", "adds: pairs of a customer and a member of staff who became contacts"},
	attempts:     {"attempts", "加好友请求：成功的，以及客户已加而员工尚未确认的", "adds asked for: those that succeeded, and those that a member has not confirmed"},
	attemptsDone: {"attempts_done", "其中至今成功的请求", "of these, those that have succeeded to date"},
	scanned:      {"scans", "扫码或点击链接", "scans of a code or clicks on a link"},
	welcomed:     {"welcomed", "加好友后 24 小时内收到欢迎语", "adds greeted with a welcome message within 24 hours"},
	replied24:    {"replied_24h", "加好友后 24 小时内客户开口", "adds after which the customer wrote within 24 hours"},
	adds7:        {"adds_7d", "已满 7 天的加好友", "adds that are at least 7 days old"},
	stayed7:      {"stayed_7d", "其中 7 天内没有删除员工的", "of these, those whom the customer did not remove within 7 days"},
	adds30:       {"adds_30d", "已满 30 天的加好友", "adds that are at least 30 days old"},
	stayed30:     {"stayed_30d", "其中 30 天内没有删除员工的", "of these, those whom the customer did not remove within 30 days"},
	lost:         {"lost", "客户删除员工", "removals of a member of staff by the customer"},
	deleted:      {"deleted", "员工删除客户（转接除外）", "removals of the customer by a member of staff, transfers apart"},
	groups:       {"groups", "加入客户群", "joins of a group chat"},
	tagged:       {"tagged", "被打上标签", "tags put on"},
	firstKey:     {"first_key", "有生以来第一次关键行为", "the first key action ever"},
	newActivated: {"new_activated", "新增好友中 7 天内有关键行为的", "new contacts who did a key action within 7 days"},
	activeIn:     {"active", "有活跃行为", "actions that count as active"},
	activeBefore: {"active_before", "前一个等长时段活跃", "active in the stretch of the same length before"},
	activeAgain:  {"active_again", "前一个时段与本时段都活跃", "active in that stretch and again in this one"},
	orders:       {"orders", "完成且未整单取消或退款的订单", "orders completed, but for those cancelled or refunded as a whole"},
	revenue:      {"revenue", "订单台账的净收入（扣除退款）", "net revenue of the order ledger: orders less their refunds"},
	firstOrders:  {"first_orders", "客户的第一笔订单", "a customer's first order"},
	newBought:    {"new_bought", "新增好友中加好友后至今有订单的", "new contacts with an order since they were added, to date"},
	newValue:     {"new_value", "新增好友加好友后至今的净收入", "net revenue of new contacts since they were added, to date"},
	buyerValue:   {"buyer_value", "首单客户至今的净收入", "net revenue to date of those whose first order it was"},
	repeats:      {"repeats", "客户的第二笔及以后的订单", "a customer's second and later orders"},
	referrals:    {"referrals", "转介绍成功", "referrals completed"},
	sessions:     {"sessions", "客服会话", "service sessions begun"},
	turns:        {"turns", "客户发起的对话轮次（客户说话而上一句是员工或没有）", "turns: the customer writes first, or after a member of staff"},
	answers:      {"answers", "24 小时内得到员工回复的轮次，合计为等待毫秒", "turns that a member of staff answered within 24 hours; amounts are the wait in ms"},
}

// put takes a mark: the measure, when, its amount and its row.
type put func(m measure, at, amount int64, row string)

// marks tells everything but what depends on a window.
func (f *facts) marks(put put) {
	if f.first > 0 {
		put(newCustomers, f.first, 0, f.home)
	}
	f.contactMarks(put)
	f.orderMarks(put)
	f.talkMarks(put)
	for _, p := range f.scans {
		put(scanned, p.at, 0, p.row)
	}
	for _, of := range [...]struct {
		m     measure
		times []int64
	}{{groups, f.groups}, {tagged, f.tags}, {referrals, f.referrals}, {sessions, f.service}, {activeIn, f.active}} {
		for _, at := range of.times {
			put(of.m, at, 0, f.home)
		}
	}
	if len(f.keys) > 0 {
		put(firstKey, f.keys[0], 0, f.home)
	}
}

func (f *facts) contactMarks(put put) {
	for i := range f.relations {
		r := &f.relations[i]
		put(adds, r.at, 0, r.row)
		put(attempts, r.asked, 0, r.row)
		put(attemptsDone, r.asked, 0, r.row)
		if within(f.greeted, r.at, r.at+day) {
			put(welcomed, r.at, 0, r.row)
		}
		if within(f.replies, r.at, r.at+day) {
			put(replied24, r.at, 0, r.row)
		}
		f.stays(r, put)
	}
	for _, h := range f.halves {
		if !h.confirmed {
			put(attempts, h.at, 0, h.row)
		}
	}
	for _, p := range f.losses {
		put(lost, p.at, 0, p.row)
	}
	for _, p := range f.deletions {
		put(deleted, p.at, 0, p.row)
	}
	if len(f.relations) > 0 {
		f.newContact(f.relations[0].at, put)
	}
}

func (f *facts) stays(r *relation, put put) {
	for _, s := range []struct {
		of, stay measure
		days     int64
	}{{adds7, stayed7, 7}, {adds30, stayed30, 30}} {
		if r.at+s.days*day > f.asOf {
			continue
		}
		put(s.of, r.at, 0, r.row)
		if r.lost == 0 || r.lost > r.at+s.days*day {
			put(s.stay, r.at, 0, r.row)
		}
	}
}

// newContact tells what became of a customer since the first add.
func (f *facts) newContact(at int64, put put) {
	put(newContacts, at, 0, f.home)
	if within(f.keys, at, at+7*day) {
		put(newActivated, at, 0, f.home)
	}
	bought, value := false, int64(0)
	for _, o := range f.orders {
		if o.At >= at {
			value += o.Net
			bought = bought || !o.Void
		}
	}
	if bought {
		put(newBought, at, 0, f.home)
	}
	put(newValue, at, value, f.home)
}

func (f *facts) orderMarks(put put) {
	n, total, first := 0, int64(0), int64(0)
	for _, o := range f.orders {
		total += o.Net
		put(revenue, o.At, o.Net, f.home)
		if o.Void {
			continue
		}
		put(orders, o.At, 0, f.home)
		if n == 0 {
			first = o.At
			put(firstOrders, o.At, 0, f.home)
		} else {
			put(repeats, o.At, 0, f.home)
		}
		n++
	}
	if n > 0 {
		put(buyerValue, first, total, f.home)
	}
}

// talkMarks tells who waited how long for an answer.
func (f *facts) talkMarks(put put) {
	waiting, sent := int64(0), f.sent
	for _, at := range f.replies {
		for len(sent) > 0 && sent[0] <= at {
			sent = sent[1:]
			waiting = 0
		}
		if waiting != 0 {
			continue
		}
		waiting = at
		put(turns, at, 0, f.home)
		if len(sent) > 0 && sent[0]-at <= day {
			put(answers, at, sent[0]-at, f.home)
		}
	}
}

// again tells what depends on a window: who was active before it and again in it.
func (f *facts) again(w window) (before, both bool) {
	before = within(f.active, w.before, w.from-1)
	return before, before && within(f.active, w.from, w.to-1)
}
