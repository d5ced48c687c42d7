package importcli

import (
	"fmt"
	"strings"
	"time"

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
	Screen
	last time.Time
	open bool // the cursor stands behind a bar
}

func (b *bar) show(p importer.Progress) {
	now, every := b.Clock.Now(), lineEvery
	if b.Terminal {
		every = barEvery
	}
	if now.Sub(b.last) < every && (p.Total == 0 || p.Rows < p.Total) {
		return
	}
	b.last = now
	text := fmt.Sprintf("counting rows: %s", Grouped(p.Rows))
	if !p.Counting {
		text = fmt.Sprintf("%s %3.0f %%  %s of %s rows  %s rows/s  %s left", drawn(p.Percent()), p.Percent(),
			Grouped(p.Rows), Grouped(p.Total), Grouped(int64(p.Rate)), p.Left.Round(time.Second))
	}
	if !b.Terminal {
		fmt.Fprintln(b.Out, text)
		return
	}
	fmt.Fprint(b.Out, "\r", text, eraseRight)
	b.open = true
}

func (b *bar) end() {
	if b.open {
		fmt.Fprintln(b.Out)
	}
}

func drawn(percent float64) string {
	full := min(barWidth, max(0, int(percent/100*barWidth)))
	return "[" + strings.Repeat("█", full) + strings.Repeat("·", barWidth-full) + "]"
}
