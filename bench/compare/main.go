// Command compare asks the same questions of Yutang, ClickHouse and PostgreSQL, one after
// the other on the same machine and the same events, checks that the answers are equal,
// and prints how long each took. `make bench-compare` runs it.
//
// The other two run as private servers with their data in a temporary directory; they are
// stopped in the end. As root it installs their Debian packages if they are missing.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"yutang/bench/shop"
	"yutang/internal/bench/insightbench"
)

// answer is the numbers of a question that are not zero, by what they are of: a level of
// the funnel; 100 times the cohort of retention plus the interval after it.
type answer map[int64]int64

// size is what is compared.
type size struct {
	customers, events int
	rounds            int // of Yutang; the others are asked less often
}

func main() {
	var s size
	flag.IntVar(&s.customers, "customers", 1_000_000, "customers of the shop")
	flag.IntVar(&s.events, "events", 10_000_000, "events of the shop")
	flag.IntVar(&s.rounds, "rounds", 60, "how often Yutang is asked; ClickHouse a quarter of that, PostgreSQL twice")
	dir := flag.String("dir", "", "where the data goes; a temporary directory without it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, s, *dir)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// database is one that is asked.
type database interface {
	// version is its name and version.
	version(ctx context.Context) (string, error)
	// load takes the events in, from a file of tab-separated values.
	load(ctx context.Context, file string) error
	// ask answers a question.
	ask(ctx context.Context, question string) (answer, error)
	// stop ends the server.
	stop() error
}

func run(ctx context.Context, s size, dir string) (err error) {
	if err := install(ctx); err != nil {
		return err
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "yutang-compare-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as a user of its own below it
		return err
	}
	file := filepath.Join(dir, "events.tsv")
	w, err := fill(ctx, s, dir, file)
	if err != nil {
		return err
	}
	defer w.Close()
	r := &report{size: s}
	if err := r.yutang(ctx, w); err != nil {
		return err
	}
	for _, start := range []func(ctx context.Context, dir string) (database, error){startClickHouse, startClickHouseEnum, startPostgres} {
		if err := r.other(ctx, start, dir, file); err != nil {
			return err
		}
	}
	r.print()
	return r.verdict()
}

// fill makes the events, into a timeline and a file.
func fill(ctx context.Context, s size, dir, file string) (*insightbench.World, error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	var line []byte
	w, err := insightbench.Open(ctx, dir, 1, s.customers, s.events, func(e shop.Event) error {
		line = appendRow(line[:0], &e)
		_, err := out.Write(line)
		return err
	})
	return w, errors.Join(err, out.Flush(), f.Close())
}

// appendRow is customer, second, name, browser, category, price, order.
func appendRow(b []byte, e *shop.Event) []byte {
	b = append(strconv.AppendUint(b, uint64(e.Customer), 10), '\t')
	b = append(strconv.AppendInt(b, e.At, 10), '\t')
	b = append(append(b, shop.Names[e.Name]...), '\t')
	b = append(append(b, shop.Browsers[e.Browser]...), '\t')
	if e.Product() {
		b = append(append(b, 'c'), strconv.Itoa(int(e.Category))...)
		b = append(b, '\t')
		b = append(strconv.AppendFloat(b, e.Yuan(), 'f', 1, 64), '\t')
	} else {
		b = append(b, "\t0\t"...)
	}
	if e.Order > 0 {
		b = strconv.AppendUint(append(b, 'o'), uint64(e.Order), 10)
	}
	return append(b, '\n')
}

// packages are what Debian calls them.
var packages = map[string]string{
	"clickhouse-server": "clickhouse-server", "clickhouse-client": "clickhouse-client", postgresBin("initdb"): "postgresql-15",
}

// install gets what is missing, if we may.
func install(ctx context.Context) error {
	var missing []string
	for program, name := range packages {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("install the Debian packages %v first, or run this as root", missing)
	}
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"install", "-y", "--no-install-recommends"}, missing...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

// end stops a server: politely, then by force.
func end(cmd *exec.Cmd, how os.Signal) error {
	if cmd == nil || cmd.Process == nil {
		return nil
	}
	if err := cmd.Process.Signal(how); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-time.After(20 * time.Second):
		return cmd.Process.Kill()
	}
}

// machine says where this was measured.
func machine() string { return fmt.Sprintf("%d processors, %s", runtime.NumCPU(), runtime.Version()) }
