// Command check runs every test of the repository and ends with one line, "N passed, N
// failed": Go tests on SQLite and PostgreSQL, the console in Chromium, and the conformance
// tests, in which client SDKs that we did not write talk to the real program.
//
// It starts a private PostgreSQL cluster in a temporary directory and ends it. Flags add
// fuzzing and leave steps out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tally counts tests.
type tally struct {
	passed, failed int
	failures       []string
}

func (t *tally) fail(name string) {
	t.failed++
	t.failures = append(t.failures, name)
}

func main() {
	fuzz := flag.Duration("fuzz", 0, "also fuzz each target for this long")
	skipSDKs := flag.Bool("no-conformance", false, "leave the client SDKs out")
	skipBrowser := flag.Bool("no-e2e", false, "leave the console in Chromium out")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := &tally{}
	t.run(ctx, *fuzz, *skipSDKs, !*skipBrowser)
	for _, name := range t.failures {
		fmt.Println("FAILED", name)
	}
	fmt.Printf("%d passed, %d failed\n", t.passed, t.failed)
	if t.failed > 0 || t.passed == 0 {
		stop()
		os.Exit(1)
	}
}

func (t *tally) run(ctx context.Context, fuzz time.Duration, skipSDKs, browser bool) {
	cluster, err := startPostgres(ctx)
	if err != nil {
		t.fail("start PostgreSQL: " + err.Error())
	} else {
		defer cluster.stop()
		if err := os.Setenv("YUTANG_TEST_POSTGRES", cluster.url()); err != nil {
			t.fail(err.Error())
		}
	}
	t.step("go vet", exec.CommandContext(ctx, "go", "vet", "./..."))
	t.web(ctx, browser, fuzz > 0)
	t.goTests(ctx, ".")
	if fuzz > 0 {
		t.fuzz(ctx, fuzz)
	}
	if !skipSDKs {
		t.conformance(ctx)
		t.goTests(ctx, "conformance/wecom", "-count=1") // the cache does not know bin/yutang
	}
}

// step runs a command that counts as one test.
func (t *tally) step(name string, cmd *exec.Cmd) {
	fmt.Println("==", name)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.fail(name + ": " + err.Error())
		return
	}
	t.passed++
}

// testEvent is a line of go test -json.
type testEvent struct {
	Action, Package, Test, Output string
}

// goTests runs the tests of the module in dir.
func (t *tally) goTests(ctx context.Context, dir string, flags ...string) {
	fmt.Println("== go test ./... in", dir)
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-json", "-timeout=20m"}, flags...), "./...")...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.fail("go test: " + err.Error())
		return
	}
	counted := t.failed
	t.count(out)
	if err := cmd.Wait(); err != nil && t.failed == counted {
		t.fail("go test: " + err.Error())
	}
}

// count reads the lines of go test -json. A package that fails without a failing test
// (it did not build, say) counts as one failure.
func (t *tally) count(out io.Reader) {
	logs, failedIn := map[string][]string{}, map[string]bool{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e testEvent
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text())
			continue
		}
		key := e.Package + " " + e.Test
		switch {
		case e.Action == "output":
			logs[key] = append(logs[key], e.Output)
		case e.Action == "pass" && e.Test != "":
			t.passed++
		case e.Action == "pass":
			fmt.Println("ok  ", e.Package)
		case e.Action == "fail" && (e.Test != "" || !failedIn[e.Package]):
			failedIn[e.Package] = true
			t.fail(key)
			fmt.Println(strings.Join(logs[key], ""))
		}
		if e.Action == "pass" || e.Action == "fail" {
			delete(logs, key)
		}
	}
}

var fuzzTarget = regexp.MustCompile(`^(Fuzz\w+)$`)

// fuzz runs each fuzz target for a while.
func (t *tally) fuzz(ctx context.Context, d time.Duration) {
	list, err := exec.CommandContext(ctx, "go", "list", "./...").Output()
	if err != nil {
		t.fail("go list: " + err.Error())
		return
	}
	for pkg := range strings.FieldsSeq(string(list)) {
		targets, err := exec.CommandContext(ctx, "go", "test", "-run=^$", "-list=^Fuzz", pkg).Output()
		if err != nil {
			t.fail("list fuzz targets of " + pkg)
			continue
		}
		for line := range strings.Lines(string(targets)) {
			if m := fuzzTarget.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
				t.fuzzOne(pkg, m[1], exec.CommandContext(ctx, "go", "test", "-run=^$",
					"-fuzz=^"+m[1]+"$", "-fuzztime="+d.String(), pkg))
			}
		}
	}
}

// fuzzOne counts one fuzzing run. Go before 1.27 sometimes reports the end of -fuzztime
// itself as a failure (go.dev/issue/75804): "context deadline exceeded" and no input. Every
// find names its input, so only that one form is no failure.
func (t *tally) fuzzOne(pkg, target string, cmd *exec.Cmd) {
	name := "fuzz " + pkg + " " + target
	fmt.Println("==", name)
	out, err := cmd.CombinedOutput()
	fmt.Print(string(out))
	if err != nil && !endOfFuzzing(string(out), target) {
		t.fail(name + ": " + err.Error())
		return
	}
	t.passed++
}

// endOfFuzzing says whether a failed run's only complaint is that its time was over.
func endOfFuzzing(out, target string) bool {
	_, complaint, found := strings.Cut(out, "--- FAIL: "+target+" (")
	_, complaint, _ = strings.Cut(complaint, "\n")
	complaint, _, _ = strings.Cut(complaint, "\nFAIL")
	return found && strings.TrimSpace(complaint) == "context deadline exceeded" &&
		!strings.Contains(out, "Failing input written")
}

var nodeCount = regexp.MustCompile(`^# (pass|fail) (\d+)`)

// conformance runs the client SDKs against the program.
func (t *tally) conformance(ctx context.Context) {
	fmt.Println("== conformance")
	cmd := exec.CommandContext(ctx, "bash", "conformance/test.sh")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	fmt.Print(string(out))
	seen := false
	for line := range strings.Lines(string(out)) {
		m := nodeCount.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		seen = true
		n, _ := strconv.Atoi(m[2])
		if m[1] == "pass" {
			t.passed += n
		}
		for range n {
			if m[1] == "fail" {
				t.fail("conformance")
			}
		}
	}
	if err != nil && (!seen || t.failed == 0) {
		t.fail("conformance: " + err.Error())
	}
}
