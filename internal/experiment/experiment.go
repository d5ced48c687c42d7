// Package experiment owns who was assigned to which arm of which experiment, and what
// came of it.
//
//	first exposure ──▶ running ── Stop ──▶ stopped ── Decide ──▶ decided
//	                      ▲                   │
//	                      └────── Resume ─────┘
//
// An experiment is known by its name: PLAYBOOK/STEP for the steps of playbooks or a name
// that the definition gives, SEND/ID for a mass send, Global for the brand's holdout. It
// exists from its first exposure, or from when somebody declares or sets it.
//
// Promises. The first exposure of a customer record to an experiment stays for good, and
// is written in the transaction of what caused it. Every result is by intention to treat:
// a customer counts in the arm of their first exposure, whatever reached them. All records
// of a person count once. Somebody whom a merge of records puts into two arms is left out,
// and counted as such. Exposures from before an erasure do not count. Amounts are those of
// the order ledger, to the cent.
//
// The package draws no arms: whoever acts does, and tells it. It does not judge what is
// worth testing. The mathematics is in package stat.
package experiment

import (
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// Exposure is that a customer was assigned to an arm, at the moment when it first made a
// difference.
type Exposure struct {
	Experiment string
	Arm        string
	Ord        uint32 // the customer's record
	Cluster    string // member of staff, department or store that was drawn; "" the customer was
	At         time.Time
	Origin     string  // playbook or mass send
	Share      float64 // planned share of the arm, percent; 0 unknown
}

// Global is the name of the brand's holdout; another salt of the policy makes another
// experiment, global/SALT.
const Global = outreach.GlobalHoldout

// The arms of a holdout, as package flow names them.
const (
	ArmControl   = "control" // nothing is done
	ArmTreatment = "treatment"
)

// Campaign is the name of the experiment of a mass send.
func Campaign(send string) string { return "SEND/" + send }

// Config is what the service is made of.
type Config struct {
	DB        *db.DB
	Clock     clock.Clock
	Timeline  *timeline.Store
	Customers *customer.Service
	Log       *event.Log
	Policy    func() outreach.Policy // of the brand, for the salt of its holdout; nil: none
	Zone      func() *time.Location  // of the brand
}

// Service keeps experiments. Expose, Flush, Forget and Load belong to the road's writer;
// everything else is safe for concurrent use.
type Service struct {
	Config

	mu         sync.RWMutex
	arms       map[string]*arms // by experiment
	registered map[armKey]int64 // shares of arms that surely stand in SQL
	pending    []Exposure       // writer only

	cacheMu sync.Mutex
	cache   map[string]*cached
	lifts   map[string]kept // by experiment
	used    uint64
}

// New makes a service that knows nothing; Load fills it.
func New(cfg Config) *Service {
	return &Service{Config: cfg, arms: map[string]*arms{}, registered: map[armKey]int64{}, cache: map[string]*cached{}, lifts: map[string]kept{}}
}
