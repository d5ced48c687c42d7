package tag

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
)

// BulkKind says what an operation on many customers is for.
type BulkKind string

// The kinds.
const (
	ByHand BulkKind = "tags"   // tags put on or taken off
	Rename BulkKind = "rename" // a tag has another label
	Strip  BulkKind = "delete" // a tag is no more
	Spread BulkKind = "spread" // a tag came to the platform: contacts are told
	ByRule BulkKind = "rule"   // a rule tag and its audience differed
)

// BulkState is where an operation stands.
type BulkState string

// The states. A paused one goes on where it stopped.
const (
	Running  BulkState = "running"
	Paused   BulkState = "paused"
	Finished BulkState = "done"
)

// Bulk is one operation on many customers. Customers below Next are done.
type Bulk struct {
	ID        string
	Kind      BulkKind
	Source    string
	Tag       string
	Put, Take []string // labels
	Total     int
	Next      uint64
	Done      int
	Changed   int
	Failed    int
	State     BulkState
	By        string
	CreatedAt time.Time
	UpdatedAt time.Time

	targets *roaring.Bitmap
}

// Failure is a customer whom an operation could not change.
type Failure struct{ Customer, Reason string }

// Batch asks for tags on many customers: those listed, the members of an audience now, who
// matches a rule now, or a set that was found otherwise. Exactly one of the four. Expect,
// unless nil, is the count that somebody confirmed: one that is off by more than one in a
// hundred is a conflict.
type Batch struct {
	Customers []string
	Audience  string
	Rule      json.RawMessage
	People    *roaring.Bitmap
	Source    string // how people were found
	Expect    *int
	Put, Take []string // labels or ids of tags
	By        string
}

// maxListed is how many customers one list may name.
const maxListed = 10_000

// Begin starts an operation. The customers are those of this moment.
func (s *Service) Begin(ctx context.Context, in Batch) (Bulk, error) {
	b := Bulk{Kind: ByHand, By: in.By}
	var err error
	if b.Put, err = s.labels(in.Put, "/add"); err != nil {
		return b, err
	}
	if b.Take, err = s.labels(in.Take, "/remove"); err != nil {
		return b, err
	}
	if len(b.Put)+len(b.Take) == 0 {
		return b, fault.BadField("/add", "wants at least one tag to add or remove")
	}
	failures, err := s.aim(ctx, in, &b)
	if err != nil {
		return b, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.begin(ctx, &b); err != nil {
			return err
		}
		return s.saveFailures(ctx, b.ID, failures)
	})
	return b, err
}

// labels reads what a caller calls tags.
func (s *Service) labels(names []string, pointer string) (out []string, err error) {
	for i, name := range names {
		t := s.known.Load().find("", name)
		switch {
		case name == "" || len(name) > 200:
			return nil, fault.BadField(fmt.Sprintf("%s/%d", pointer, i), "wants 1 to 200 bytes")
		case t == nil:
			out = append(out, name)
		case t.Audience != "":
			return nil, fault.BadField(fmt.Sprintf("%s/%d", pointer, i), "%s is given by its audience alone", t.Label)
		default:
			out = append(out, t.Label)
		}
	}
	return out, nil
}

// aim fills in whom an operation is about, and lists those who do not exist.
func (s *Service) aim(ctx context.Context, in Batch, b *Bulk) (failures []Failure, err error) {
	b.targets = roaring.New()
	n := 0
	for _, given := range []bool{len(in.Customers) > 0, in.Audience != "", len(in.Rule) > 0, in.People != nil} {
		if given {
			n++
		}
	}
	switch {
	case n != 1:
		return nil, fault.BadField("/customers", "wants either customers, or an audience, or a rule, or a filter")
	case in.Audience != "":
		b.Source = "audience " + in.Audience
		b.targets, err = s.members(ctx, in.Audience)
	case len(in.Rule) > 0:
		b.Source = "rule"
		var roots []uint32
		roots, err = s.Audiences.Matching(ctx, in.Rule, s.Clock.Now())
		b.targets.AddMany(roots)
	case in.People != nil:
		b.Source, b.targets = in.Source, in.People.Clone()
	case len(in.Customers) > maxListed:
		return nil, fault.BadField("/customers", "names %d customers; at most %d fit", len(in.Customers), maxListed)
	default:
		b.Source = "list"
		failures = s.listed(in.Customers, b.targets)
	}
	b.Total = int(b.targets.GetCardinality()) + len(failures)
	b.Done, b.Failed = len(failures), len(failures)
	if err == nil {
		err = confirmed(in.Expect, b.Total)
	}
	return failures, err
}

