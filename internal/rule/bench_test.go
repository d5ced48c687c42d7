package rule_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"yutang/internal/event"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// mixed is a rule of three kinds of condition, as operators write them.
const mixed = `{"all":[
	{"trait":"city","op":"in","value":["city-1","city-2","city-3","city-4","city-5"]},
	{"did":{"event":"A","where":[{"prop":"category","op":"in","value":["category-1","category-2"]}],"within":"30d","count":{"gte":1}}},
	{"not":{"did":{"event":"B","within":"30d"}}}]}`

func BenchmarkEval(b *testing.B) {
	p := &person{traits: map[string]string{"city": `"city-3"`}}
	now := time.Date(2025, 6, 18, 12, 0, 0, 0, time.UTC).UnixMilli()
	for i := range 10 {
		p.events = append(p.events, happening{
			at: now - int64(i)*6*86_400_000, seq: uint32(10 - i), name: []string{"A", "C", "D"}[i%3],
			props: map[string]string{"category": fmt.Sprintf(`"category-%d"`, i%5), "total": fmt.Sprint(i * 10)},
		})
	}
	w := newWorld(shanghai, p)
	for _, c := range []struct{ name, text string }{
		{"count", `{"did":{"event":"A","within":"30d","count":{"gte":3}}}`},
		{"never", `{"did":{"event":"B","count":{"eq":0}}}`},
		{"sum", `{"did":{"event":"A","within":"60d","sum":{"of":"total","gte":100}}}`},
		{"distinct", `{"did":{"event":"*","within":"60d","distinct":{"of":"category","gte":3}}}`},
		{"days", `{"did":{"event":"*","within":"60d","distinct_days":{"gte":3}}}`},
		{"last", `{"did":{"event":"A","last":{"prop":"category","op":"eq","value":"category-1"}}}`},
		{"sequence", `{"sequence":{"steps":[{"event":"A"},{"event":"C"},{"event":"D"}],"within":"30d","in_last":"90d"}}`},
		{"mixed", mixed},
	} {
		b.Run(c.name, func(b *testing.B) {
			prog := compiled(b, w, c.text)
			s := w.subject(1, prog.Columns())
			b.ReportAllocs()
			for b.Loop() {
				prog.Eval(s, now)
			}
		})
	}
}

// city is brand's world: the store's columns and one trait.
type city struct {
	*world
	store *timeline.Store
	dict  *timeline.Dict
	codes []uint8
}

func (c *city) Code(root timeline.Ord) uint32         { return uint32(c.codes[root]) }
func (c *city) Dict() *timeline.Dict                  { return c.dict }
func (c *city) Trait(string) rule.Trait               { return c }
func (c *city) EventName(name string) timeline.NameID { return timeline.NameID(name[0]-'A') + 1 }
func (c *city) Column(prop string) *timeline.Column   { col, _ := c.store.Column(prop); return col }

const citizens, cityNow = 1_000_000, int64(1_750_000_000_000)

// bigCity holds a million customers with ten events each over a year.
var bigCity = sync.OnceValue(func() *city {
	rng := rand.New(rand.NewPCG(1, 2))
	c := &city{world: newWorld(shanghai), store: timeline.New(), dict: timeline.NewDict(), codes: make([]uint8, citizens+1)}
	for i := range c.codes {
		c.codes[i] = uint8(c.dict.Add(event.Value{Kind: event.String, Str: fmt.Sprint("city-", rng.IntN(50))}))
	}
	c.store.Lock()
	defer c.store.Unlock()
	c.store.Grow(citizens)
	const total = 10 * citizens
	for seq := range uint64(total) {
		c.store.Append(timeline.Record{
			Seq: seq + 1, Ord: 1 + rng.Uint32N(citizens), At: cityNow - int64(total-seq)*365*86_400_000/total, Name: timeline.NameID(1 + rng.IntN(12)),
			Props: []event.Prop{{Key: "category", Value: event.Value{Kind: event.String, Str: fmt.Sprint("category-", rng.IntN(12))}}},
		})
	}
	return c
})

func BenchmarkScan(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"count", `{"did":{"event":"A","within":"30d","count":{"gte":1}}}`},
		{"mixed", mixed},
		{"sequence", `{"sequence":{"steps":[{"event":"A"},{"event":"B"}],"within":"30d","in_last":"90d"}}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := bigCity()
			r, err := rule.Parse([]byte(c.text), shanghai)
			if err != nil {
				b.Fatal(err)
			}
			prog, err := r.Compile(w)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				scan(b, w, prog)
			}
		})
	}
}

func scan(b *testing.B, w *city, prog *rule.Program) {
	forks := []*rule.Program{prog.Fork(), prog.Fork()}
	counts := [2]struct {
		n       int
		subject rule.Subject
		_       [64]byte
	}{}
	err := w.store.Scan(context.Background(), prog.Columns(), len(forks), func(worker int, root timeline.Ord, t *timeline.Track) error {
		c := &counts[worker]
		c.subject = rule.Subject{Root: root, Track: t}
		if match, _ := forks[worker].Eval(&c.subject, cityNow); match {
			c.n++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(counts[0].n+counts[1].n), "members")
}
