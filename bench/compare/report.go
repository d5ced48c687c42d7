package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"text/tabwriter"
	"time"

	"yutang/internal/bench/insightbench"
)

// The questions by name, in the order of the table.
var questions = []string{"funnel", "segment", "retention"}

// targets are how many times faster than ClickHouse Yutang is to be at the median.
var targets = map[string]float64{"funnel": 10, "segment": 8}

// result is what one database made of the questions.
type result struct {
	version string
	loaded  time.Duration
	times   map[string]insightbench.Timed
}

type report struct {
	size
	answers map[string]answer // Yutang's
	results []result
}

// yutang asks ours, and checks that both kinds of funnel agree where they must: no two
// events of a customer have the same second, and no event fills two steps.
func (r *report) yutang(ctx context.Context, w *insightbench.World) error {
	r.answers = map[string]answer{}
	ask := map[string]func() error{
		"funnel": func() error {
			a, err := w.Funnel(ctx, insightbench.WindowFunnel)
			r.answers["funnel"] = counted(0, a.Levels)
			return err
		},
		"segment": func() error {
			n, err := w.Segment(ctx, insightbench.Segment)
			r.answers["segment"] = counted(0, []int{n})
			return err
		},
		"retention": func() error {
			a, err := w.Retention(ctx, insightbench.Retention)
			all := answer{}
			for i, c := range a.Cohorts {
				maps.Copy(all, counted(100*i, c.Counts))
			}
			r.answers["retention"] = all
			return err
		},
	}
	out := result{version: "Yutang", loaded: w.Filled, times: map[string]insightbench.Timed{}}
	debug.FreeOSMemory()
	for _, q := range questions {
		t, err := insightbench.Time(r.rounds, ask[q])
		if err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
		out.times[q] = t
	}
	out.times["funnel, as window_funnel"] = out.times["funnel"]
	t, err := insightbench.Time(r.rounds, func() error {
		a, err := w.Funnel(ctx, insightbench.Funnel)
		for k, s := range a.Steps {
			want := int64(0)
			for level, n := range r.answers["funnel"] {
				if level > int64(k) {
					want += n
				}
			}
			if int64(s.Count) != want {
				return fmt.Errorf("step %d: ordered has %d, window_funnel %d", k, s.Count, want)
			}
		}
		return err
	})
	out.times["funnel"] = t
	r.results = append(r.results, out)
	return err
}

// counted is a list as an answer, numbered from first.
func counted(first int, list []int) answer {
	out := answer{}
	for i, n := range list {
		if n != 0 {
			out[int64(first+i)] = int64(n)
		}
	}
	return out
}

// other starts, fills and asks a database.
func (r *report) other(ctx context.Context, start func(context.Context, string) (database, error), dir, file string) (err error) {
	db, err := start(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		if stopped := db.stop(); err == nil {
			err = stopped
		}
	}()
	out := result{times: map[string]insightbench.Timed{}}
	if out.version, err = db.version(ctx); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "loading", out.version)
	began := time.Now()
	if err := db.load(ctx, file); err != nil {
		return fmt.Errorf("load %s: %w", out.version, err)
	}
	out.loaded = time.Since(began)
	for _, q := range questions {
		rounds := r.rounds / 4
		if _, slow := db.(*postgres); slow {
			rounds = 2
		}
		if out.times[q], err = insightbench.Time(max(rounds, 1), func() error { return r.check(ctx, db, q) }); err != nil {
			return fmt.Errorf("%s, %s: %w", out.version, q, err)
		}
	}
	out.times["funnel, as window_funnel"] = out.times["funnel"]
	r.results = append(r.results, out)
	return nil
}

// check asks and compares the answer with ours.
func (r *report) check(ctx context.Context, db database, question string) error {
	got, err := db.ask(ctx, question)
	if err == nil && !maps.Equal(got, r.answers[question]) {
		return fmt.Errorf("answers %v, Yutang %v", got, r.answers[question])
	}
	return err
}

func (r *report) print() {
	fmt.Printf("%d customers, %d events, equal answers, %s\n\n", r.customers, r.events, machine())
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "question")
	for _, x := range r.results {
		fmt.Fprintf(t, "\t%s p50\tp95", x.version)
	}
	for _, x := range r.results[1:] {
		fmt.Fprintf(t, "\ttimes %s", x.version)
	}
	fmt.Fprintln(t)
	for _, q := range append(questions, "funnel, as window_funnel") {
		fmt.Fprint(t, q)
		for _, x := range r.results {
			if c, ok := x.times[q]; ok {
				fmt.Fprintf(t, "\t%.1f ms\t%.1f ms", millis(c.P50), millis(c.P95))
			} else {
				fmt.Fprint(t, "\t-\t-")
			}
		}
		for _, x := range r.results[1:] {
			if c, ok := x.times[q]; ok {
				fmt.Fprintf(t, "\t%.1f x", times(c, r.results[0].times[q]))
			} else {
				fmt.Fprint(t, "\t-")
			}
		}
		fmt.Fprintln(t)
	}
	fmt.Fprint(t, "loaded")
	for _, x := range r.results {
		fmt.Fprintf(t, "\t%.1f s\t", x.loaded.Seconds())
	}
	fmt.Fprintln(t)
	_ = t.Flush()
	fmt.Println("\nfunnel:", r.answers["funnel"], "by level; segment:", r.answers["segment"][0])
}

// times is how much slower a is, at the median.
func times(a, b insightbench.Timed) float64 { return a.P50.Seconds() / b.P50.Seconds() }

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// verdict is an error if a target is missed.
func (r *report) verdict() error {
	for q, want := range targets {
		if got := times(r.results[1].times[q], r.results[0].times[q]); got < want {
			return fmt.Errorf("%s: %.1f times ClickHouse, target %.0f", q, got, want)
		}
	}
	return nil
}
