package massbench

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/masssend"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

// morning is when a trial begins: ten o'clock in China.
var morning = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)

var shanghai = time.FixedZone("UTC+8", 8*60*60)

const secret = "secret-of-the-trial"

// trial is one brand with its platform.
type trial struct {
	cfg      Config
	sim      *wecomsim.Sim
	clock    clock.Clock
	server   *http.Server
	url      string
	corpID   string
	box      *seal.Box
	timeline *timeline.Store
	book     book
	names    []string // external_userid of each customer number
	staff    []string
	road     road
	verdict  Verdict

	process
	ids      []string // of the sends made
	unknowns map[string]time.Time
	ordOf    map[string]uint32
}

// process is the program from a start to a crash.
type process struct {
	db     *db.DB
	jobs   *job.Queue
	corps  *corp.Service
	ledger *outreach.Service
	mass   *masssend.Service
}

func newTrial(ctx context.Context, cfg Config) (*trial, error) {
	sim, err := wecomsim.New(wecomsim.Config{
		Seed: cfg.Seed, Clock: clock.NewManual(morning), Staff: cfg.Staff, Customers: cfg.Customers, Secret: secret, LogSize: 100, Strict: true,
	})
	if err != nil {
		return nil, err
	}
	sim.SetKnobs(func(k *wecomsim.Knobs) { k.More.Quota = wecomsim.QuotaDay })
	key := sha256.Sum256([]byte("trial"))
	box, err := seal.New(key[:])
	if err != nil {
		return nil, err
	}
	t := &trial{cfg: cfg, sim: sim, clock: sim.Clock(), corpID: "ww0000000000000001", box: box, unknowns: map[string]time.Time{}}
	t.road.seen, t.road.seed = map[uint64]struct{}{}, maphash.MakeSeed()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t.url, t.server = "http://"+l.Addr().String(), &http.Server{Handler: sim.Handler()}
	go func() { _ = t.server.Serve(l) }()
	if err := t.learn(ctx); err != nil {
		return nil, err
	}
	return t, t.boot(ctx, true)
}

// client is one of the trial's own, which the program does not share.
func (t *trial) client() *wecom.Client {
	return wecom.New(wecom.Config{BaseURL: t.url, CorpID: t.corpID, App: corp.Main, Secret: secret, Clock: t.clock, Limits: wecom.NewLimits(t.clock, wecom.WithScale(1000))})
}

// learn reads the population, as a pull would have.
func (t *trial) learn(ctx context.Context) error {
	c := t.client()
	users, err := c.FollowUserList(ctx)
	if err != nil {
		return err
	}
	t.staff = users
	of := map[string]uint32{}
	t.names = []string{""}
	for _, user := range users {
		list, err := c.ExternalContactList(ctx, user)
		if err != nil {
			return err
		}
		for _, external := range list {
			ord := of[external]
			if ord == 0 {
				ord = uint32(len(t.names))
				of[external] = ord
				t.names = append(t.names, external)
			}
			t.book = append(t.book, masssend.Relation{User: user, External: external, Leaf: ord, AddedAt: morning.Add(-24 * time.Hour)})
		}
	}
	slices.SortStableFunc(t.book, func(a, b masssend.Relation) int { return cmp.Compare(a.Leaf, b.Leaf) })
	t.timeline = timeline.New()
	t.timeline.Lock()
	t.timeline.Grow(uint32(len(t.names) - 1))
	t.timeline.Unlock()
	return nil
}

// boot starts the program on the database.
func (t *trial) boot(ctx context.Context, fresh bool) (err error) {
	p := &t.process
	if p.db, err = db.Open(ctx, t.file(t.verdict.Restarts)); err != nil {
		return err
	}
	if err := p.db.Migrate(ctx); err != nil {
		return err
	}
	p.jobs = job.New(p.db, t.clock)
	p.corps = corp.New(corp.Config{DB: p.db, Box: t.box, Clock: t.clock, Tokens: wecom.NewTokens(p.db, t.box, t.clock), Limits: wecom.NewLimits(t.clock)})
	contents := content.New(content.Config{DB: p.db, Box: t.box, Clock: t.clock, Jobs: p.jobs, Dir: filepath.Join(t.cfg.Dir, "assets"), Client: p.corps.Client})
	p.ledger = outreach.New(outreach.Config{
		DB: p.db, Box: t.box, Clock: t.clock, Jobs: p.jobs, Timeline: t.timeline, Zone: func() *time.Location { return shanghai },
	})
	p.ledger.UseSubmitter(&t.road, 1)
	p.mass = masssend.New(masssend.Config{
		DB: p.db, Box: t.box, Clock: t.clock, Jobs: p.jobs, Timeline: t.timeline, Ledger: p.ledger, Relations: t.book, Audiences: nobody{},
		Contents: contents, Follows: func(context.Context, string) ([]string, error) { return t.staff, nil }, Corp: p.corps.Get, Client: p.corps.Client,
	})
	if fresh {
		err := t.settings(ctx)
		if err != nil {
			return err
		}
	}
	if err := p.ledger.Start(ctx); err != nil {
		return err
	}
	if err := p.mass.Start(ctx); err != nil {
		return err
	}
	if err := p.jobs.Reclaim(ctx); err != nil {
		return err
	}
	return p.jobs.Start(ctx)
}

