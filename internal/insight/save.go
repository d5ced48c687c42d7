package insight

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// Submitter takes events down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Saver keeps the people behind a number: as a tag, and an audience of those who have it.
type Saver struct {
	*Base
	Road   Submitter
	Source int64 // of the tags' events
}

// saveChunk is how many tags travel together.
const saveChunk = 1000

// Save puts the tag "分析/NAME" on people and makes the audience of all who have it. The tag
// stays when the customers change: it says who they were.
func (s *Saver) Save(ctx context.Context, name, by string, people *roaring.Bitmap) (audience.Audience, error) {
	if people.IsEmpty() {
		return audience.Audience{}, fault.New(fault.Precondition, "nobody", "nobody is behind this number")
	}
	label := "分析/" + name
	rule, err := json.Marshal(map[string]string{"tag": label})
	if err != nil {
		return audience.Audience{}, fmt.Errorf("save people: %w", err)
	}
	a, err := s.Audiences.Create(ctx, audience.Input{Name: name, Description: "saved from a report", Rule: rule, By: by})
	if err != nil {
		return a, err
	}
	key, now := id.New("sav"), s.Clock.Now()
	it := people.ManyIterator()
	roots := make([]uint32, saveChunk)
	for n := it.NextMany(roots); n > 0; n = it.NextMany(roots) {
		evs := make([]*event.Event, n)
		for i, root := range roots[:n] {
			evs[i] = s.tagged(key, label, root, now)
		}
		if _, err := s.Road.SubmitEvents(ctx, evs); err != nil {
			return a, fmt.Errorf("tag people: %w", err)
		}
	}
	s.Audiences.Build(a)
	return a, nil
}

func (s *Saver) tagged(key, label string, root uint32, at time.Time) *event.Event {
	props, _ := json.Marshal(map[string]string{"tag": label, "why": "report"}) // texts always marshal
	return &event.Event{
		SourceID: s.Source, MessageID: fmt.Sprint(key, "/", root), Name: event.TagAdded, Ord: root, At: at, ReceivedAt: at,
		Props: props, Tags: []event.TagOp{{Tag: label}},
	}
}
