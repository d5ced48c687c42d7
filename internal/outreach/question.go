package outreach

import "time"

// Question is a touch that the policy is asked about apart from the ledger: one that a
// replay or a test run would send. Claim.In may be left empty.
type Question struct {
	Claim         Claim
	At            time.Time
	Zone          *time.Location
	Quiet         *Quiet // of the playbook, instead of the brand's; nil: the brand's
	Transactional bool
	Root          uint32
	Given, Known  bool // consent
	Taken         []Taken
}

// Answer is what the policy says. Refuse is "" if the touch may go; with QuietHours it may
// from Until on.
type Answer struct {
	Refuse Reason
	Until  time.Time
	Detail string // the rule that decided
}

// Answer judges a touch as if it were dispatched at q.At and nothing else were planned. It
// reads nothing but its arguments.
func (p Policy) Answer(q Question) Answer {
	t := terms{claim: q.Claim, at: q.At, zone: q.Zone, quiet: q.Quiet, exempt: q.Transactional}
	j := p.judge(t, facts{root: q.Root, given: q.Given, known: q.Known, taken: q.Taken})
	return Answer{Refuse: j.why, Until: j.until, Detail: j.detail}
}
