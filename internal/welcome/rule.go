package welcome

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/page"
)

// Rule says how the new contacts of some staff are greeted. Without staff and departments
// it is the corp's default. A rule that names the member goes before one of a department,
// a near department before one further up, and the default comes last; among equals the
// lower position, then the older rule.
type Rule struct {
	ID          string
	Corp        string
	Name        string
	Staff       []string // userids
	Departments []int64  // with those below
	Position    int
	Greeting    Greeting
	Disabled    bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
	UpdatedBy   string
}

const (
	maxRuleName  = 100
	maxRuleStaff = 5000
)

// Create adds a rule.
func (s *Service) Create(ctx context.Context, r Rule) (Rule, error) {
	r.ID, r.CreatedAt = id.New("wel"), s.Clock.Now()
	return s.put(ctx, r)
}

// Update replaces all of a rule but its corp.
func (s *Service) Update(ctx context.Context, r Rule) (Rule, error) {
	old, err := s.Rule(ctx, r.ID)
	if err != nil {
		return Rule{}, err
	}
	r.Corp, r.CreatedAt = old.Corp, old.CreatedAt
	return s.put(ctx, r)
}

// put checks and writes a rule, and has its media made. Apply makes it count.
func (s *Service) put(ctx context.Context, r Rule) (Rule, error) {
	r.UpdatedAt = s.Clock.Now()
	if err := s.checkRule(ctx, r); err != nil {
		return Rule{}, err
	}
	return r, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.upsertRule(ctx, r); err != nil {
			return err
		}
		if r.Disabled {
			return s.Content.Drop(ctx, ownerOf(r.ID))
		}
		return s.Content.Keep(ctx, ownerOf(r.ID), r.Corp, r.Greeting.all(), use)
	})
}

func ownerOf(ruleID string) string { return "welcome:" + ruleID }

func (s *Service) checkRule(ctx context.Context, r Rule) error {
	var f faults
	if name := strings.TrimSpace(r.Name); name == "" || len(r.Name) > maxRuleName {
		f.add(fault.BadField("/name", "a rule's name has 1 to %d bytes", maxRuleName))
	}
	if len(r.Staff) > maxRuleStaff || slices.Contains(r.Staff, "") {
		f.add(fault.BadField("/staff", "names at most %d userids, none empty", maxRuleStaff))
	}
	corps, err := s.Corps(ctx)
	if err != nil {
		return fmt.Errorf("list corps: %w", err)
	}
	if !slices.Contains(corps, r.Corp) {
		f.add(fault.BadField("/corp", "no corp %q is connected", r.Corp))
	}
	f.add(s.check(ctx, r.Greeting, "/greeting"))
	return f.err()
}

// Rule is one rule.
func (s *Service) Rule(ctx context.Context, ruleID string) (Rule, error) {
	return s.selectRule(ctx, ruleID)
}

// Rules lists the rules of a corp ("" all), in order of making.
func (s *Service) Rules(ctx context.Context, corp, cursor string, limit int) (page.Page[Rule], error) {
	limit = page.Limit(limit)
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Rule]{}, err
	}
	all, err := s.listRules(ctx, corp, after, limit+1)
	if err != nil {
		return page.Page[Rule]{}, err
	}
	return page.Cut(all, limit, func(r Rule) string { return r.ID }), nil
}

// Delete removes a rule.
func (s *Service) Delete(ctx context.Context, ruleID string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.deleteRule(ctx, ruleID); err != nil {
			return err
		}
		return s.Content.Drop(ctx, ownerOf(ruleID))
	})
}
