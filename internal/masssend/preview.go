package masssend

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/outreach"
	"yutang/internal/page"
)

// Preview says who will get a message and who will not. It holds for the moment it was
// made; the policy is asked again when the message goes.
type Preview struct {
	At       time.Time // the moment of sending it was made for
	Total    int       // customers or groups of the target
	Gets     int
	Later    int // of those: after quiet hours
	Shared   int // of those: contacts of several members, of whom one is asked
	Calls    int // requests that will be made
	Refused  []Refused
	Staff    []Asked
	Platform int // messages that a customer may get in the period
	Arms     []ArmCount
}

// Refused is how many do not get it for one reason, with the first of them.
type Refused struct {
	Reason outreach.Reason
	Count  int
	Sample []string // customer ids or chat ids
}

// ArmCount is how many customers have an arm of the send's experiment: a variant, or control
// for those held out.
type ArmCount struct {
	Arm   string
	Count int
}

// Asked is one member and to how many customers or groups they will be asked to send.
type Asked struct {
	Staff string
	Count int
}

// sampleSize is how many of each reason a preview names.
const sampleSize = 20

// Preview asks everybody in the target of a send, without sending.
func (s *Service) Preview(ctx context.Context, x Send) (Preview, error) {
	p := Preview{At: maxTime(x.ScheduledAt, s.Clock.Now())}
	k, err := s.Corp(ctx, x.Corp)
	if err != nil {
		return p, err
	}
	_, _, p.Platform = period(k.Settings.Quota, p.At)
	sum := summary{calls: map[asking]int{}, staff: map[string]int{}, refused: map[outreach.Reason]*Refused{}}
	for _, a := range x.arms() {
		if a.Share > 0 {
			p.Arms = append(p.Arms, ArmCount{Arm: a.Name})
		}
	}
	if x.Chat == Group {
		chats, err := s.decideChats(ctx, x, p.At)
		if err != nil {
			return p, err
		}
		for _, d := range chats {
			sum.add(&p, d.refuse == "", asking{staff: d.Owner}, d.refuse, d.ID)
		}
	} else {
		err := s.choose(ctx, x, p.At, position{}, func(batch []Candidate, _ position) (bool, error) {
			for _, c := range batch {
				sum.add(&p, c.Gets(), asking{c.Staff, c.variant, c.Due}, c.Refuse, id.Customer(c.Ord))
				if i := slices.IndexFunc(p.Arms, func(a ArmCount) bool { return a.Arm == c.Arm }); i >= 0 {
					p.Arms[i].Count++
				}
				if c.Gets() && c.Refuse != "" {
					p.Later++
				}
				if c.Gets() && c.Relations > 1 {
					p.Shared++
				}
			}
			return true, ctx.Err()
		})
		if err != nil {
			return p, err
		}
	}
	sum.fill(&p)
	return p, nil
}

// summary gathers a preview.
type summary struct {
	calls   map[asking]int
	staff   map[string]int
	refused map[outreach.Reason]*Refused
}

// asking is what the customers of one call have in common.
type asking struct {
	staff   string
	variant int
	due     time.Time
}

func (m *summary) add(p *Preview, gets bool, by asking, why outreach.Reason, who string) {
	p.Total++
	if gets {
		p.Gets++
		m.staff[by.staff]++
		m.calls[by]++
		return
	}
	r := m.refused[why]
	if r == nil {
		r = &Refused{Reason: why}
		m.refused[why] = r
	}
	r.Count++
	if len(r.Sample) < sampleSize {
		r.Sample = append(r.Sample, who)
	}
}

func (m *summary) fill(p *Preview) {
	for staff, n := range m.staff {
		p.Staff = append(p.Staff, Asked{staff, n})
	}
	for _, n := range m.calls {
		p.Calls += (n + maxPerCall - 1) / maxPerCall
	}
	slices.SortFunc(p.Staff, func(a, b Asked) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Staff, b.Staff))
	})
	for _, r := range m.refused {
		p.Refused = append(p.Refused, *r)
	}
	slices.SortFunc(p.Refused, func(a, b Refused) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
}

// PreviewFilter narrows a list of candidates: those who get it, or those refused for a
// reason; of one member.
type PreviewFilter struct {
	Gets   bool
	Reason outreach.Reason // with Gets false: "" is all
	Staff  string
	Cursor string
	Limit  int
}

