// Package livecode owns live codes: QR codes whose target can change, so that one printed
// code always leads to somebody who is on duty.
//
// A code has members with weights and daily caps, a weekly schedule with exceptions, backup
// staff, what happens on arrival (tags, a remark, a welcome), and one contact way at the
// platform. The platform picks a member out of the list it was given; the package decides
// the list. It promises:
//
//   - the list holds exactly the members who are on duty, active, below their cap and not
//     ahead of their share; if nobody is, the backup staff (Plan);
//   - an arrival counts once, and the list without a full member follows at once;
//   - the platform is called only when what it shows differs from what it should show, one
//     job per code, so a code that fails never stops another;
//   - a contact way whose making was cut off is found again by its state and adopted; one
//     whose code is known here to be gone is deleted (Collect), and no other: a database
//     restored from a backup spares the codes made since, and does not give their numbers
//     and states to others;
//   - a code that is deleted here is deleted there, and its name stays known, so that
//     contacts keep their provenance.
//
// The life of the contact way of a code:
//
//	absent ──mark, AddContactWay──▶ live ──plan changed──▶ UpdateContactWay ──▶ live
//	   ▲      └─ cut off: look for the state, adopt ─▶ live        │
//	   └── the platform knows it no more: made anew, said so ──────┘
//	live ── code deleted, or its time is over ──▶ DelContactWay ──▶ gone
//
// # Weights
//
// Each arrival gives every eligible member credit for the share of it that was theirs, and
// takes one whole contact from the member it went to. A member is eligible while on duty,
// active and below the cap; so nobody catches up for hours not worked. Whoever is more than
// Tolerance contacts ahead of the eligible member furthest behind leaves the list until all but a quarter
// of that is worked off. In the long run everybody's share is that of their weight, within
// 2 × (Tolerance + 1) contacts whoever the platform picks, and the list changes about once
// in Tolerance arrivals at most.
//
// Not promised: a cap that holds against arrivals which the platform accepts between the
// one that fills a member and the update. The package does not store the contacts
// themselves, does not send welcomes and does not know how often a code was scanned: the
// platform does not tell.
package livecode

import (
	"encoding/json"
	"time"
)

// Kind is what sort of contact way a code is.
type Kind string

// The kinds. A temporary code has one member and an end.
const (
	Multi     Kind = "multi"
	Single    Kind = "single"
	Temporary Kind = "temporary"
)

// Limits of a code. Those of the platform are in characters where not said otherwise.
const (
	MaxMembers   = 100 // of one contact way, and of the backup list
	MaxWeight    = 100
	MaxCap       = 100_000
	MaxName      = 60
	MaxTags      = 20
	MaxRemark    = 20
	MaxTemporary = 14 * 24 * time.Hour
)

// Member is a staff member behind a code.
type Member struct {
	User     string `json:"staff" doc:"userid"`
	Weight   int    `json:"weight,omitempty" minimum:"0" maximum:"100" doc:"share among those on duty; 1 if absent"`
	DailyCap int    `json:"daily_cap,omitempty" minimum:"0" maximum:"100000" doc:"contacts a day in the brand's zone; 0 is no cap"`
}

// weight is the member's share, at least 1.
func (m Member) weight() int64 { return int64(max(m.Weight, 1)) }

// Spec is what an operator says about a code.
type Spec struct {
	Name       string          `json:"name"`
	Channel    string          `json:"channel,omitempty"`
	Place      string          `json:"place,omitempty"` // printed beside the QR code
	Kind       Kind            `json:"kind"`
	ExpiresAt  time.Time       `json:"expires_at,omitzero"` // temporary codes only
	Members    []Member        `json:"members"`
	Schedule   Schedule        `json:"schedule,omitzero"`
	Backup     []string        `json:"backup,omitempty"`
	Tags       []string        `json:"tags,omitempty"`    // put on who arrives: "group/name"
	Remark     string          `json:"remark,omitempty"`  // pattern: {name} {channel} {code} {date}
	Welcome    json.RawMessage `json:"welcome,omitempty"` // content.Content
	SkipVerify bool            `json:"skip_verify"`
}

// Code is a live code.
type Code struct {
	ID        string
	Number    int64
	Corp      string
	State     string // what the platform hands back with a contact
	Batch     string // "" unless made by one
	Spec      Spec
	Remote    Remote
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time // zero: in use
}

// Remote is a code as the platform has it.
type Remote struct {
	ConfigID   string
	QRURL      string
	HasImage   bool      // the QR image is stored
	Shown      []string  // userids that a scan can lead to
	Resting    []string  // members out of the list because they are ahead of their share
	Backup     bool      // the backup staff stand in
	Hash       string    // of what was applied last
	AppliedAt  time.Time // zero: never
	NextAt     time.Time // when the list changes by time alone; zero: never
	Problem    *Problem  // what stands in the way now
	RemadeAt   time.Time // when the platform had lost it and a new QR image was made
	creatingAt time.Time // a creation was begun and its answer not stored
	wanted     int64     // grows with every reason to look at the code again
}

// Problem is why a code is not as it should be, with the remedy.
type Problem struct {
	Code    string    `json:"code"`
	Detail  string    `json:"detail" say:"zh"`
	At      time.Time `json:"at"`
	Retries bool      `json:"retries" doc:"whether it is tried again by itself"`
}

// Gone says whether the code takes no new contacts at now.
func (c *Code) Gone(now time.Time) bool {
	return !c.DeletedAt.IsZero() || c.Spec.Kind == Temporary && !now.Before(c.Spec.ExpiresAt)
}
