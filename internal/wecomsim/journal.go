package wecomsim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"yutang/internal/fault"
)

// A journal is a record of the inputs that change something, without answers. A simulator
// made with the same journal goes on where it ended: it is made again from the header and
// repeats the inputs at their moments. Between two runs nobody acts, and callbacks that were
// not delivered are lost.

// openJournal reads the journal of the file and makes it the one to go on with. The header is
// nil for a new one.
func openJournal(name string) (*os.File, *line, *bufio.Reader, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("open journal: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, nil, nil, errors.Join(fault.New(fault.Conflict, "journal_in_use", "the journal %s is in use: %v", name, err), f.Close())
	}
	old, err := io.ReadAll(f)
	if err != nil {
		return nil, nil, nil, errors.Join(fmt.Errorf("read journal: %w", err), f.Close())
	}
	whole := old[:bytes.LastIndexByte(old, '\n')+1]
	if len(whole) < len(old) { // the last line was cut short
		if err := f.Truncate(int64(len(whole))); err != nil {
			return nil, nil, nil, errors.Join(fmt.Errorf("repair journal: %w", err), f.Close())
		}
	}
	if len(whole) == 0 {
		return f, nil, nil, nil
	}
	in := bufio.NewReader(bytes.NewReader(whole))
	_, first, err := readLine(in)
	if err != nil || first.Header == nil {
		return nil, nil, nil, errors.Join(fmt.Errorf("journal %s has no header: %w", name, err), f.Close())
	}
	return f, &first, in, nil
}

// inherit takes over what a journal's corp was made with.
func (c Config) inherit(h *header) Config {
	c.CorpID, c.Name, c.Secret, c.AgentID, c.Apps = h.CorpID, h.Name, h.Secret, h.AgentID, h.Apps
	c.Seed, c.Staff, c.Customers, c.Groups = h.Seed, h.Staff, h.Customers, h.Groups
	return c
}

// restore repeats a journal and stops the agents where it ends.
func (s *Sim) restore(first *line, in *bufio.Reader) error {
	s.restoring = true
	defer func() { s.restoring = false }()
	last := first.At
	for {
		_, l, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		last = l.At
		s.repeat(l)
	}
	s.clk.pin(last)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	s.rec.note(line{Kind: "pause", At: last})
	s.pause()
	return nil
}

// pause ends what agents do, without a trace among the actions.
func (s *Sim) pause() {
	s.enter()
	s.more.agents.rate = 0
	s.more.agents.epoch++
}

// note writes a line into the journal.
func (r *recorder) note(l line) {
	if r.journal == nil || r.err != nil {
		return
	}
	b, err := json.Marshal(l)
	if err == nil {
		_, err = r.journal.Write(append(b, '\n'))
	}
	r.err = err
}

// reads are the last parts of paths, or their beginnings, of calls by POST that change nothing.
var reads = []string{"get", "list", "batch", "statistic", "sync_msg", "transfer_result", "check_", "simplelist"}

// noteCall writes a call that had its effect into the journal, if it may have changed something.
func (r *recorder) noteCall(s *Sim, q request) {
	if r.journal == nil || q.method == get && q.path != "/gettoken" {
		return
	}
	name := q.path[strings.LastIndexByte(q.path, '/')+1:]
	for _, p := range reads {
		if strings.HasPrefix(name, p) && name != "gettoken" || strings.HasPrefix(q.path, "/externalcontact/batch") {
			return
		}
	}
	l := line{Kind: "call", At: s.at, Method: q.method, Name: q.path, Query: q.query, Type: q.kind, IP: q.ip, Flight: 1}
	if utf8.Valid(q.body) {
		l.Text = string(q.body)
	} else {
		l.Bytes = q.body
	}
	r.note(l)
}
