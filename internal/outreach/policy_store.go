package outreach

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// consent is what an event said about a channel.
type consent struct {
	ord     uint32
	channel string
	given   bool
	at      int64
	seq     uint64
}

// anyChannel stands for all channels.
const anyChannel = "*"

// readConsent reads the property channel; without one every channel is meant.
func readConsent(ev *event.Event, leaf uint32) (c consent, ok bool) {
	c = consent{
		ord: leaf, channel: anyChannel, given: ev.Name == event.ConsentGiven, at: ev.At.UnixMilli(), seq: ev.Seq,
	}
	channel := gjson.GetBytes(ev.Props, "channel").String()
	if len(channel) > 64 || strings.ContainsFunc(channel, unicode.IsControl) {
		return c, !c.given // of a channel that cannot be read, only a no is understood
	}
	if channel != "" {
		c.channel = strings.ToLower(channel)
	}
	return c, true
}

const upsertConsent = `INSERT INTO consent (ord, channel, given, at, seq) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (ord, channel) DO UPDATE SET given = excluded.given, at = excluded.at, seq = excluded.seq
	WHERE excluded.at > consent.at OR (excluded.at = consent.at AND excluded.seq > consent.seq)`

// saveConsents keeps the newest word by event time: a late event does not overwrite.
func (s *Service) saveConsents(ctx context.Context, news []consent) error {
	for _, c := range news {
		if _, err := s.DB.Exec(ctx, upsertConsent, int64(c.ord), c.channel, c.given, c.at, int64(c.seq)); err != nil {
			return err
		}
	}
	return nil
}

// word is the newest word on a consent heard so far.
type word struct {
	given, known bool
	at           int64
}

// hear takes in a word. Of two words at one moment the careful one counts.
func (w *word) hear(given bool, at int64) {
	switch {
	case !w.known || at > w.at:
		w.given, w.known, w.at = given, true, at
	case at == w.at:
		w.given = w.given && given
	}
}

// Consent is the newest word of a customer, over all of its records, on a channel.
func (s *Service) Consent(ctx context.Context, leaves []timeline.Ord, channel string) (given, known bool, err error) {
	of := map[uint32][]int{}
	for _, leaf := range leaves {
		of[leaf] = []int{0}
	}
	words, err := s.learnConsent(ctx, spansOf(of), of)
	if err != nil {
		return false, false, fmt.Errorf("read consent: %w", err)
	}
	given, known = words.on(0, channel)
	return given, known, nil
}

const (
	selectSettings = `SELECT name, value FROM outreach_setting`
	upsertSetting  = `INSERT INTO outreach_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
	deleteSetting  = `DELETE FROM outreach_setting WHERE name = $1`
)

// loadSettings reads the policy and whether sending is held.
func (s *Service) loadSettings(ctx context.Context) error {
	values := map[string]string{}
	err := s.DB.Each(ctx, selectSettings, nil, func(rows *sql.Rows) error {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		values[name] = value
		return nil
	})
	if err != nil {
		return fmt.Errorf("load outreach settings: %w", err)
	}
	policy := DefaultPolicy
	if v, ok := values["policy"]; ok {
		policy = Policy{}
		if err := json.Unmarshal([]byte(v), &policy); err != nil {
			return fmt.Errorf("load outreach policy: %w", err)
		}
	}
	s.policy.Store(&policy)
	s.held.Store(nil)
	if v, ok := values["held"]; ok {
		var h Hold
		if err := json.Unmarshal([]byte(v), &h); err != nil {
			return fmt.Errorf("load whether sending is held: %w", err)
		}
		s.held.Store(&h)
	}
	return nil
}

func (s *Service) saveSetting(ctx context.Context, name string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("save outreach setting %s: %w", name, err)
	}
	_, err = s.DB.Exec(ctx, upsertSetting, name, string(raw))
	return err
}

// Policy is the policy in force.
func (s *Service) Policy() Policy { return *s.policy.Load() }

// SetPolicy replaces the policy. It holds for every touch not yet dispatched.
func (s *Service) SetPolicy(ctx context.Context, p Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if p.Consent == nil {
		p.Consent = map[string]ConsentNeed{}
	}
	if err := s.saveSetting(ctx, "policy", p); err != nil {
		return err
	}
	s.policy.Store(&p)
	return nil
}
