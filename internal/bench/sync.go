package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"yutang/internal/corp"
	"yutang/internal/wecomsim"
)

const (
	syncCustomers = 300_000
	syncStaff     = 200
	syncGroups    = 2_000
	syncDropped   = 1_000
	syncMemory    = 1 << 30
)

// measureSync pulls a whole corp from a simulator at the published limits, then once more
// with nothing changed, then after a thousand callbacks that never came, and compares.
func measureSync(ctx context.Context, b *bench) error {
	s, err := newSyncing(ctx, b)
	if err != nil {
		return err
	}
	defer s.close()
	first, err := s.pass(ctx)
	if err != nil {
		return err
	}
	if err := s.same(ctx); err != nil {
		return err
	}
	_, peak, err := s.server.memory()
	if err != nil {
		return err
	}
	n := s.platform.sim.ContactCount()
	b.report(first.result("sync, all new", first.limited == 0 && first.repeated == 0 && first.failed == 0, "no 45009, same as there",
		fmt.Sprintf("%d contacts of %d staff, %d groups, %.0f contacts/s", n, syncStaff, len(s.platform.sim.GroupsOf("")), float64(n)/first.took.Seconds())))
	b.report(Result{
		Name: "sync, memory", Value: float64(peak) / (1 << 20), Unit: "MiB peak", Target: "<= 1024", Met: peak <= syncMemory,
		Details: "of the server, in a process of its own",
	})
	second, err := s.pass(ctx)
	if err != nil {
		return err
	}
	b.report(second.result("sync, nothing new", second.drift == 0 && second.limited == 0, "drift 0, no 45009", ""))
	return s.repair(ctx, b)
}

// repair leaves callbacks out and lets one pass find what they would have said.
func (s *syncing) repair(ctx context.Context, b *bench) error {
	dropped := min(syncDropped, b.Customers/10)
	if err := s.platform.leaveOut(dropped); err != nil {
		return err
	}
	repair, err := s.pass(ctx)
	if err != nil {
		return err
	}
	if err := s.same(ctx); err != nil {
		return err
	}
	after, err := s.pass(ctx)
	if err != nil {
		return err
	}
	b.report(repair.result("sync, repair", repair.drift == dropped && after.drift == 0 && after.limited == 0, "all in one pass",
		fmt.Sprintf("%d callbacks dropped, %d differences found, drift %d afterwards", dropped, repair.drift, after.drift)))
	return nil
}

// syncing is a corp of the wanted size, and a server that is to know it.
type syncing struct {
	platform *mirror
	server   *child
	data     string
}

func newSyncing(ctx context.Context, b *bench) (*syncing, error) {
	b.Customers = min(b.Customers, syncCustomers)
	part := func(of int) int { return max(of*b.Customers/syncCustomers, 5) }
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, "sync-")
	if err != nil {
		return nil, err
	}
	s := &syncing{data: dir}
	s.platform, err = newMirror(wecomsim.Config{
		CorpID: benchCorp, Seed: 1, Staff: part(syncStaff), Customers: b.Customers, Groups: part(syncGroups), LimitScale: 1, LogSize: 1,
	})
	if err == nil {
		s.server, err = startChild(ctx, s.data)
	}
	if err == nil {
		err = s.manage(ctx, http.MethodPut, "/wecom/corps/"+benchCorp, map[string]any{
			"name": "bench", "base_url": s.platform.base,
			"apps": []map[string]any{{"name": corp.Main, "agent_id": 1000002, "secret": "sim-secret-main"}},
		}, nil)
	}
	if err != nil {
		s.close()
	}
	return s, err
}

func (s *syncing) close() {
	if s.server != nil {
		s.server.kill()
	}
	if s.platform != nil {
		s.platform.close()
	}
	_ = os.RemoveAll(s.data)
	_ = os.Remove(s.data + ".log")
}

func (s *syncing) manage(ctx context.Context, method, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return ask(ctx, s.server.address, method, path, strings.NewReader(string(raw)), "application/json", into)
}

// syncRun is a run as the API shows it.
type syncRun struct {
	ID, State, Error string
	Full             bool
	Drift            int
	Kinds            []struct{ Name, State string }
	Errors           []struct{ Kind, Item, Error string }
}

// passed is what a full pull came to.
type passed struct {
	took, cpu       time.Duration
	kinds           []string
	drift, failed   int
	calls, repeated int
	limited         int // 45009 since the simulator began
}

func (p passed) result(name string, met bool, target, more string) Result {
	details := fmt.Sprintf("%d calls, %d of them twice, %d times 45009, drift %d; %s; %.1f s of CPU", p.calls, p.repeated, p.limited, p.drift, strings.Join(p.kinds, ", "), p.cpu.Seconds())
	if more != "" {
		details = more + "; " + details
	}
	return Result{Name: name, Value: p.took.Seconds(), Unit: "s", Target: target, Met: met, Details: details}
}

// pass makes a full pull and waits for its end.
func (s *syncing) pass(ctx context.Context) (passed, error) {
	s.platform.reset()
	before, err := s.server.cpu()
	if err != nil {
		return passed{}, err
	}
	began := time.Now()
	id, err := s.begin(ctx)
	if err != nil {
		return passed{}, err
	}
	p, err := s.follow(ctx, id)
	if err != nil {
		return p, err
	}
	p.took = time.Since(began)
	after, err := s.server.cpu()
	p.cpu = after - before
	return p, err
}

// begin starts a full run. One that the server began by its clock is as good.
func (s *syncing) begin(ctx context.Context) (string, error) {
	for {
		var run syncRun
		err := s.manage(ctx, http.MethodPost, "/wecom/corps/"+benchCorp+"/sync", map[string]any{"full": true}, &run)
		if err == nil || !strings.Contains(err.Error(), "sync_running") {
			return run.ID, err
		}
		var list struct{ Items []syncRun }
		if err := s.manage(ctx, http.MethodGet, "/wecom/corps/"+benchCorp+"/sync?limit=1", nil, &list); err != nil {
			return "", err
		}
		if len(list.Items) > 0 && list.Items[0].State == "running" && list.Items[0].Full {
			return list.Items[0].ID, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// follow waits for the end of a run and notes how long each kind took.
func (s *syncing) follow(ctx context.Context, id string) (passed, error) {
	began := map[string]time.Time{}
	took := map[string]time.Duration{}
	for {
		run, err := s.run(ctx, id)
		if err != nil {
			return passed{}, err
		}
		now := time.Now()
		for i, k := range run.Kinds {
			if began[k.Name].IsZero() && (i == 0 || run.Kinds[i-1].State == "done") {
				began[k.Name] = now
			}
			if took[k.Name] == 0 && k.State != "waiting" && k.State != "running" {
				took[k.Name] = now.Sub(began[k.Name])
			}
		}
		if run.State == "running" {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		p := passed{drift: run.Drift, failed: len(run.Errors)}
		p.calls, p.repeated, p.limited = s.platform.counted()
		for _, k := range run.Kinds {
			p.kinds = append(p.kinds, fmt.Sprintf("%s %.1f s", k.Name, took[k.Name].Seconds()))
		}
		if run.State != "done" || len(run.Errors) > 0 {
			return p, fmt.Errorf("the run ended %s: %s %v", run.State, run.Error, run.Errors)
		}
		return p, nil
	}
}

func (s *syncing) run(ctx context.Context, id string) (run syncRun, err error) {
	return run, s.manage(ctx, http.MethodGet, "/wecom/corps/"+benchCorp+"/sync/"+id, nil, &run)
}
