package crash

import (
	"errors"
	"fmt"
	"strings"
)

// Verdict is what came out of a harness.
type Verdict struct {
	Sent, Acked, Stored int // distinct messages

	Lost     []string // acknowledged, not stored
	Invented []string // stored, but never sent, or not as it was sent
	Twice    []string // stored more than once
	Torn     []string // requests of which only a part is stored
	Wrong    []string // derived state that the log does not bear out
}

// Check holds the log against the ledger.
func Check(book *Book, stored []Fact) *Verdict {
	v := &Verdict{}
	sent, acked := map[string]Fact{}, map[string]bool{}
	for i, facts := range book.Requests {
		for _, f := range facts {
			sent[f.ID] = f
			if book.Acked[i] {
				acked[f.ID] = true
			}
		}
	}
	count := map[string]int{}
	for _, f := range stored {
		count[f.ID]++
		if was, ok := sent[f.ID]; !ok || was != f {
			v.Invented = append(v.Invented, fmt.Sprintf("%+v, sent %+v", f, was))
		}
		if count[f.ID] == 2 {
			v.Twice = append(v.Twice, f.ID)
		}
	}
	for id := range acked {
		if count[id] == 0 {
			v.Lost = append(v.Lost, id)
		}
	}
	v.Torn = torn(book, count)
	v.Sent, v.Acked, v.Stored = len(sent), len(acked), len(count)
	return v
}

// torn lists requests that are stored in part.
func torn(book *Book, count map[string]int) (out []string) {
	for i, facts := range book.Requests {
		there := 0
		for _, f := range facts {
			if count[f.ID] > 0 {
				there++
			}
		}
		if there != 0 && there != len(facts) {
			out = append(out, fmt.Sprintf("request %d: %d of %d", i, there, len(facts)))
		}
	}
	return out
}

// Err is nil if the verdict is good.
func (v *Verdict) Err() error {
	var errs []error
	for _, c := range []struct {
		what  string
		cases []string
	}{
		{"acknowledged messages are lost", v.Lost},
		{"messages are stored that were not sent so", v.Invented},
		{"messages are stored more than once", v.Twice},
		{"requests are stored in part", v.Torn},
		{"derived facts are wrong", v.Wrong},
	} {
		if n := len(c.cases); n > 0 {
			errs = append(errs, fmt.Errorf("%d %s: %s", n, c.what, strings.Join(c.cases[:min(n, 5)], "; ")))
		}
	}
	return errors.Join(errs...)
}

// String is the verdict in one line.
func (v *Verdict) String() string {
	return fmt.Sprintf("%d sent, %d acknowledged, %d stored; %d lost, %d invented, %d twice, %d torn, %d wrong",
		v.Sent, v.Acked, v.Stored, len(v.Lost), len(v.Invented), len(v.Twice), len(v.Torn), len(v.Wrong))
}
