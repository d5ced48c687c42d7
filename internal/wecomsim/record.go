package wecomsim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"yutang/internal/clock"
)

// line is one line of a record.
type line struct {
	Kind   string    `json:"kind"` // header, call, action or callback
	At     time.Time `json:"at"`
	Header *header   `json:"header,omitempty"`

	Method string          `json:"method,omitempty"`
	Name   string          `json:"name,omitempty"` // path, action or Event/ChangeType
	Query  string          `json:"query,omitempty"`
	Type   string          `json:"type,omitempty"`
	Text   string          `json:"text,omitempty"`  // body, if it is UTF-8
	Bytes  []byte          `json:"bytes,omitempty"` // body, if not
	Args   json.RawMessage `json:"args,omitempty"`
	IP     string          `json:"ip,omitempty"`
	Flight int             `json:"flight,omitempty"`
	App    string          `json:"app,omitempty"`
	Answer string          `json:"answer,omitempty"`
	Sent   string          `json:"sent,omitempty"` // of a callback: once, twice, never
	Drop   bool            `json:"drop,omitempty"`
}

// header is what a simulator must be made with to give the same answers.
type header struct {
	CorpID, Name, Secret       string
	AgentID                    int64
	CallbackURL, Token, AESKey string
	Apps                       []App
	PublicURL                  string
	Seed                       uint64
	Staff, Customers, Groups   int
	Strict                     bool
	LimitScale                 float64
}

// recorder writes all traffic as JSON lines.
type recorder struct {
	w       io.Writer
	journal io.Writer // gets only what changes something, without answers; nil for none
	err     error
}

func (r *recorder) put(l line) {
	if r.w == nil || r.err != nil {
		return
	}
	b, err := json.Marshal(l)
	if err == nil {
		_, err = r.w.Write(append(b, '\n'))
	}
	r.err = err
}

// RecordError says why recording ended early, nil if it did not.
func (s *Sim) RecordError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rec.err
}

func (r *recorder) header(s *Sim) {
	c := s.cfg
	l := line{Kind: "header", At: s.at, Header: &header{
		CorpID: c.CorpID, Name: c.Name, Secret: c.Secret, AgentID: c.AgentID, CallbackURL: c.CallbackURL, Token: c.Token, AESKey: c.AESKey,
		Apps: c.Apps, PublicURL: c.PublicURL, Seed: c.Seed, Staff: c.Staff, Customers: c.Customers, Groups: c.Groups, Strict: c.Strict, LimitScale: c.LimitScale,
	}}
	r.put(l)
	r.note(l)
}

func (r *recorder) call(s *Sim, q request, a answer) {
	if r.w == nil {
		return
	}
	l := line{Kind: "call", At: s.at, Method: q.method, Name: q.path, Query: q.query, Type: q.kind, IP: q.ip, Flight: q.flight, Answer: string(a.body), Drop: a.dropped}
	if utf8.Valid(q.body) {
		l.Text = string(q.body)
	} else {
		l.Bytes = q.body
	}
	r.put(l)
}

func (r *recorder) action(s *Sim, name string, args, out any, err error) {
	if err == nil && !s.restoring && r.journal != nil {
		r.note(line{Kind: "action", At: s.at, Name: name, Args: json.RawMessage(asJSON(args))})
	}
	if r.w == nil {
		return
	}
	r.put(line{Kind: "action", At: s.at, Name: name, Args: json.RawMessage(asJSON(args)), Answer: answerText(out, err)})
}

func (r *recorder) callback(s *Sim, d *delivery, lost, twice bool) {
	sent := "once"
	switch {
	case lost:
		sent = "never"
	case twice:
		sent = "twice"
	}
	r.put(line{Kind: "callback", At: s.at, App: d.app, Name: d.event, Text: d.plain, Sent: sent})
}

// Replayed is the outcome of a replay.
type Replayed struct {
	Lines      int    // compared
	Difference string // the first line that came out differently, with what was recorded; "" if none did
}

// Replay makes a simulator as the record's, repeats every call and action at its virtual
// moment, and compares all answers and callbacks. Nothing is delivered.
func Replay(record io.Reader) (Replayed, error) {
	in := bufio.NewReader(record)
	raw, first, err := readLine(in)
	if err != nil || first.Header == nil {
		return Replayed{}, fmt.Errorf("replay: the record has no header: %w", err)
	}
	var got bytes.Buffer
	s, err := New(first.Header.config(first.At, &got))
	if err != nil {
		return Replayed{}, fmt.Errorf("replay: %w", err)
	}
	done := Replayed{}
	waiting := [][]byte{raw} // recorded, not yet compared
	last := first.At
	for {
		if done.Difference = compare(&waiting, &got, &done.Lines); done.Difference != "" {
			return done, nil
		}
		raw, l, err := readLine(in)
		if err != nil {
			s.repeat(line{At: last})
			done.Difference = compare(&waiting, &got, &done.Lines)
			if done.Difference == "" && len(waiting) > 0 {
				done.Difference = "recorded " + string(waiting[0]) + "\nnot replayed"
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return done, err
		}
		waiting, last = append(waiting, raw), l.At
		s.repeat(l)
	}
}

// repeat does what an input line says at its moment; for other lines it does nothing.
func (s *Sim) repeat(l line) {
	switch l.Kind {
	case "call":
		s.clk.pin(l.At)
		body := []byte(l.Text)
		if l.Bytes != nil {
			body = l.Bytes
		}
		s.answer(request{method: l.Method, path: l.Name, query: l.Query, kind: l.Type, body: body, ip: l.IP, flight: l.Flight})
	case "action":
		s.clk.pin(l.At)
		if a, ok := s.acts[l.Name]; ok {
			_, _ = a.run(s, l.Args)
		}
	case "pause":
		s.clk.pin(l.At)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pause()
	case "":
		s.clk.pin(l.At)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.enter()
	}
}

// compare takes what was replayed off the recorded lines; the first difference ends it.
func compare(waiting *[][]byte, got *bytes.Buffer, lines *int) string {
	for got.Len() > 0 {
		have, _ := got.ReadBytes('\n')
		have = bytes.TrimSpace(have)
		if len(*waiting) == 0 {
			return "replayed " + string(have) + "\nnot recorded"
		}
		want := (*waiting)[0]
		*waiting = (*waiting)[1:]
		*lines++
		if !bytes.Equal(want, have) {
			return fmt.Sprintf("recorded %s\nreplayed %s", want, have)
		}
	}
	return ""
}

func readLine(r *bufio.Reader) ([]byte, line, error) {
	raw, err := r.ReadBytes('\n')
	if err != nil {
		return nil, line{}, err
	}
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, line{}, err
	}
	return bytes.TrimSpace(raw), l, nil
}

func (h header) config(at time.Time, w io.Writer) Config {
	return Config{
		CorpID: h.CorpID, Name: h.Name, Secret: h.Secret, AgentID: h.AgentID, CallbackURL: h.CallbackURL, Token: h.Token, AESKey: h.AESKey,
		Apps: h.Apps, PublicURL: h.PublicURL, Seed: h.Seed, Staff: h.Staff, Customers: h.Customers, Groups: h.Groups, Strict: h.Strict,
		LimitScale: h.LimitScale, Clock: clock.NewManual(at), Record: w,
	}
}
