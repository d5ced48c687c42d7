package wecomsim

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/clock"
)

// Config describes the corp to simulate. The zero value is a small, empty corp with known
// credentials.
type Config struct {
	CorpID  string // default ww0000000000000001
	Name    string // of the corp
	Secret  string // of the main app
	AgentID int64  // of the main app; default 1000002

	CallbackURL, Token, AESKey string // of the main app; without URL nothing is called back
	Apps                       []App  // further apps; default directory, archive and kf, with secrets derived from Secret

	PublicURL string // prefix of the URLs handed out (codes, avatars, media); default http://wecom.invalid, set by SetPublicURL too
	Seed      uint64
	Clock     clock.Clock // base of the virtual clock; default the machine's

	Staff, Customers, Groups int // seeded population; all 0 is an empty corp with its root department

	Strict     bool    // refuse unknown and over-long fields with 40058
	LimitScale float64 // 1 or 0 is as published, 0.001 trips after 10 calls, negative is unlimited

	CallbackTimeout time.Duration // of one delivery, in machine time; default 5 s
	LogSize         int           // entries kept in the log; default 10,000
	Record          io.Writer     // gets all traffic as JSON lines, readable by Replay
	Journal         string        // file that keeps the corp: made if missing, else gone on with, whatever the fields above say of the corp
	Agents          float64       // acts of seeded agents in a virtual hour; 0 is none
	Log             *slog.Logger
}

// Sim is one simulated corp. Safe for concurrent use.
type Sim struct {
	cfg  Config
	log  *slog.Logger
	clk  *virtual
	http *http.Client

	table    map[string]*endpoint
	acts     map[string]action
	inflight map[string]*atomic.Int32

	mu     sync.Mutex // guards all below
	at     time.Time  // the frozen moment of the work under the lock
	ids    ids
	dice   *rand.Rand // faults
	timers timers
	knobs  Knobs
	faults []*Fault
	limits limits
	queue  queue
	ring   ring
	rec    recorder
	// restoring says that a journal is being repeated: nothing is called back or recorded.
	restoring bool
	state
	more more

	run running
}

// New makes a simulator. Start makes it deliver callbacks by itself.
func New(cfg Config) (*Sim, error) {
	cfg = cfg.withDefaults()
	var journal *os.File
	var first *line
	var rest *bufio.Reader
	if cfg.Journal != "" {
		var err error
		if journal, first, rest, err = openJournal(cfg.Journal); err != nil {
			return nil, err
		}
	}
	if first != nil {
		cfg = cfg.inherit(first.Header)
	}
	s := &Sim{
		cfg: cfg, log: cfg.Log, clk: newVirtual(cfg.Clock),
		http: &http.Client{Timeout: cfg.CallbackTimeout},
		ids:  ids{seed: cfg.Seed, next: map[string]uint64{}},
		dice: rand.New(rand.NewPCG(cfg.Seed, 0xfa17)),
	}
	if first != nil {
		s.clk.pin(first.At)
	}
	s.at = s.clk.Now()
	s.knobs = Knobs{LimitScale: cfg.LimitScale, Strict: cfg.Strict, TokenLife: 7200, UnionID: true, ReorderByMS: 3000, RetryDelayMS: 1000}
	s.limits = limits{buckets: map[string]*bucket{}, blocked: map[string]time.Time{}}
	s.queue = newQueue(cfg.Seed)
	s.ring = ring{size: cfg.LogSize}
	s.rec = recorder{w: cfg.Record}
	if journal != nil {
		s.rec.journal = journal
	}
	s.state = newState()
	s.more = newMore()
	s.run.init()
	if err := s.addApps(); err != nil {
		return nil, err
	}
	s.table, s.inflight = indexEndpoints()
	s.acts = indexActions()
	s.make(first == nil)
	if first != nil {
		if err := s.restore(first, rest); err != nil {
			return nil, err
		}
		s.clk.pin(time.Time{})
		s.reach(cfg)
	}
	if cfg.Agents > 0 {
		return s, s.SetAgents(cfg.Agents)
	}
	return s, nil
}

// make makes the corp as it is at first.
func (s *Sim) make(fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fresh {
		s.rec.header(s)
	}
	s.populate()
}

// reach sets again under which address all is reached, which may have changed since the
// journal began.
func (s *Sim) reach(cfg Config) {
	s.SetPublicURL(cfg.PublicURL)
	if cfg.CallbackURL != "" {
		if err := s.SetCallback("main", cfg.CallbackURL, cfg.Token, cfg.AESKey); err != nil {
			s.log.Warn("the callback of the journal's corp is not set", "error", err)
		}
	}
}

func (c Config) withDefaults() Config {
	if c.CorpID == "" {
		c.CorpID = "ww0000000000000001"
	}
	if c.Name == "" {
		c.Name = "鱼塘演示企业"
	}
	if c.AgentID == 0 {
		c.AgentID = 1000002
	}
	if c.Secret == "" {
		c.Secret = "sim-secret-main"
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://wecom.invalid"
	}
	if c.LimitScale == 0 {
		c.LimitScale = 1
	}
	if c.CallbackTimeout == 0 {
		c.CallbackTimeout = 5 * time.Second
	}
	if c.LogSize == 0 {
		c.LogSize = 10_000
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Clock is the simulator's virtual clock: Config.Clock plus all that was advanced.
func (s *Sim) Clock() clock.Clock { return s.clk }

// enter starts work under the lock: it freezes the moment and runs the timers due.
func (s *Sim) enter() {
	now := s.clk.Now()
	if now.Before(s.at) {
		now = s.at
	}
	for {
		t, ok := s.timers.due(now)
		if !ok {
			break
		}
		if t.at.After(s.at) {
			s.at = t.at
		}
		t.run()
	}
	s.at = now
}

// after runs fn under the lock once d has passed on the virtual clock.
func (s *Sim) after(d time.Duration, fn func()) {
	s.timers.add(s.at.Add(d), fn)
	s.run.poke()
}

// Start makes callbacks and timers go by themselves until Stop.
func (s *Sim) Start() { s.run.start(s) }

// Stop ends what Start began and waits for deliveries under way. Pending callbacks stay pending.
// The journal stays open and held until Close.
func (s *Sim) Stop() {
	s.run.stop(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	s.rec.note(line{At: s.at})
}

// Close stops the simulator and lets go of its journal.
func (s *Sim) Close() error {
	s.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.rec.err
	if f, ok := s.rec.journal.(*os.File); ok {
		err = errors.Join(err, f.Close())
	}
	s.rec.journal = nil
	return err
}

// Advance moves the virtual clock on by d and runs what became due.
func (s *Sim) Advance(d time.Duration) error {
	_, err := perform(s, "advance", advanceArgs{Seconds: d.Seconds()}, advance)
	return err
}

type advanceArgs struct {
	Seconds float64 `json:"seconds"`
}

func advance(s *Sim, a advanceArgs) (struct{}, error) {
	s.clk.advance(time.Duration(a.Seconds * float64(time.Second)))
	s.enter()
	s.run.poke()
	return struct{}{}, nil
}

// Flush delivers every pending callback now, whatever its due time, in order of due time and
// one after the other, retries and what the deliveries cause included.
func (s *Sim) Flush(ctx context.Context) error { return s.flush(ctx) }