// settings connects the corp and withdraws the consent of every hundredth customer.
func (t *trial) settings(ctx context.Context) error {
	_, err := t.corps.Put(ctx, corp.NewCorp{
		ID: t.corpID, Name: "trial", BaseURL: t.url, Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: secret}},
		Settings: &corp.Settings{Quota: corp.QuotaDay},
	}, nil)
	if err != nil {
		return err
	}
	return t.db.InTx(ctx, func(ctx context.Context) error {
		for ord := 100; ord < len(t.names); ord += 100 {
			t.ledger.OnEvent(&event.Event{Name: event.ConsentWithdrawn, At: morning.Add(-time.Hour), Props: []byte(`{"channel":"wecom_mass"}`)}, uint32(ord))
		}
		return t.ledger.Flush(ctx)
	})
}

// crash ends the program as a power cut would: the next one starts from what is on disk at
// this moment, calls under way break off, and nothing that the old one still writes is
// ever seen.
func (t *trial) crash(ctx context.Context) error {
	old, gone := t.process, make(chan struct{})
	t.verdict.Restarts++
	from, to := t.file(t.verdict.Restarts-1), t.file(t.verdict.Restarts)
	err := old.db.InTx(ctx, func(context.Context) error { // nobody commits meanwhile
		if err := db.CopySQLite(ctx, from, to); err != nil {
			return err
		}
		go func() {
			defer close(gone)
			over, cancel := context.WithCancel(ctx)
			cancel()
			old.jobs.Stop(over)
		}()
		time.Sleep(200 * time.Millisecond) // its work is told to give up, and makes no new calls
		return nil
	})
	if err != nil {
		return err
	}
	<-gone
	old.ledger.Stop()
	if err := old.db.Close(); err != nil {
		return err
	}
	return t.boot(ctx, false)
}

// file is the database after so many restarts.
func (t *trial) file(restarts int) string {
	return filepath.Join(t.cfg.Dir, fmt.Sprintf("trial-%d.db", restarts))
}

func (t *trial) close() {
	t.jobs.Stop(context.Background())
	t.ledger.Stop()
	_ = t.db.Close()
	_ = t.server.Close()
}

// book is the contacts of the trial in order of their customers.
type book []masssend.Relation

// Scan visits all of them.
func (b book) Scan(_ context.Context, _ string, visit func(masssend.Relation) error) error {
	for _, r := range b {
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

// OfLeaves finds those of some customers.
func (b book) OfLeaves(_ context.Context, _ string, leaves []uint32) (out []masssend.Relation, err error) {
	for _, leaf := range leaves {
		i, _ := slices.BinarySearchFunc(b, leaf, func(r masssend.Relation, leaf uint32) int { return cmp.Compare(r.Leaf, leaf) })
		for ; i < len(b) && b[i].Leaf == leaf; i++ {
			out = append(out, b[i])
		}
	}
	return out, nil
}

// nobody is no audiences.
type nobody struct{}

func (nobody) Get(_ context.Context, id string) (audience.Audience, error) {
	return audience.Audience{}, fault.New(fault.NotFound, "audience_not_found", "there is no audience %q", id)
}

func (nobody) Members(context.Context, string, uint32, int) ([]uint32, bool, error) {
	return nil, false, nil
}

// road takes receipts as the log does: once per message id.
type road struct {
	mu   sync.Mutex
	seed maphash.Seed
	seen map[uint64]struct{}
}

// SubmitEvents takes receipts.
func (r *road) SubmitEvents(_ context.Context, evs []*event.Event) (accepted int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range evs {
		key := maphash.String(r.seed, ev.MessageID)
		if _, ok := r.seen[key]; !ok {
			r.seen[key] = struct{}{}
			accepted++
		}
	}
	return accepted, nil
}

func (r *road) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}

func (t *trial) String() string {
	return fmt.Sprintf("%d customers of %d staff", len(t.names)-1, len(t.staff))
}
