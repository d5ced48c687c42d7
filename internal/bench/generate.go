package bench

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// kind is one kind of event in the mix, with its share of 1000.
type kind struct {
	name  string
	share int
}

// mix is what a busy shop sends: mostly looking, some doing, few orders.
var mix = []kind{
	{"Product Viewed", 480},
	{"Page Viewed", 200},
	{"Product Added", 110},
	{"Material Opened", 80},
	{"Message Delivered", 50},
	{"Order Completed", 40},
	{"Coupon Applied", 30},
	{"Product Shared", 10},
}

// generator makes the JSON of events of known customers. Not safe for concurrent use.
type generator struct {
	rng       *rand.Rand
	customers int
	serial    uint64
	prefix    string
}

func newGenerator(seed uint64, customers int) *generator {
	return &generator{
		rng: rand.New(rand.NewPCG(seed, 7)), customers: customers, //nolint:gosec // repeatable load, not secrets
		prefix: "b" + strconv.FormatUint(seed, 36) + "-",
	}
}

func (g *generator) kind() string {
	n := g.rng.IntN(1000)
	for _, k := range mix {
		if n -= k.share; n < 0 {
			return k.name
		}
	}
	return mix[0].name
}

// track appends one Segment track call. at is formatted RFC 3339.
func (g *generator) track(b []byte, at []byte) []byte {
	g.serial++
	name := g.kind()
	b = append(b, `{"type":"track","messageId":"`...)
	b = append(append(b, g.prefix...), strconv.FormatUint(g.serial, 36)...)
	b = append(append(b, `","event":"`...), name...)
	b = append(b, `","userId":"u`...)
	b = strconv.AppendInt(b, int64(g.rng.IntN(g.customers)), 10)
	b = append(append(b, `","timestamp":"`...), at...)
	b = append(b, `","properties":{"category":"c`...)
	b = strconv.AppendInt(b, int64(g.rng.IntN(50)), 10)
	b = append(b, `","product_id":"p`...)
	b = strconv.AppendInt(b, int64(g.rng.IntN(3000)), 10)
	b = append(b, `","price":`...)
	b = strconv.AppendInt(b, int64(5+g.rng.IntN(995)), 10)
	b = append(b, `.9,"channel":"ch`...)
	b = strconv.AppendInt(b, int64(g.rng.IntN(8)), 10)
	b = append(b, '"')
	if name == "Order Completed" {
		b = append(append(b, `,"order_id":"o`...), g.prefix...)
		b = strconv.AppendUint(b, g.serial, 36)
		b = append(b, `","currency":"CNY","revenue":`...)
		b = strconv.AppendInt(b, int64(20+g.rng.IntN(2000)), 10)
	}
	return append(b, "}}"...)
}

// batch makes the body of POST /v1/batch with n events.
func (g *generator) batch(b []byte, n int, now time.Time) []byte {
	b = append(b[:0], `{"batch":[`...)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = g.track(b, g.moment(now))
	}
	return append(b, "]}"...)
}

// moment is a time within the last day, most of them within the last minutes.
func (g *generator) moment(now time.Time) []byte {
	back := time.Duration(g.rng.IntN(300)) * time.Second
	if g.rng.IntN(20) == 0 {
		back = time.Duration(g.rng.IntN(86400)) * time.Second
	}
	return now.Add(-back).AppendFormat(nil, time.RFC3339)
}

// rules are 20 audiences of mixed types.
var rules = []struct{ name, rule string }{
	{"city", `{"trait":"city","op":"eq","value":"city3"}`},
	{"city and views in 7 d", `{"all":[{"trait":"city","op":"in","value":["city1","city2"]},{"did":{"event":"Product Viewed","within":"7d"}}]}`},
	{"views of one category", `{"did":{"event":"Product Viewed","where":[{"prop":"category","op":"eq","value":"c7"}],"within":"30d","count":{"gte":2}}}`},
	{"added, not ordered", `{"all":[{"did":{"event":"Product Added","within":"3d"}},{"not":{"did":{"event":"Order Completed","within":"3d"}}}]}`},
	{"spent in 90 d", `{"did":{"event":"Order Completed","within":"90d","sum":{"of":"revenue","gte":2000}}}`},
	{"never ordered", `{"did":{"event":"Order Completed","count":{"eq":0}}}`},
	{"view, add, order", `{"sequence":{"steps":[{"event":"Product Viewed"},{"event":"Product Added"},{"event":"Order Completed"}],"within":"7d","in_last":"90d"}}`},
	{"large order", `{"did":{"event":"Order Completed","max":{"of":"revenue","gte":1500}}}`},
	{"active on 3 days", `{"did":{"event":["Product Viewed","Page Viewed"],"within":"30d","distinct_days":{"gte":3}}}`},
	{"level and age", `{"all":[{"trait":"level","op":"gte","value":3},{"trait":"age","op":"between","value":[25,40]}]}`},
	{"opened material", `{"did":{"event":"Material Opened","within":"14d","count":{"gte":3}}}`},
	{"coupon users", `{"did":{"event":"Coupon Applied","within":"60d"}}`},
	{"lapsing", `{"all":[{"did":{"event":"Order Completed"}},{"not":{"did":{"event":"Order Completed","within":"60d"}}}]}`},
	{"joined lately", `{"trait":"joined_at","op":"within_last","value":"30d"}`},
	{"price hunters", `{"did":{"event":"Product Viewed","where":[{"prop":"price","op":"lt","value":50}],"within":"30d","count":{"gte":3}}}`},
	{"many categories", `{"did":{"event":"Product Viewed","within":"30d","distinct":{"of":"category","gte":5}}}`},
	{"channel of last order", `{"did":{"event":"Order Completed","last":{"prop":"channel","op":"eq","value":"ch2"}}}`},
	{"buyers or sharers", `{"any":[{"did":{"event":"Order Completed","within":"7d"}},{"did":{"event":"Product Shared","within":"30d"}}]}`},
	{"high tier", `{"tier":">=V3"}`},
	{"average order", `{"did":{"event":"Order Completed","within":"90d","avg":{"of":"revenue","gte":1000}}}`},
}

// newRule is the mixed rule that previews count: not one of the live ones.
const newRule = `{"all":[{"trait":"city","op":"ne","value":"city9"},
	{"did":{"event":"Product Viewed","where":[{"prop":"category","op":"in","value":["c1","c2","c3"]}],"within":"30d","count":{"gte":1}}},
	{"not":{"did":{"event":"Order Completed","within":"14d"}}}]}`

// buildRule needs a property with too many values to be kept as a column.
const buildRule = `{"did":{"event":"Order Completed","where":[{"prop":"order_id","op":"starts_with","value":"ob1-a"}]}}`
