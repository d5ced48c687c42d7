package link

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/seal"
)

const (
	kindReport = "link.report"
	maxReports = 100_000 // attempts: a click is not given up
	reportSize = 200

	// Same is how long further clicks of one device on one link are the same click.
	Same = 10 * time.Second
	// maxRecent is how many clicks are remembered for that before old ones are dropped.
	maxRecent = 100_000
)

// Click is one visit by a person.
type Click struct {
	Code   string
	At     time.Time
	Device seal.Blind
}

// Visitor is what a request tells of who visits.
type Visitor struct {
	Remote string // address of the client
	Agent  string // User-Agent
}

// Resolve finds where a code leads, from memory if it was opened lately. A link that is
// over is a precondition fault, an unknown code is not_found.
func (s *Service) Resolve(ctx context.Context, code string) (Link, error) {
	code, ok := ParseCode(code)
	if !ok {
		return Link{}, errNoLink
	}
	l, ok := s.known.get(code)
	if !ok {
		var err error
		readAt := s.known.now()
		if l, err = s.selectLink(ctx, code); err != nil {
			return Link{}, err
		}
		s.known.put(l, readAt)
	}
	if !l.Open(s.Clock.Now()) {
		return Link{}, fault.New(fault.Precondition, "link_over", "the link leads nowhere any more")
	}
	return l, nil
}

// Click records a visit to a link and returns when it is written, or with ctx. counted is
// false for a click that is the same as the one before.
func (s *Service) Click(ctx context.Context, code string, v Visitor) (counted bool, err error) {
	c := Click{Code: code, At: s.Clock.Now(), Device: s.Box.Blind("link_device", v.Remote+"\n"+v.Agent)}
	if !s.keeper.recent.first(c) {
		return false, nil
	}
	if err := s.keeper.put(ctx, &work{click: &c}); err != nil {
		return true, fmt.Errorf("record a click: %w", err)
	}
	return true, nil
}

type visit struct {
	code   string
	device seal.Blind
}

// recent knows which device clicked what within the last seconds. The zero value is ready.
type recent struct {
	mu   sync.Mutex
	seen map[visit]time.Time
}

// first says whether no click like this one was counted within Same, and counts it.
func (r *recent) first(c Click) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.seen[visit{c.Code, c.Device}]; ok && c.At.Sub(last) < Same {
		return false
	}
	if len(r.seen) >= maxRecent {
		for v, at := range r.seen {
			if c.At.Sub(at) >= Same {
				delete(r.seen, v)
			}
		}
	}
	if r.seen == nil || len(r.seen) >= maxRecent {
		r.seen = map[visit]time.Time{}
	}
	r.seen[visit{c.Code, c.Device}] = c.At
	return true
}

// recall reads the clicks of the last seconds before a restart.
func (s *Service) recall(ctx context.Context) error {
	return s.eachClick(ctx, s.Clock.Now().Add(-Same), func(c Click) { s.keeper.recent.first(c) })
}

// told is a click with the link it is of.
type told struct {
	seq int64
	Click
	Link
}

// report makes events of the clicks that no event tells of yet.
func (s *Service) report(ctx context.Context, _ job.Job) error {
	for {
		all, err := s.untold(ctx, reportSize)
		if err != nil || len(all) == 0 {
			return err
		}
		evs := make([]*event.Event, len(all))
		for i, c := range all {
			evs[i] = s.event(c)
		}
		if _, err := s.Submit.SubmitEvents(ctx, evs); err != nil {
			return fmt.Errorf("report clicks: %w", err)
		}
		if err := s.markTold(ctx, all); err != nil {
			return err
		}
	}
}

func (s *Service) event(c told) *event.Event {
	at := c.Click.At
	props := map[string]string{"link": c.Click.Code, "url": Plain(c.URL)}
	for key, value := range map[string]string{"playbook": c.Playbook, "step": c.Step, "delivery": c.Delivery, "name": c.Name} {
		if value != "" {
			props[key] = value
		}
	}
	raw, _ := json.Marshal(props) // texts only: no error
	return &event.Event{
		SourceID: s.Source, MessageID: fmt.Sprintf("click/%s/%d/%s", c.Click.Code, at.UnixMilli(), hex.EncodeToString(c.Device[:6])),
		Name: event.LinkClicked, Ord: c.Ord, At: at, ReceivedAt: s.Clock.Now(), Props: raw,
	}
}

// Plain is an address without its query and fragment, which may name a person.
func Plain(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	return u.String()
}
