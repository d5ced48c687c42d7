// Package bench measures the program as a whole: a real server in a data directory of its
// own, load over loopback HTTP, generator included. Each figure is one line.
//
// The same seed gives the same events. Figures depend on the machine: docs/performance.md
// says which machine gave which.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"yutang/internal/app"
	"yutang/internal/fault"
)

// Result is one figure.
type Result struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Target  string  `json:"target"`
	Met     bool    `json:"met"`
	Details string  `json:"details,omitempty"`
}

// String is the figure as one line.
func (r Result) String() string {
	verdict := "met"
	if !r.Met {
		verdict = "NOT met"
	}
	return fmt.Sprintf("%-22s %12.4g %-9s target %-22s %-7s %s", r.Name, r.Value, r.Unit, r.Target, verdict, r.Details)
}

// Config says what to measure and how large.
type Config struct {
	Data      string // reused when it holds enough; a temporary directory if ""
	Customers int    // 1,000,000
	Events    int    // 10,000,000; "growth" goes to twice as many
	Seconds   int    // of load; 20
	JSON      bool
	Profile   string // file for a CPU profile of the measuring
	Out       io.Writer

	// History fills an empty brand with the demo's history and gives the moment after its
	// end. nil: there is none, and "playbook" cannot replay it.
	History func(ctx context.Context, a *app.App) (end time.Time, err error)
}

func (c Config) defaults() Config {
	if c.Customers <= 0 {
		c.Customers = 1_000_000
	}
	if c.Events <= 0 {
		c.Events = 10_000_000
	}
	if c.Seconds <= 0 {
		c.Seconds = 20
	}
	return c
}

// measures are the benchmarks by name, in the order of "all".
var measures = []struct {
	name  string
	needs func(c Config) int // events that must be there first; nil: it prepares itself
	run   func(ctx context.Context, b *bench) error
}{
	{"ingest", none, measureIngest},
	{"single", none, measureSingle},
	{"idle", none, measureIdle},
	{"visible", none, measureVisible},
	{"timers", none, measureTimers},
	{"preview", full, measurePreview},
	{"memory", full, measureMemory},
	{"restart", full, measureRestart},
	{"insight", nil, measureInsight},
	{"customers", full, measureCustomers},
	{"beside", full, measureBeside},
	{"callback", nil, measureCallback},
	{"welcome", nil, measureWelcome},
	{"sync", nil, measureSync},
	{"resume", nil, measureResume},
	{"growth", nil, measureGrowth},
	{"masssend", nil, measureMassSend},
	{"playbook", nil, measurePlaybook},
}

func none(Config) int   { return 0 }
func full(c Config) int { return c.Events }

// Names lists the benchmarks.
func Names() []string {
	out := []string{"all"}
	for _, m := range measures {
		out = append(out, m.name)
	}
	return out
}

// Run measures one figure, or all.
func Run(ctx context.Context, name string, cfg Config) error {
	cfg = cfg.defaults()
	if !slices.Contains(Names(), name) {
		return fault.BadField("NAME", "there is no benchmark %q; choose one of %s", name, strings.Join(Names(), ", "))
	}
	dir := cfg.Data
	if dir == "" {
		tmp, err := os.MkdirTemp("", "yutang-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	b := &bench{Config: cfg, dir: filepath.Join(dir, "brand")}
	defer b.close()
	for _, m := range measures {
		if name != "all" && name != m.name {
			continue
		}
		if m.needs != nil {
			if err := b.prepare(ctx, m.needs(cfg)); err != nil {
				return fmt.Errorf("prepare %s: %w", m.name, err)
			}
		}
		if err := b.profiled(func() error { return m.run(ctx, b) }); err != nil {
			return fmt.Errorf("measure %s: %w", m.name, err)
		}
	}
	return nil
}

// profiled runs fn, under the CPU profiler if asked for.
func (b *bench) profiled(fn func() error) error {
	if b.Profile == "" {
		return fn()
	}
	f, err := os.Create(b.Profile)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return fn()
}

// report prints a figure.
func (b *bench) report(r Result) {
	if !b.JSON {
		fmt.Fprintln(b.Out, r)
		return
	}
	raw, err := json.Marshal(r)
	if err != nil {
		panic(err) // a struct of strings and finite numbers marshals
	}
	fmt.Fprintln(b.Out, string(raw))
}

// quantile is the value below which the share q of xs lies; xs is sorted in place.
func quantile(xs []time.Duration, q float64) time.Duration {
	if len(xs) == 0 {
		return 0
	}
	slices.Sort(xs)
	return xs[min(int(q*float64(len(xs))), len(xs)-1)]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
