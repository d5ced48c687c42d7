package contact

import (
	"bytes"
	"context"
	"slices"
	"time"

	"yutang/internal/db"
	"yutang/internal/job"
)

// touch is news about one relation, before it is weighed against what we hold.
type touch struct {
	user, external string
	origin         string
	facts          []fact
	code           string // of an addition
	welcome        bool
	seen           *Seen     // what the platform says the relation is now
	absent         bool      // the platform does not list it
	asOf           time.Time // when the platform said so
	editedAt       time.Time // when a member changed details; zero: when it was noticed
}

// change is a touch with what it comes to.
type change struct {
	touch
	before, after   row
	was, is         shape
	steps           []fact // news
	edited          bool   // details that were known have changed
	tagged          bool   // tags became known or have changed
	touched, filled bool   // the row changes; only by details that were not known yet
}

// Drift counts the differences that a pull found, by kind.
type Drift map[string]int

// The kinds of drift.
const (
	DriftMissing = "missing" // listed there, unknown or ended here
	DriftEnded   = "ended"   // active here, not listed there
	DriftReadded = "readded" // ended and added again unnoticed
	DriftChanged = "changed" // other tags, remark or way of adding
	DriftPerson  = "person"  // another name, union id or gender
)

// Add puts other's counts to d's.
func (d Drift) Add(other Drift) {
	for k, n := range other {
		d[k] += n
	}
}

// apply weighs touches of one corp, each of another relation, and makes what follows
// lasting: events first, then rows with jobs and news, then subscribers.
func (s *Service) apply(ctx context.Context, corp string, touches []touch, jobs ...job.Job) (Drift, error) {
	externals := make([]string, len(touches))
	for i, t := range touches {
		externals[i] = t.external
	}
	w, items, err := s.applyLocked(ctx, corp, externals, touches, jobs)
	if err != nil {
		return nil, err
	}
	s.tell(ctx, items)
	return w.drift, nil
}

func (s *Service) applyLocked(ctx context.Context, corp string, externals []string, touches []touch, jobs []job.Job) (*work, []newsItem, error) {
	defer s.lock(corp, externals)()
	w := &work{Service: s, corp: corp, now: s.Clock.Now(), drift: Drift{}, whences: map[string]Provenance{}}
	var err error
	if w.known, err = s.known(ctx, corp, externals); err != nil {
		return nil, nil, err
	}
	for _, t := range touches {
		w.weigh(ctx, t)
	}
	if len(w.changes) == 0 {
		return w, nil, s.Jobs.Put(ctx, jobs...)
	}
	if err := w.meet(ctx); err != nil {
		return nil, nil, err
	}
	if err := w.submit(ctx); err != nil {
		return nil, nil, err
	}
	items, err := w.store(ctx, jobs)
	return w, items, err
}

// work is one apply under way.
type work struct {
	*Service
	corp    string
	now     time.Time
	known   known
	changes []*change
	people  []*person
	drift   Drift
	whences map[string]Provenance
}

// weigh works out what a touch changes.
func (w *work) weigh(ctx context.Context, t touch) {
	before := w.known.relation(w.corp, t.user, t.external)
	c := &change{touch: t, before: before, after: before}
	c.was = before.history.fold()
	w.judge(c)
	h := before.history
	for _, f := range c.facts {
		more, fresh := h.with(f)
		h, c.touched = more, c.touched || fresh
	}
	c.is = h.fold()
	c.steps = h.news(c.was, c.is)
	c.after.history = h.tell(c.steps)
	w.reshape(ctx, c)
	if c.seen != nil && (c.is.state.Alive() || c.was.state == c.is.state) {
		w.detail(ctx, c)
	}
	if c.touched {
		c.after.ChangedAt = w.now
		w.changes = append(w.changes, c)
	}
}

// judge turns what the platform lists, or does not, into facts, and counts the drift.
func (w *work) judge(c *change) {
	asOf := c.asOf.UnixMilli()
	switch {
	case c.absent:
		settled := c.was.state == Active && c.was.added <= asOf-listingLag
		if settled || c.overdue(asOf) {
			c.facts = append(c.facts, fact{asOf, markGone})
			w.drift[DriftEnded]++
		}
	case c.seen != nil:
		at := c.seen.AddedAt.UnixMilli()
		switch {
		case c.was.state == "" || c.overdue(asOf):
			c.facts = append(c.facts, fact{max(at, c.was.added), markFound})
			w.drift[DriftMissing]++
		case c.was.state == Active && at > c.was.added+sameAddition:
			c.facts = append(c.facts, fact{at - 1, markGone}, fact{at, markFound})
			w.drift[DriftReadded]++
		case c.was.state.Alive():
		case c.was.last == markGone || at > c.was.ended || (at == c.was.ended && asOf > at+listingLag):
			c.facts = append(c.facts, fact{max(at, c.was.ended+1), markFound})
			w.drift[DriftMissing]++
		}
	}
}

