package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// child is the server as a process of its own: its memory is its own, and it can be killed.
type child struct {
	address string
	cmd     *exec.Cmd
	done    chan struct{}
}

// startChild runs this program's server in a data directory and waits until it takes work.
func startChild(ctx context.Context, data string) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "serve", "--data", data, "--listen", "127.0.0.1:0") //nolint:gosec,noctx // itself, and kill ends it
	cmd.Env = append(os.Environ(), "YUTANG_ADMIN_TOKEN="+adminToken, "YUTANG_WRITE_KEY="+writeKey, "YUTANG_LOG=warn")
	notes, err := os.OpenFile(data+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer notes.Close()
	cmd.Stderr = notes
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	c := &child{cmd: cmd, done: make(chan struct{})}
	address := make(chan string, 1)
	go func() {
		defer close(c.done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, at, ok := strings.Cut(lines.Text(), "listens on http://"); ok {
				address <- at
			}
		}
		_ = cmd.Wait() // kill and stop are the only ways out that count
	}()
	select {
	case c.address = <-address:
		return c, c.ready(ctx)
	case <-c.done:
		raw, _ := os.ReadFile(data + ".log")
		return nil, fmt.Errorf("the server ended at once:\n%s", raw)
	case <-ctx.Done():
		c.kill()
		return nil, ctx.Err()
	}
}

func (c *child) ready(ctx context.Context) error {
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+"/readyz", nil)
		if err != nil {
			return err
		}
		if res, err := forwarding.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return ctx.Err()
}

// kill ends the process as kill -9 does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may be gone already
	<-c.done
}

// memory is what the process has resident now and had at most, in bytes.
func (c *child) memory() (now, peak int64, err error) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(raw)) {
		name, rest, _ := strings.Cut(line, ":")
		into := map[string]*int64{"VmRSS": &now, "VmHWM": &peak}[name]
		if into == nil {
			continue
		}
		kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		if err != nil {
			return 0, 0, err
		}
		*into = kb << 10
	}
	if peak == 0 {
		return 0, 0, errors.New("the system does not tell the memory of a process")
	}
	return now, peak, nil
}

// cpu is the processor time that the process has used, in its own code and in the system's.
func (c *child) cpu() (time.Duration, error) { return cpuOf(strconv.Itoa(c.cmd.Process.Pid)) }

func cpuOf(pid string) (time.Duration, error) {
	raw, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(raw), ") ") // pid (name) state ppid ...
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("the system does not tell the time of a process")
	}
	return ticks(fields[11:13]) // utime, stime
}

// machineCPU is the processor time that everything on the machine has used.
func machineCPU() (time.Duration, error) {
	raw, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal
	if len(fields) < 9 {
		return 0, errors.New("the system does not tell the time of its processors")
	}
	return ticks(slices.Concat(fields[1:4], fields[6:9]))
}

func ticks(fields []string) (time.Duration, error) {
	var sum int64
	for _, f := range fields {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return time.Duration(sum) * time.Second / ticksPerSecond, nil
}

// ticksPerSecond is the unit of Linux's process times, the same on all its platforms.
const ticksPerSecond = 100

// usage is what this process and the rest of the machine took, in processors.
type usage struct {
	at        time.Time
	own, rest time.Duration
}

func startUsage() (u usage, err error) {
	u.at = time.Now()
	if u.own, err = cpuOf("self"); err != nil {
		return u, err
	}
	all, err := machineCPU()
	u.rest = all - u.own
	return u, err
}

// since says what was used from then on.
func (u usage) since() (own, rest float64, err error) {
	now, err := startUsage()
	took := now.at.Sub(u.at).Seconds()
	return (now.own - u.own).Seconds() / took, (now.rest - u.rest).Seconds() / took, err
}
