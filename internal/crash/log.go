package crash

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/seal"
)

// Log is what a stopped server's data directory holds.
type Log struct {
	Facts    []Fact         // the driver's messages, in the log's order
	Receipts map[string]int // Message Delivered events by delivery
	Events   int            // all of them
}

// ReadLog opens the database of a stopped server, checks that it is sound and reads it.
func ReadLog(ctx context.Context, data string) (*Log, error) {
	path := filepath.Join(data, "yutang.db")
	if _, err := db.CheckSQLite(ctx, path); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	box, err := seal.OpenKeyFile(filepath.Join(data, "key"))
	if err != nil {
		return nil, err
	}
	log := event.NewLog(d, box)
	if err := log.Load(ctx); err != nil {
		return nil, err
	}
	return readAll(ctx, log)
}

// readChunk is how many events are in memory opened.
const readChunk = 4096

func readAll(ctx context.Context, log *event.Log) (*Log, error) {
	source, _ := log.SourceByName("default") // absent: the server ended before it was made
	out := &Log{Receipts: map[string]int{}}
	if err := eachEvent(ctx, log, func(ev *event.Event) { out.take(ev, source.ID) }); err != nil {
		return nil, err
	}
	return out, nil
}

// eachEvent visits all events of a log, opened, in its order.
func eachEvent(ctx context.Context, log *event.Log, visit func(ev *event.Event)) error {
	var seqs []uint64
	open := func() error {
		evs, err := log.Read(ctx, seqs)
		for _, ev := range evs {
			visit(ev)
		}
		seqs = seqs[:0]
		return err
	}
	err := log.Scan(ctx, 1, log.Last()+1, func(s *event.Stored) error {
		seqs = append(seqs, s.Seq)
		if len(seqs) < readChunk {
			return nil
		}
		return open()
	})
	if err == nil && len(seqs) > 0 {
		err = open()
	}
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	return nil
}

func (l *Log) take(ev *event.Event, source int64) {
	l.Events++
	switch {
	case ev.SourceID == source:
		l.Facts = append(l.Facts, factOf(ev))
	case ev.Name == event.MessageDelivered:
		l.Receipts[ev.MessageID]++
	}
}

// factOf is a stored event in the driver's terms.
func factOf(ev *event.Event) Fact {
	f := Fact{ID: ev.MessageID, Name: ev.Name, At: ev.At.UnixMilli()}
	for _, id := range ev.Identities {
		switch id.Type {
		case "user_id":
			f.User = id.Value
		case "anonymous_id":
			f.Anon = id.Value
		}
	}
	props := gjson.ParseBytes(ev.Props)
	f.Order = props.Get("order_id").Str
	f.Revenue = int64(math.Round(props.Get("revenue").Num * 100))
	for _, op := range ev.Traits {
		if op.Name == "plan" {
			f.Plan = strings.Trim(string(op.Value), `"`)
		}
	}
	return f
}
