package sop

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

const (
	maxParam  = 500 // bytes of a text
	maxListed = 1000
	massSend  = "wecom_mass"
	channelOf = "channel" // of Param.From: the account of the parameter channel
)

// ahead is how far off a campaign is if nobody says when.
const ahead = 14 * 24 * time.Hour

var (
	timePattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	datePattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// settle takes what was given, checks it, and adds what the system knows.
func (s *Service) settle(ctx context.Context, given map[string]json.RawMessage) (words, error) {
	out := words{}
	var fields []fault.Field
	for name, raw := range given {
		p, ok := s.lib.param(name)
		if !ok {
			fields = append(fields, fault.Field{Pointer: "/params/" + name, Detail: "there is no such parameter; the list says which there are"})
			continue
		}
		v, detail := p.take(raw)
		if detail != "" {
			fields = append(fields, fault.Field{Pointer: "/params/" + name, Detail: detail})
			continue
		}
		out[name] = v
	}
	if len(fields) > 0 {
		slices.SortFunc(fields, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
		e := fault.New(fault.Invalid, "invalid_parameter", "the parameters cannot be used")
		e.Fields = fields
		return nil, e
	}
	return out, s.found(ctx, out)
}

// take reads a value of the parameter's kind, or says what would be right.
func (p Param) take(raw json.RawMessage) (any, string) {
	switch p.Kind {
	case "number":
		var v float64
		if json.Unmarshal(raw, &v) != nil || v < 0 || v > 9999 || v != math.Trunc(v) {
			return nil, "must be a whole number of at least 0 and at most 9999"
		}
		return int64(v), ""
	case "list":
		var v []string
		if json.Unmarshal(raw, &v) != nil || len(v) > maxListed {
			return nil, "must be a list of texts"
		}
		return listed(v), ""
	case "integers":
		var v []int64
		if json.Unmarshal(raw, &v) != nil || len(v) > maxListed {
			return nil, "must be a list of numbers"
		}
		return listed(v), ""
	}
	var v string
	if json.Unmarshal(raw, &v) != nil || len(v) > maxParam {
		return nil, fmt.Sprintf("must be a text of at most %d bytes", maxParam)
	}
	if strings.Contains(v, "{{") || strings.Contains(v, "{%") {
		return nil, "is a plain text, without {{ and {%"
	}
	return v, p.shape(v)
}

// shape says what is wrong with the form of a text, "" nothing.
func (p Param) shape(v string) string {
	switch {
	case p.Kind == "time" && !timePattern.MatchString(v):
		return `must be a time of day such as "20:00"`
	case p.Kind == "date" && !datePattern.MatchString(v):
		return `must be a day such as "2026-11-11"`
	case p.Needed && strings.TrimSpace(v) == "":
		return "is needed"
	}
	return ""
}

func listed[T any](from []T) []any {
	out := make([]any, len(from))
	for i, v := range from {
		out[i] = v
	}
	return out
}

// found adds what the system knows and nobody has said.
func (s *Service) found(ctx context.Context, out words) error {
	b, err := s.Brand(ctx)
	if err != nil {
		return fmt.Errorf("read the brand: %w", err)
	}
	for _, p := range s.lib.params {
		if _, ok := out[p.Name]; ok {
			continue
		}
		switch {
		case p.From == "brand":
			out[p.Name] = b.Name
		case p.From == "host":
			if err := s.host(ctx, out); err != nil {
				return err
			}
		case p.From != "":
			if err := s.only(ctx, p, out); err != nil {
				return err
			}
		}
	}
	return dates(out, s.Clock.Now().In(b.Zone))
}

// host fills in who is responsible in the corp.
func (s *Service) host(ctx context.Context, out words) error {
	corp, _ := out["corp"].(string)
	if corp == "" {
		return nil
	}
	user, err := s.Host(ctx, corp)
	if err != nil {
		return fmt.Errorf("find who is responsible at %s: %w", corp, err)
	}
	if user != "" {
		out["host"] = user
	}
	return nil
}

// only fills an account in if its channel has just one.
func (s *Service) only(ctx context.Context, p Param, out words) error {
	from := p.From
	if from == channelOf {
		if from, _ = out[channelOf].(string); from == "" {
			from = massSend
		}
	}
	list, err := s.Endpoints(ctx, from)
	if err != nil {
		return fmt.Errorf("list accounts of %s: %w", from, err)
	}
	if len(list) == 1 {
		out[p.Name] = list[0].ID
	}
	return nil
}

// Days of a campaign around its day, as the skeletons name them.
var around = map[string]int{"day_before_3": -3, "day_before_2": -2, "day_before_1": -1, "day_after_1": 1}

// week works out the week of a calendar: from a Monday to its Sunday.
func week(out words, now time.Time) error {
	given, _ := out["week"].(string)
	if given == "" {
		given = now.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	day, err := time.ParseInLocation(time.DateOnly, given, now.Location())
	if err != nil {
		return fault.BadField("/params/week", `must be a day such as "2026-11-09"`)
	}
	day = day.AddDate(0, 0, (int(time.Monday)-int(day.Weekday())+7)%7)
	out["week"], out["week_until"] = day.Format(time.DateOnly), day.AddDate(0, 0, 6).Format(time.DateOnly)
	return nil
}

// dates works out the days around the day of a campaign.
func dates(out words, now time.Time) error {
	if err := week(out, now); err != nil {
		return err
	}
	given, _ := out["start"].(string)
	if given == "" {
		given = now.Add(ahead).Format(time.DateOnly)
	}
	day, err := time.ParseInLocation(time.DateOnly, given, now.Location())
	if err != nil {
		return fault.BadField("/params/start", `must be a day such as "2026-11-11"`)
	}
	out["start"] = given
	for name, days := range around {
		out[name] = day.AddDate(0, 0, days).Format(time.DateOnly)
	}
	return nil
}