func (f PreviewFilter) wants(c Candidate) bool {
	if f.Staff != "" && c.Staff != f.Staff {
		return false
	}
	if f.Gets {
		return c.Gets()
	}
	return !c.Gets() && (f.Reason == "" || c.Refuse == f.Reason)
}

// PreviewList lists the customers of a send that is not prepared yet.
func (s *Service) PreviewList(ctx context.Context, x Send, f PreviewFilter) (out page.Page[Candidate], err error) {
	var cursor string
	if _, err := page.After(f.Cursor, &cursor); err != nil {
		return out, err
	}
	from, err := readPosition(cursor)
	if err != nil {
		return out, fault.BadField("cursor", "is not one that a page gave")
	}
	limit := page.Limit(f.Limit)
	out.Items = []Candidate{}
	err = s.choose(ctx, x, maxTime(x.ScheduledAt, s.Clock.Now()), from, func(batch []Candidate, next position) (bool, error) {
		for _, c := range batch {
			if !f.wants(c) {
				continue
			}
			if len(out.Items) == limit {
				last := out.Items[limit-1]
				out.Next = page.Cursor(position{rest: last.Refuse == outreach.NoContact, ord: last.Ord}.String())
				return false, nil
			}
			out.Items = append(out.Items, c)
		}
		return true, ctx.Err()
	})
	return out, err
}

// Progress is how far a send has come.
type Progress struct {
	Counts   []outreach.Count // deliveries by state and reason; empty for groups
	Chats    []outreach.Count // groups by state and reason
	Staff    []StaffProgress
	Variants []VariantProgress
}

// VariantProgress is what became of one variant.
type VariantProgress struct {
	Name                              string
	Calls                             int
	Size, Accepted, Rejected, Expired int
}

func (p *VariantProgress) add(c Call) {
	p.Calls++
	p.Size, p.Accepted, p.Rejected, p.Expired = p.Size+c.Size, p.Accepted+c.Accepted, p.Rejected+c.Rejected, p.Expired+c.Expired
}

// StaffProgress is what one member was asked and did. Confirmed is zero until all of the
// member's calls are confirmed.
type StaffProgress struct {
	Staff     string
	Calls     int
	Open      int // calls not at their end
	Size      int
	Accepted  int
	Rejected  int
	Expired   int
	Reminded  int
	Confirmed time.Time
}

// Progress tells how far a send has come, by member.
func (s *Service) Progress(ctx context.Context, key string) (p Progress, err error) {
	x, err := s.Get(ctx, key)
	if err != nil {
		return p, err
	}
	if x.Chat == Group {
		p.Chats, err = s.chatCounts(ctx, key)
	} else {
		p.Counts, err = s.Ledger.Counts(ctx, key)
	}
	if err != nil {
		return p, err
	}
	all, err := s.calls(ctx, selectCalls, key, 0, maxCalls)
	if err != nil {
		return p, err
	}
	of := map[string]int{}
	for _, v := range x.Variants {
		p.Variants = append(p.Variants, VariantProgress{Name: v.Name})
	}
	for _, c := range all {
		if c.Variant > 0 && c.Variant <= len(p.Variants) {
			p.Variants[c.Variant-1].add(c)
		}
		i, ok := of[c.Staff]
		if !ok {
			i = len(p.Staff)
			of[c.Staff] = i
			p.Staff = append(p.Staff, StaffProgress{Staff: c.Staff, Confirmed: c.ConfirmedAt})
		}
		p.Staff[i].add(c)
	}
	return p, nil
}

func (p *StaffProgress) add(c Call) {
	p.Calls++
	p.Size, p.Accepted, p.Rejected, p.Expired = p.Size+c.Size, p.Accepted+c.Accepted, p.Rejected+c.Rejected, p.Expired+c.Expired
	p.Reminded += len(c.Reminded)
	if c.State != CallDone && c.State != CallDropped {
		p.Open++
	}
	if c.ConfirmedAt.IsZero() {
		p.Confirmed = time.Time{}
	} else if !p.Confirmed.IsZero() {
		p.Confirmed = maxTime(p.Confirmed, c.ConfirmedAt)
	}
}
