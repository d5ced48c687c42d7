package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Build compiles the program into dir, with or without build tags.
func Build(ctx context.Context, dir, tags string) (path string, err error) {
	path = filepath.Join(dir, "yutang"+tags)
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", tags, "-o", path, "yutang/cmd/yutang") //nolint:gosec // the tests choose it
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
}

// Launch says how to start a server.
type Launch struct {
	Program string
	Data    string
	Wrap    []string // a command and its options that run the program, such as strace
	Env     []string // beside the usual
	Key     string   // write key; each data directory has its own, so that a port used anew by another server acknowledges nothing
}

// Server is one process of the program. Safe for concurrent use.
type Server struct {
	Address string        // after AwaitReady
	Took    time.Duration // from start to ready
	cmd     *exec.Cmd
	out     *output
	started time.Time
	done    chan struct{}
}

// Start starts a process on a free port of the loopback interface. It dies with the tests.
func Start(l Launch) (*Server, error) {
	args := append(append([]string{}, l.Wrap...), l.Program, "serve", "--data", l.Data, "--listen", "127.0.0.1:0")
	cmd := exec.Command(args[0], args[1:]...) //nolint:gosec,noctx // the tests choose it, and Kill ends it
	s := &Server{cmd: cmd, out: newOutput(), started: time.Now(), done: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), "YUTANG_ADMIN_TOKEN="+adminToken, "YUTANG_WRITE_KEY="+l.Key)
	s.cmd.Env = append(s.cmd.Env, l.Env...)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	s.cmd.WaitDelay = 2 * time.Second
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	go func() {
		_ = s.cmd.Wait() // the state says what there is to know
		close(s.done)
	}()
	return s, nil
}

// AwaitReady returns when the server takes work, or an error if it ends or takes too long.
func (s *Server) AwaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case s.Address = <-s.out.address:
	case <-s.done:
		return fmt.Errorf("the server ended before it was ready (exit %d):\n%s", s.Exit(), s.Notes())
	case <-ctx.Done():
		return fmt.Errorf("the server is not ready: %w\n%s", ctx.Err(), s.Notes())
	}
	s.Took = time.Since(s.started)
	return Poll(ctx, func() (bool, error) {
		status, _, err := s.get(ctx, "/readyz")
		return status == http.StatusOK, err
	})
}

func (s *Server) page(ctx context.Context, path string) (string, error) {
	_, text, err := s.get(ctx, path)
	return text, err
}

func (s *Server) get(ctx context.Context, path string) (status int, text string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address+path, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), err
}

// Kill ends the process as kill -9 does and waits for its end.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may be gone already
	<-s.done
}

// Freeze stops the process and returns when no thread of it runs. What threads have asked
// of the kernel may go on, but nobody hears of it any more.
func (s *Server) Freeze(ctx context.Context) error {
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return fmt.Errorf("freeze server: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return Poll(ctx, s.frozen)
}

func (s *Server) frozen() (bool, error) {
	threads, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "task", "*", "stat"))
	for _, path := range threads {
		raw, err := os.ReadFile(path)
		if err != nil {
			return false, err
		}
		_, rest, _ := strings.Cut(string(raw), ") ") // pid (name) state ...
		if rest == "" || !strings.ContainsAny(rest[:1], "TD") {
			return false, nil
		}
	}
	return len(threads) > 0, err
}

// Terminate asks the process to end.
func (s *Server) Terminate() error { return s.cmd.Process.Signal(syscall.SIGTERM) }

// Stop asks the process to end and requires that it does, with exit code 0.
func (s *Server) Stop() error {
	began := time.Now()
	if err := s.Terminate(); err != nil {
		return fmt.Errorf("stop server: %w\n%s", err, s.Notes())
	}
	if !s.EndsWithin(10 * time.Second) {
		s.Kill()
		return fmt.Errorf("the server did not end within 10 s:\n%s", s.Notes())
	}
	if s.Exit() != 0 {
		return fmt.Errorf("the server ended with %d after %s:\n%s", s.Exit(), time.Since(began), s.Notes())
	}
	return nil
}

// EndsWithin waits for the end of the process.
func (s *Server) EndsWithin(d time.Duration) bool {
	select {
	case <-s.done:
		return true
	case <-time.After(d):
		return false
	}
}

// Done is closed when the process has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Exit is the exit code, -1 if a signal ended the process. It has ended.
func (s *Server) Exit() int { return s.cmd.ProcessState.ExitCode() }

// Output is everything that the process printed.
func (s *Server) Output() string { return s.out.String() }

// Notes is what it printed, without a line for each request.
func (s *Server) Notes() string {
	var b strings.Builder
	for line := range strings.Lines(s.Output()) {
		if !strings.Contains(line, "msg=request") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Peak is the highest resident memory of the process so far, in MiB.
func (s *Server) Peak() (int, error) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return kib >> 10, err
		}
	}
	return 0, errors.New("the kernel does not tell the peak memory")
}

// Poll asks until the answer is yes. An error ends it only with ctx.
func Poll(ctx context.Context, ask func() (bool, error)) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		ok, err := ask()
		if ok && err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last)
		}
	}
}

// output keeps what a process prints and finds its address there.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	found   bool
	address chan string
}

func newOutput() *output { return &output{address: make(chan string, 1)} }

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if !o.found {
		if _, rest, ok := strings.Cut(o.text.String(), "listens on http://"); ok {
			if address, _, ok := strings.Cut(rest, "\n"); ok {
				o.found = true
				o.address <- address
			}
		}
	}
	return len(p), nil
}

// String is everything so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
