package demo

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"yutang/internal/clock"
	"yutang/internal/importer"
)

const (
	barWidth   = 30
	barEvery   = 100 * time.Millisecond // on a terminal
	lineEvery  = 2 * time.Second        // elsewhere
	eraseRight = "\x1b[K"
)

// bar draws progress: in place on a terminal, as plain lines elsewhere.
type bar struct {
	out      io.Writer
	terminal bool
	clock    clock.Clock
	last     time.Time
	open     bool // the cursor stands behind a bar
}

func (b *bar) show(p importer.Progress) {
	now, every := b.clock.Now(), lineEvery
	if b.terminal {
		every = barEvery
	}
	if now.Sub(b.last) < every && (p.Total == 0 || p.Rows < p.Total) {
		return
	}
	b.last = now
	text := fmt.Sprintf("counting rows: %s", grouped(p.Rows))
	if !p.Counting {
		text = fmt.Sprintf("%s %3.0f %%  %s of %s rows  %s rows/s  %s left", drawn(p.Percent()), p.Percent(),
			grouped(p.Rows), grouped(p.Total), grouped(int64(p.Rate)), p.Left.Round(time.Second))
	}
	if !b.terminal {
		fmt.Fprintln(b.out, text)
		return
	}
	fmt.Fprint(b.out, "\r", text, eraseRight)
	b.open = true
}

func (b *bar) end() {
	if b.open {
		fmt.Fprintln(b.out)
	}
}

func drawn(percent float64) string {
	full := min(barWidth, max(0, int(percent/100*barWidth)))
	return "[" + strings.Repeat("█", full) + strings.Repeat("·", barWidth-full) + "]"
}

// sortedReasons gives reasons, the commonest first.
func sortedReasons(reasons map[string]int64) []string {
	out := make([]string, 0, len(reasons))
	for reason := range reasons {
		out = append(out, reason)
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), cmp.Compare(a, b))
	})
	return out
}
