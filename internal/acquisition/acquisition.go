// Package acquisition owns customer acquisition links (获客助手): links by which people add a
// member of staff from a web page or an advertisement, and the corp's quota of them.
//
// A link has users and departments, a channel and tags. Its address carries a
// customer_channel of ours, which comes back as the state of the contact: that is its
// provenance. The package promises:
//
//   - one job per link makes the platform's link like ours, and calls only on change;
//   - a link whose making was cut off is looked for before another is made;
//   - a link that lies at the platform and not here is adopted by the nightly pull;
//   - who came through a link and whether they have written is known from contacts and
//     callbacks at once, and from the nightly pull for certain;
//   - managers hear once when the quota is low, used up or about to expire, and again
//     only after it has recovered or grown worse.
//
// A link that somebody deletes at the platform stays here with a problem: it is not made
// again without being asked, since its address would be another.
package acquisition

import (
	"context"
	"time"

	"yutang/internal/clock"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/job"
	"yutang/internal/seal"
)

// Limits of a link.
const (
	MaxName  = 30 // the platform's, in characters
	MaxUsers = 500
	MaxTags  = 20
)

// Spec is what an operator says about a link.
type Spec struct {
	Name        string   `json:"name"`
	Channel     string   `json:"channel,omitempty"`
	Users       []string `json:"users,omitempty"`
	Departments []int64  `json:"departments,omitempty"`
	SkipVerify  bool     `json:"skip_verify"`
	Tags        []string `json:"tags,omitempty"`
}

// Link is an acquisition link.
type Link struct {
	ID        string
	Number    int64
	Corp      string
	LinkID    string // the platform's; "" until it is made there
	State     string // customer_channel
	Spec      Spec
	URL       string // without the channel; "" until it is made
	Adopted   bool   // found at the platform, not made here
	Problem   *Problem
	PulledAt  time.Time
	Counted   Counted
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time

	hash       string
	creatingAt time.Time
	wanted     int64
}

// Counted is what the platform counted of a link in the 30 days before At, which is zero
// until a pull has asked.
type Counted struct {
	Clicks       int64
	NewCustomers int64
	At           time.Time
}

// Address is what customers open: the link with its channel.
func (l Link) Address() string {
	if l.URL == "" {
		return ""
	}
	return l.URL + "?customer_channel=" + l.State
}

// Problem is why a link is not as it should be.
type Problem struct {
	Code    string    `json:"code"`
	Detail  string    `json:"detail" say:"zh"`
	At      time.Time `json:"at"`
	Retries bool      `json:"retries" doc:"whether it is tried again by itself"`
}

// Alarm says what is wrong with a quota.
type Alarm string

// The alarms, from none to worst.
const (
	Fine      Alarm = ""
	Expiring  Alarm = "expiring"
	Low       Alarm = "low"
	Exhausted Alarm = "exhausted"
)

// worse says whether a is worse than b.
func (a Alarm) worse(b Alarm) bool {
	rank := map[Alarm]int{Fine: 0, Expiring: 1, Low: 2, Exhausted: 3}
	return rank[a] > rank[b]
}

// Lot is a part of a quota that expires at one time.
type Lot struct {
	ExpiresAt time.Time `json:"expires_at"`
	Balance   int64     `json:"balance"`
}

// Quota is how many customers may still come through the links of a corp.
type Quota struct {
	Corp     string    `json:"corp"`
	Total    int64     `json:"total"`
	Balance  int64     `json:"balance"`
	Lots     []Lot     `json:"lots"`
	Alarm    Alarm     `json:"alarm,omitempty" enum:"expiring,low,exhausted"`
	AlarmAt  time.Time `json:"alarm_at,omitzero"`
	PulledAt time.Time `json:"pulled_at,omitzero"`
	Problem  string    `json:"problem,omitempty" say:"zh" doc:"why the last pull failed"`
}

// When a quota is low, and when a lot is about to expire.
const (
	lowShare   = 10 // percent of the total
	expirySoon = 7 * 24 * time.Hour
)

// judge says what is wrong with the quota at now.
func (q Quota) judge(now time.Time) Alarm {
	switch {
	case q.Total == 0:
		return Fine
	case q.Balance <= 0:
		return Exhausted
	case q.Balance*100 <= q.Total*lowShare:
		return Low
	}
	for _, lot := range q.Lots {
		if lot.Balance > 0 && lot.ExpiresAt.After(now) && lot.ExpiresAt.Before(now.Add(expirySoon)) {
			return Expiring
		}
	}
	return Fine
}

// TagOrder asks for tags on a contact. See package tag.
type TagOrder struct {
	Corp, User, External string
	Add, Remove          []string
	Why                  string
	At                   time.Time
}

// Tagger puts tags on contacts. The same order twice has the effect of one.
type Tagger interface {
	Put(ctx context.Context, o TagOrder) error
}

// Config is what the service is made of. Tagger may be nil.
type Config struct {
	DB     *db.DB
	Box    *seal.Box
	Clock  clock.Clock
	Jobs   *job.Queue
	Corps  *corp.Service
	Zone   func() *time.Location
	Tagger Tagger
}
