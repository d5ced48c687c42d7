package search

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/fault"
	"yutang/internal/page"
)

// Query asks for one page of the customers who pass a filter.
type Query struct {
	Filter
	Sort   string // one of Sorts, "-" before it for descending; "" is "-id"
	Cursor string
	Limit  int
}

// Result is a page of customers. Total is how many there are on all pages.
type Result struct {
	Roots []uint32
	Total int
	Next  string
	Rule  json.RawMessage // as in Found
}

// Sorts are what a list can be sorted by. Equal ones stand in order of id.
var Sorts = []string{"id", "last_seen", "first_seen", "orders", "net_revenue"}

// place is where a page ended: the key by which a sort orders, and the customer.
type place struct {
	Sort string `json:"s"`
	Key  int64  `json:"k"`
	Root uint32 `json:"r"`
}

// Page cuts a page.
func (s *Service) Page(ctx context.Context, q Query) (Result, error) {
	if q.Sort == "" {
		q.Sort = "-id"
	}
	key, err := s.key(strings.TrimPrefix(q.Sort, "-"))
	if err != nil {
		return Result{}, err
	}
	var last place
	more, err := page.After(q.Cursor, &last)
	if err != nil {
		return Result{}, err
	}
	if more && last.Sort != q.Sort {
		return Result{}, fault.BadField("cursor", "is of a list in another order; start again without it")
	}
	found, err := s.remember(ctx, q.Filter, more)
	if err != nil {
		return Result{}, err
	}
	limit := page.Limit(q.Limit)
	c := cut{key: key, n: limit + 1, down: strings.HasPrefix(q.Sort, "-"), sort: q.Sort}
	if more {
		c.after = &last
	}
	places, err := s.ahead(ctx, found, c)
	if err != nil {
		return Result{}, err
	}
	p := page.Cut(places, limit, func(p place) place { return p })
	out := Result{Total: int(found.Set.GetCardinality()), Next: p.Next, Rule: found.Rule, Roots: []uint32{}}
	for _, at := range p.Items {
		out.Roots = append(out.Roots, at.Root)
	}
	return out, nil
}

// key is what a sort orders by. It is asked under the read lock. nil: the number itself.
func (s *Service) key(sort string) (func(root uint32) int64, error) {
	switch sort {
	case "id":
		return nil, nil //nolint:nilnil // the order of the set itself
	case "last_seen":
		return s.Timeline.LastSeen, nil
	case "first_seen":
		return s.Timeline.FirstSeen, nil
	case "orders":
		return func(root uint32) int64 { return int64(s.Customers.OrderCount(root)) }, nil
	case "net_revenue":
		return s.Customers.NetRevenue, nil
	}
	return nil, fault.BadField("sort", "must be one of %s, with - before it for descending", strings.Join(Sorts, ", "))
}

// cut says which n places are wanted: the first in an order, after one.
type cut struct {
	key   func(root uint32) int64
	n     int
	down  bool
	after *place
	sort  string
}

// order compares two places in the order of the list.
func (c *cut) order(a, b place) int {
	by := cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Root, b.Root))
	if c.down {
		return -by
	}
	return by
}

// cut finds the places of a page, in order.
func (s *Service) cut(ctx context.Context, set *roaring.Bitmap, c cut) ([]place, error) {
	if c.key == nil {
		return c.byNumber(set), nil
	}
	chunks := make(chan []uint32)
	parts := make([][]place, audience.Workers())
	var workers sync.WaitGroup
	for w := range parts {
		workers.Go(func() {
			best := shortlist{cut: &c}
			for roots := range chunks {
				s.Timeline.RLock()
				for _, root := range roots {
					best.offer(place{c.sort, c.key(root), root})
				}
				s.Timeline.RUnlock()
			}
			parts[w] = best.list
		})
	}
	for roots := range slices.Chunk(set.ToArray(), holdFor) {
		if ctx.Err() != nil {
			break
		}
		chunks <- roots
	}
	close(chunks)
	workers.Wait()
	all := slices.Concat(parts...)
	slices.SortFunc(all, c.order)
	return all[:min(len(all), c.n)], ctx.Err()
}

// readAhead is how many places a pass over everybody finds, for the pages that follow.
const readAhead = 2000

// ahead is cut, from what an earlier page of the same list found beyond its end if that is
// enough.
func (s *Service) ahead(ctx context.Context, found *Found, c cut) ([]place, error) {
	if c.key == nil {
		return c.byNumber(found.Set), nil
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	if c.after != nil && found.sort == c.sort {
		if i := slices.Index(found.ahead, *c.after); i >= 0 {
			if rest := found.ahead[i+1:]; len(rest) >= c.n || found.ended {
				return rest[:min(len(rest), c.n)], nil
			}
		}
	}
	n := c.n
	c.n = max(n, readAhead)
	all, err := s.cut(ctx, found.Set, c)
	if err != nil {
		return nil, err
	}
	found.sort, found.ahead, found.ended = c.sort, all, len(all) < c.n
	return all[:min(len(all), n)], nil
}

// byNumber reads a page of the set itself.
func (c *cut) byNumber(set *roaring.Bitmap) (out []place) {
	var next func() uint32
	var has func() bool
	if c.down {
		it := set.ReverseIterator()
		next, has = it.Next, it.HasNext
		if c.after != nil {
			low := set.Clone()
			low.RemoveRange(uint64(c.after.Root), 1<<32)
			it = low.ReverseIterator()
			next, has = it.Next, it.HasNext
		}
	} else {
		it := set.Iterator()
		if c.after != nil {
			it.AdvanceIfNeeded(c.after.Root + 1)
		}
		next, has = it.Next, it.HasNext
	}
	for has() && len(out) < c.n {
		root := next()
		out = append(out, place{c.sort, int64(root), root})
	}
	return out
}

// shortlist keeps the first n places that were offered.
type shortlist struct {
	*cut
	list []place
	full bool // list[n-1] is the last that counts, once it was sorted
}

func (l *shortlist) offer(p place) {
	if l.after != nil && l.order(p, *l.after) <= 0 {
		return
	}
	if l.full && l.order(p, l.list[l.n-1]) > 0 {
		return
	}
	if l.list = append(l.list, p); len(l.list) >= 4*l.n {
		slices.SortFunc(l.list, l.order)
		l.list, l.full = l.list[:l.n], true
	}
}

// Sets of lists that are being read.
const (
	maxRemembered = 16
	rememberFor   = time.Minute
)

type remembered struct {
	filter string
	found  *Found
	at     time.Time
}

// remember is the set of a filter: found anew for a first page, for a later one that of the
// first, unless it is forgotten.
func (s *Service) remember(ctx context.Context, f Filter, later bool) (*Found, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, fault.BadField("/rule", "is no JSON")
	}
	name, now := string(raw), s.Clock.Now()
	if later {
		if found := s.recall(name, now); found != nil {
			return found, nil
		}
	}
	found, err := s.Find(ctx, f)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent = slices.DeleteFunc(s.recent, func(r remembered) bool { return r.filter == name || now.Sub(r.at) > rememberFor })
	s.recent = append(s.recent, remembered{name, found, now})
	s.recent = slices.Delete(s.recent, 0, max(0, len(s.recent)-maxRemembered))
	return found, nil
}

func (s *Service) recall(name string, now time.Time) *Found {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.recent {
		if r.filter == name && now.Sub(r.at) <= rememberFor {
			return r.found
		}
	}
	return nil
}
