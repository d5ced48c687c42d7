package sop

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/id"
)

// Installed is a draft that came from the library. It stays what it was however the draft
// changes.
type Installed struct {
	ID       string
	Playbook string // id of the draft
	Key      string
	Version  int // of the library's playbook then
	Industry string
	Lang     string
	Params   json.RawMessage // what was given and found
	Document json.RawMessage
	At       time.Time
	By       string
}

// Update compares an installation with the library of this program.
type Update struct {
	Installed
	Newer   bool // the library says something else now
	Version int  // of the library now
	Changes []flow.Change
}

// Install makes a draft. Nothing is published.
func (s *Service) Install(ctx context.Context, w Wish) (Installed, error) {
	given, err := s.settle(ctx, w.Params)
	if err != nil {
		return Installed{}, err
	}
	if err := s.lib.complete(w, given); err != nil {
		return Installed{}, err
	}
	m, err := s.make(ctx, w, given)
	if err != nil {
		return Installed{}, err
	}
	if err := s.inTime(ctx, m.flow.Definition.Trigger.Schedule); err != nil {
		return Installed{}, err
	}
	maps.DeleteFunc(given, func(name string, _ any) bool { return !slices.Contains(m.used, name) })
	params, err := json.Marshal(given)
	if err != nil {
		return Installed{}, fmt.Errorf("keep parameters: %w", err)
	}
	in := Installed{
		ID: id.New("sop"), Key: w.Key, Version: s.lib.skeletons[w.Key].Version, Industry: w.Industry, Lang: w.Lang, Params: params,
		Document: m.document, At: s.Clock.Now(), By: w.By,
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if in.Playbook, err = s.Drafts.Create(ctx, m.document); err != nil {
			return err
		}
		return s.insertInstall(ctx, in)
	})
	if err != nil {
		return Installed{}, fmt.Errorf("install %s: %w", w.Key, err)
	}
	return in, nil
}

// inTime refuses a campaign whose beginning has passed: it would never start.
func (s *Service) inTime(ctx context.Context, schedule *flow.Schedule) error {
	if schedule == nil || schedule.At == "" && schedule.Until == "" {
		return nil
	}
	b, err := s.Brand(ctx)
	if err != nil {
		return err
	}
	now := s.Clock.Now().In(b.Zone)
	if schedule.At == "" {
		if schedule.Until < now.Format(time.DateOnly) {
			return fault.BadField("/params/week", "is too early: the week ends on %s, which has passed", schedule.Until)
		}
		return nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", schedule.At, b.Zone)
	if err != nil {
		return fmt.Errorf("read the beginning: %w", err)
	}
	if at.Before(now) {
		return fault.BadField("/params/start", "is too early: the playbook begins at %s, which has passed", schedule.At)
	}
	return nil
}

// complete refuses to install what lacks a value that only the operator knows.
func (l *Library) complete(w Wish, given words) error {
	if _, _, err := l.find(w.Key, w.Industry, w.Lang); err != nil {
		return err
	}
	probe := words{}
	for k, v := range given {
		probe[k] = v
	}
	if missing := l.standIn(probe, w); len(missing) > 0 {
		e := fault.New(fault.Invalid, "missing_parameter", "the playbook needs more to be known of the brand")
		e.Fields = missing
		return e
	}
	return nil
}

// Installed is one installation, with what the library says now.
func (s *Service) Installed(ctx context.Context, id string) (Update, error) {
	in, err := s.install(ctx, id)
	if err != nil {
		return Update{}, err
	}
	return s.compare(in)
}

// compare renders the library's text of today with the words of then.
func (s *Service) compare(in Installed) (Update, error) {
	u := Update{Installed: in}
	k := s.lib.skeletons[in.Key]
	if k == nil {
		return u, nil
	}
	u.Version = k.Version
	given, err := remembered(in.Params)
	if err != nil {
		return u, err
	}
	now, _, err := s.lib.render(in.Key, in.Industry, in.Lang, given)
	if fault.Is(err, fault.Invalid) { // it wants to know more than was said then
		u.Newer = true
		return u, nil
	}
	if err != nil {
		return u, err
	}
	u.Changes = flow.Diff(in.Document, now)
	u.Newer = len(u.Changes) > 0
	return u, nil
}

// remembered reads the parameters of an installation; numbers are whole.
func remembered(raw json.RawMessage) (words, error) {
	out := words{}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	for k, v := range out {
		if n, ok := v.(float64); ok {
			out[k] = int64(n)
		}
	}
	return out, nil
}
