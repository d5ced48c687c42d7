package link

import (
	"context"
	"slices"
	"time"

	"yutang/internal/page"
	"yutang/internal/seal"
)

// Figures are the clicks of one address in one step of a playbook.
type Figures struct {
	Playbook string
	Step     string
	URL      string
	Links    int // made: one for each message
	Opened   int // of these, clicked at least once
	Clicks   int
	People   int // customers, each once however many records and messages
}

// Stats sums the links of playbooks by step and address; playbook and step "" are all.
func (s *Service) Stats(ctx context.Context, playbook, step string) ([]Figures, error) {
	out, hashes, err := s.selectFigures(ctx, playbook, step)
	if err != nil {
		return nil, err
	}
	at := map[[3]string]int{}
	for i, f := range out {
		at[[3]string{f.Playbook, f.Step, string(hashes[i][:])}] = i
	}
	people := make([]map[uint32]bool, len(out))
	err = s.eachOpener(ctx, playbook, step, func(playbook, step string, target []byte, ord uint32) {
		i, ok := at[[3]string{playbook, step, string(target)}]
		if !ok {
			return // clicked since
		}
		if people[i] == nil {
			people[i] = map[uint32]bool{}
		}
		people[i][ord] = true
	})
	if err != nil {
		return nil, err
	}
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for i, ords := range people {
		roots := map[uint32]bool{}
		for ord := range ords {
			roots[s.Timeline.Root(ord)] = true
		}
		out[i].People = len(roots)
	}
	return out, nil
}

// Opener is a customer behind the clicks: one message's link.
type Opener struct {
	Customer uint32 // the survivor of merges; 0 a link for anybody
	Link
}

// Openers pages through the links of a playbook's step that were clicked, the latest click
// first.
func (s *Service) Openers(ctx context.Context, playbook, step, cursor string, limit int) (page.Page[Opener], error) {
	limit = page.Limit(limit)
	last := place{At: 1<<63 - 1}
	if _, err := page.After(cursor, &last); err != nil {
		return page.Page[Opener]{}, err
	}
	all, err := s.listOpened(ctx, playbook, step, last, limit+1)
	if err != nil {
		return page.Page[Opener]{}, err
	}
	out := make([]Opener, len(all))
	s.Timeline.RLock()
	for i, l := range all {
		out[i].Link = l
		if l.Ord != 0 {
			out[i].Customer = s.Timeline.Root(l.Ord)
		}
	}
	s.Timeline.RUnlock()
	return page.Cut(out, limit, func(o Opener) place { return place{o.LastAt.UnixMilli(), o.Code} }), nil
}

// place is where a list stopped.
type place struct {
	At   int64  `json:"a"`
	Code string `json:"c"`
}

// List pages through the links that people made, newest first.
func (s *Service) List(ctx context.Context, cursor string, limit int) (page.Page[Link], error) {
	limit = page.Limit(limit)
	last := place{At: 1<<63 - 1}
	if _, err := page.After(cursor, &last); err != nil {
		return page.Page[Link]{}, err
	}
	all, err := s.readLinks(ctx, listMade, last.At, last.Code, limit+1)
	if err != nil {
		return page.Page[Link]{}, err
	}
	return page.Cut(all, limit, func(l Link) place { return place{l.CreatedAt.UnixMilli(), l.Code} }), nil
}

// Clicked is one click of a link.
type Clicked struct {
	Seq    int64
	At     time.Time
	Device seal.Blind // tells devices apart and nothing else
}

// Clicks pages through the clicks of a link, newest first.
func (s *Service) Clicks(ctx context.Context, code, cursor string, limit int) (page.Page[Clicked], error) {
	limit = page.Limit(limit)
	before := int64(1<<63 - 1)
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Clicked]{}, err
	}
	if _, err := s.Get(ctx, code); err != nil {
		return page.Page[Clicked]{}, err
	}
	all, err := s.listClicks(ctx, code, before, limit+1)
	if err != nil {
		return page.Page[Clicked]{}, err
	}
	return page.Cut(all, limit, func(c Clicked) int64 { return c.Seq }), nil
}

// Devices is how many devices clicked each of some links; of those that nobody clicked
// nothing is said.
func (s *Service) Devices(ctx context.Context, codes []string) (map[string]int, error) {
	out := map[string]int{}
	for some := range slices.Chunk(codes, deviceChunk) {
		if err := s.countDevices(ctx, some, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}
