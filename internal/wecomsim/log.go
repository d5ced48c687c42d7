package wecomsim

import (
	"slices"
	"strings"
	"time"
)

// Entry is one line of the log.
type Entry struct {
	Seq     uint64    `json:"seq"`
	At      time.Time `json:"at"`   // virtual
	Kind    string    `json:"kind"` // call, callback or action
	App     string    `json:"app,omitempty"`
	Path    string    `json:"path"` // of the call; Event/ChangeType of the callback; name of the action
	Code    int       `json:"errcode"`
	State   string    `json:"state,omitempty"` // of a callback: lost, delivered, failed, given up; of a call: dropped
	Attempt int       `json:"attempt,omitempty"`
	Request string    `json:"request,omitempty"` // body or query; the XML of a callback
	Answer  string    `json:"answer,omitempty"`
}

// ring keeps the latest entries.
type ring struct {
	size int
	seq  uint64
	list []Entry
}

const maxLogged = 4096

func (r *ring) add(e Entry) {
	r.seq++
	e.Seq = r.seq
	e.Request, e.Answer = clip(e.Request), clip(e.Answer)
	if len(r.list) < r.size {
		r.list = append(r.list, e)
		return
	}
	r.list[(r.seq-1)%uint64(r.size)] = e
}

func clip(v string) string {
	if len(v) > maxLogged {
		return strings.Clone(v[:maxLogged]) // v may be large
	}
	return v
}

// LogFilter chooses log entries; zero fields match all.
type LogFilter struct {
	Kind, Path, State string
	After             uint64 // seq
	Limit             int    // the latest so many; 0 is all kept
}

// Log gives the kept entries that match, oldest first.
func (s *Sim) Log(f LogFilter) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Entry
	for _, e := range s.ring.list {
		if e.Seq > f.After && (f.Kind == "" || e.Kind == f.Kind) && (f.Path == "" || e.Path == f.Path) && (f.State == "" || e.State == f.State) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return int(a.Seq) - int(b.Seq) })
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[len(out)-f.Limit:]
	}
	return out
}

func (s *Sim) logDelivery(d *delivery, state, why string) {
	s.ring.add(Entry{At: s.at, Kind: "callback", App: d.app, Path: d.event, State: state, Attempt: d.attempt, Request: d.plain, Answer: why})
}
