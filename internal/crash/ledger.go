package crash

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// Fact is one message as the driver means it.
type Fact struct {
	ID      string `json:"id"`
	Name    string `json:"n"`
	User    string `json:"u,omitempty"`
	Anon    string `json:"a,omitempty"`
	Order   string `json:"o,omitempty"`
	Revenue int64  `json:"r,omitempty"` // minor units
	Plan    string `json:"p,omitempty"` // the trait of that name
	At      int64  `json:"t"`           // ms
}

// entry is a line of the ledger: what is going to be sent, or which request was
// acknowledged.
type entry struct {
	Request int    `json:"q"`
	Facts   []Fact `json:"facts,omitempty"`
	Acked   bool   `json:"acked,omitempty"`
}

// Ledger is the driver's own record, in a file apart from the server's data. A line is
// written before its request is sent, and after its answer came. Safe for concurrent use.
type Ledger struct {
	mu       sync.Mutex
	file     *os.File
	requests int
	acked    int
	doubt    bool
}

// NewLedger makes a ledger file.
func NewLedger(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make ledger: %w", err)
	}
	return &Ledger{file: f}, nil
}

// Intend records what is going to be sent as one request, and numbers it.
func (l *Ledger) Intend(facts []Fact) (request int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	request = l.requests
	l.requests++
	return request, l.write(entry{Request: request, Facts: facts})
}

// Doubt says whether acknowledgements are left out from now on.
func (l *Ledger) Doubt(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doubt = on
}

// Ack records that a request was acknowledged.
func (l *Ledger) Ack(request int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.doubt {
		return nil
	}
	l.acked++
	return l.write(entry{Request: request, Acked: true})
}

func (l *Ledger) write(e entry) error {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = l.file.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	return nil
}

// Acked is how many acknowledgements there are, repeats included.
func (l *Ledger) Acked() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked
}

// Close closes the file.
func (l *Ledger) Close() error { return l.file.Close() }

// Book is a ledger read back.
type Book struct {
	Requests [][]Fact
	Acked    map[int]bool
}

// ReadLedger reads a ledger's file.
func ReadLedger(path string) (*Book, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	defer f.Close()
	b := &Book{Acked: map[int]bool{}}
	lines := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	for lines.More() {
		var e entry
		if err := lines.Decode(&e); err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		switch {
		case e.Acked:
			b.Acked[e.Request] = true
		case e.Request != len(b.Requests):
			return nil, fmt.Errorf("read ledger: request %d stands where %d should", e.Request, len(b.Requests))
		default:
			b.Requests = append(b.Requests, e.Facts)
		}
	}
	return b, nil
}
