package livecode

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
)

// userID is the form of a userid.
var userID = regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,64}$`)

// placeholders are what a remark pattern may hold.
var placeholders = []string{"{name}", "{channel}", "{code}", "{date}"}

// Check says what is wrong with a spec as such: without the directory and the content
// store, which the service asks.
func (s Spec) Check(now time.Time) error {
	c := &checker{}
	s.checkTexts(c)
	s.checkStaff(c)
	s.checkKind(c, now)
	c.faults = append(c.faults, s.Schedule.check(c.users)...)
	if len(c.faults) == 0 {
		return nil
	}
	err := fault.New(fault.Invalid, "invalid", "the live code cannot be like this")
	err.Fields = c.faults
	return err
}

func (s Spec) checkTexts(c *checker) {
	length(c, "/name", s.Name, 1, MaxName)
	length(c, "/channel", s.Channel, 0, MaxName)
	length(c, "/place", s.Place, 0, MaxName)
	length(c, "/remark", s.Remark, 0, 60)
	rest := s.Remark
	for _, p := range placeholders {
		rest = strings.ReplaceAll(rest, p, "")
	}
	if strings.ContainsAny(rest, "{}") {
		c.bad("/remark", "knows %s only", strings.Join(placeholders, " "))
	} else if utf8.RuneCountInString(rest) > MaxRemark {
		c.bad("/remark", "has more than %d characters beside its placeholders", MaxRemark)
	}
	if len(s.Tags) > MaxTags {
		c.bad("/tags", "has more than %d entries", MaxTags)
	}
	for i, tag := range s.Tags {
		at := fmt.Sprintf("/tags/%d", i)
		length(c, at, tag, 1, 61)
		if slices.Contains(s.Tags[:i], tag) {
			c.bad(at, "stands there twice")
		}
	}
}

func length(c *checker, pointer, text string, low, high int) {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	if n < low || n > high || !utf8.ValidString(text) {
		c.bad(pointer, "must have %d to %d characters", low, high)
	}
}

func (s Spec) checkStaff(c *checker) {
	if len(s.Members) == 0 || len(s.Members) > MaxMembers {
		c.bad("/members", "must name 1 to %d staff", MaxMembers)
	}
	capped := false
	for i, m := range s.Members {
		at := fmt.Sprintf("/members/%d", i)
		c.user(at+"/staff", m.User, c.users)
		if m.Weight < 0 || m.Weight > MaxWeight {
			c.bad(at+"/weight", "must be 1 to %d", MaxWeight)
		}
		if m.DailyCap < 0 || m.DailyCap > MaxCap {
			c.bad(at+"/daily_cap", "must be 0 (no cap) to %d", MaxCap)
		}
		capped = capped || m.DailyCap > 0
		c.users = append(c.users, m.User)
	}
	if len(s.Backup) > MaxMembers {
		c.bad("/backup", "has more than %d entries", MaxMembers)
	}
	for i, user := range s.Backup {
		c.user(fmt.Sprintf("/backup/%d", i), user, s.Backup[:i])
	}
	if len(s.Backup) == 0 && (capped || !s.Schedule.IsZero()) {
		c.bad("/backup", "is required with a schedule or a daily cap: somebody must answer when nobody is on duty or all are full")
	}
}

// user checks a userid that must not stand among seen.
func (c *checker) user(pointer, user string, seen []string) {
	switch {
	case !userID.MatchString(user):
		c.bad(pointer, "is not a userid")
	case slices.Contains(seen, user):
		c.bad(pointer, "%s stands there twice", user)
	}
}

func (s Spec) checkKind(c *checker, now time.Time) {
	switch s.Kind {
	case Multi:
	case Single, Temporary:
		if len(s.Members) > 1 {
			c.bad("/members", "a %s code has one member", s.Kind)
		}
	default:
		c.bad("/kind", "must be multi, single or temporary")
	}
	switch {
	case s.Kind != Temporary && !s.ExpiresAt.IsZero():
		c.bad("/expires_at", "is for temporary codes only")
	case s.Kind == Temporary && (!s.ExpiresAt.After(now) || s.ExpiresAt.After(now.Add(MaxTemporary))):
		c.bad("/expires_at", "must be in the next %d days", int(MaxTemporary.Hours())/24)
	}
}