// listingLag is how long the platform's lists may trail behind its events.
const listingLag = 30_000

// halfLife is how long a half-added relation is left to callbacks. Lists do not tell it from
// an active one; after that they decide all the same.
const halfLife = 24 * 60 * minuteMS

// overdue says that a half-added relation has waited for the member long enough.
func (c *change) overdue(asOf int64) bool { return c.was.state == Half && asOf-c.was.added > halfLife }

// reshape puts the fold into the row. A new addition has a provenance of its own.
func (w *work) reshape(ctx context.Context, c *change) {
	if !c.touched {
		return
	}
	a := &c.after
	a.State, a.Count, a.AddedAt, a.EndedAt = c.is.state, c.is.count, db.Moment(c.is.added), db.Moment(c.is.ended)
	code := c.code
	if c.seen != nil && code == "" {
		code = c.seen.State
	}
	newest := len(c.is.steps) > 0 && slices.Contains(c.facts, c.is.steps[len(c.is.steps)-1])
	confirmed := c.was.state == Half && code == "" // the half addition said where it comes from
	if newest && c.is.state.Alive() && !confirmed {
		w.trace(ctx, a, code)
	}
}

// trace sets where a relation comes from.
func (w *work) trace(ctx context.Context, r *row, code string) {
	p, known := w.whences[code]
	if !known {
		p = w.whence(ctx, w.corp, code)
		w.whences[code] = p
	}
	r.Code, r.Channel, r.CodeID, r.CodeName = code, p.Channel, p.CodeID, p.CodeName
}

// detail puts what the platform says of the relation into the row.
func (w *work) detail(ctx context.Context, c *change) {
	digest := w.digest(c.external, c.seen)
	known := len(c.before.digest) > 0
	if bytes.Equal(digest, c.before.digest) || (known && c.before.ChangedAt.After(c.asOf)) {
		return
	}
	a := &c.after
	if c.seen.State != "" && a.Code == "" {
		w.trace(ctx, a, c.seen.State)
	}
	if a.Channel == "" {
		a.Channel = wayChannel(c.seen.AddWay)
	}
	tags := slices.Sorted(slices.Values(c.seen.Tags))
	same := slices.Equal(tags, a.Tags)
	changed := !same || a.Remark != c.seen.Remark || a.Description != c.seen.Description ||
		a.Company != c.seen.Company || !slices.Equal(a.Mobiles, c.seen.Mobiles)
	c.edited, c.tagged = known && changed, !same
	if c.edited && !slices.ContainsFunc(c.steps, func(f fact) bool { return !f.mark.ends() }) {
		w.drift[DriftChanged]++
	}
	a.AddWay, a.Tags, a.digest = c.seen.AddWay, tags, digest
	a.Remark, a.Description, a.Company, a.Mobiles = c.seen.Remark, c.seen.Description, c.seen.Company, c.seen.Mobiles
	c.touched, c.filled = true, !known
}

// store writes all rows, jobs and news in one transaction.
func (w *work) store(ctx context.Context, jobs []job.Job) ([]newsItem, error) {
	rows := make([]row, len(w.changes))
	for i, c := range w.changes {
		rows[i] = c.after
	}
	all := make([]told, len(w.people))
	for i, p := range w.people {
		all[i] = p.told
	}
	var items []newsItem
	err := w.commits.inTx(ctx, w.DB, func(ctx context.Context) error {
		if err := w.save(ctx, rows); err != nil {
			return err
		}
		if err := w.saveTold(ctx, all); err != nil {
			return err
		}
		var err error
		if items, err = w.keepNews(ctx, w.transitions()); err != nil {
			return err
		}
		return w.Jobs.Put(ctx, jobs...)
	})
	return items, err
}

// transitions lists what subscribers should hear: what made each relation what it is
// now, not what something newer has overtaken.
func (w *work) transitions() []Transition {
	var out []Transition
	for _, c := range w.changes {
		if f, ok := c.newest(); ok {
			out = append(out, Transition{
				Contact: c.after.Contact, Kind: kindOf[f.mark], At: db.Moment(f.at), Origin: c.origin,
				WelcomeCode: c.welcome && !f.mark.ends(), OldTags: c.before.Tags,
			})
		} else if c.edited || c.tagged {
			out = append(out, Transition{Contact: c.after.Contact, Kind: Edited, At: w.editTime(c), Origin: c.origin, OldTags: c.before.Tags})
		}
	}
	return out
}

// newest is the news that made the relation what it is now.
func (c *change) newest() (fact, bool) {
	if len(c.steps) == 0 {
		return fact{}, false
	}
	f := c.steps[len(c.steps)-1]
	return f, f == c.is.steps[len(c.is.steps)-1]
}

func (w *work) editTime(c *change) time.Time {
	if !c.editedAt.IsZero() {
		return c.editedAt
	}
	return w.now
}