// confirmed refuses a count that is not the one which was shown.
func confirmed(expect *int, n int) error {
	if expect == nil || max(n-*expect, *expect-n)*100 <= *expect {
		return nil
	}
	return fault.New(fault.Conflict, "count_changed", "there are %d customers now, not %d; look again and confirm", n, *expect)
}

func (s *Service) listed(ids []string, targets *roaring.Bitmap) (failures []Failure) {
	seen := map[string]bool{}
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for _, text := range ids {
		ord, err := id.ParseCustomer(text)
		switch {
		case err == nil && ord > 0 && int(ord) <= s.Timeline.Customers():
			targets.Add(s.Timeline.Root(ord))
		case !seen[text]:
			failures = append(failures, Failure{text, "not_found"})
		}
		seen[text] = true
	}
	return failures
}

// members is who is in an audience now.
func (s *Service) members(ctx context.Context, audience string) (*roaring.Bitmap, error) {
	all := roaring.New()
	var after uint32
	for {
		roots, more, err := s.Audiences.Members(ctx, audience, after, 1000)
		if err != nil {
			return nil, err
		}
		all.AddMany(roots)
		if !more || len(roots) == 0 {
			return all, nil
		}
		after = roots[len(roots)-1]
	}
}

// holders is who carries a label now.
func (s *Service) holders(label string) *roaring.Bitmap {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	if set, ok := s.Customers.HasTag(label); ok {
		return set.Clone()
	}
	return roaring.New()
}

// begin stores an operation and its job in ctx's transaction.
func (s *Service) begin(ctx context.Context, b *Bulk) error {
	b.ID, b.State, b.CreatedAt = id.New("tbulk"), Running, s.Clock.Now()
	b.UpdatedAt = b.CreatedAt
	if b.Total == 0 {
		b.Total = int(b.targets.GetCardinality())
	}
	var buf bytes.Buffer
	if _, err := b.targets.WriteTo(&buf); err != nil {
		return err
	}
	if err := s.insertBulk(ctx, *b, buf.Bytes()); err != nil {
		return err
	}
	return s.Jobs.Put(ctx, s.bulkJob(b.ID))
}

func (s *Service) bulkJob(key string) job.Job {
	return job.Job{Kind: bulkKind, Key: key, Due: s.Clock.Now()}
}

// relabel gives who carries the old label the new one.
func (s *Service) relabel(ctx context.Context, t Tag, old, by string) error {
	return s.operate(ctx, Bulk{Kind: Rename, Source: "tag " + old, Tag: t.ID, Put: []string{t.Label}, Take: []string{old}, By: by, targets: s.holders(old)})
}

// strip takes a tag that is no more off who carries it.
func (s *Service) strip(ctx context.Context, t Tag, by string) error {
	return s.operate(ctx, Bulk{Kind: Strip, Source: "tag " + t.Label, Tag: t.ID, Take: []string{t.Label}, By: by, targets: s.holders(t.Label)})
}

// spreadAll tells the platform who carries a tag that it did not have.
func (s *Service) spreadAll(ctx context.Context, t *Tag, by string) error {
	return s.operate(ctx, Bulk{Kind: Spread, Source: "tag " + t.Label, Tag: t.ID, By: by, targets: s.holders(t.Label)})
}

// operate begins an operation unless it is about nobody. Labels change behind our back until
// the change of the definition is known: renames and deletions look again at their end.
func (s *Service) operate(ctx context.Context, b Bulk) error {
	if b.targets.IsEmpty() && b.Kind != Rename && b.Kind != Strip {
		return nil
	}
	return s.begin(ctx, &b)
}

// Pause stops an operation after the batch under way.
func (s *Service) Pause(ctx context.Context, key string) (Bulk, error) {
	return s.turn(ctx, key, Running, Paused)
}

// Resume goes on with a paused operation.
func (s *Service) Resume(ctx context.Context, key string) (Bulk, error) {
	return s.turn(ctx, key, Paused, Running)
}

func (s *Service) turn(ctx context.Context, key string, from, to BulkState) (b Bulk, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		n, err := s.DB.Exec(ctx, updateBulkState, string(to), s.Clock.Now().UnixMilli(), key, string(from))
		if err != nil {
			return err
		}
		if b, err = s.Bulk(ctx, key); err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Precondition, "tag_bulk_state", "the operation is %s", b.State)
		}
		return s.Jobs.Put(ctx, s.bulkJob(key))
	})
	return b, err
}
