package privacy

import (
	"context"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Consent is one time that a customer said yes or no.
type Consent struct {
	At      time.Time `json:"at"`
	Given   bool      `json:"given"`
	Channel string    `json:"channel" doc:"* is every channel"`
	Source  string    `json:"source" doc:"the data source that told of it"`
	Event   uint64    `json:"event" doc:"place in the event log"`
	Counts  bool      `json:"counts" doc:"the newest word on its channel"`
}

// Consents is what a customer said, the newest first, over all records.
func (s *Service) Consents(ctx context.Context, root uint32) ([]Consent, error) {
	evs, err := s.Log.Read(ctx, s.seqsNamed(root, event.ConsentGiven, event.ConsentWithdrawn))
	if err != nil {
		return nil, err
	}
	sources := map[int64]string{}
	for _, src := range s.Log.Sources() {
		sources[src.ID] = src.Name
	}
	out := make([]Consent, 0, len(evs))
	heard := map[string]bool{}
	for _, ev := range evs {
		channel := strings.ToLower(gjson.GetBytes(ev.Props, "channel").String())
		if channel == "" {
			channel = "*"
		}
		out = append(out, Consent{
			At: ev.At, Given: ev.Name == event.ConsentGiven, Channel: channel, Source: sources[ev.SourceID], Event: ev.Seq, Counts: !heard[channel],
		})
		heard[channel] = true
	}
	return out, nil
}

// seqsNamed are the places of a customer's events of some names, the newest first.
func (s *Service) seqsNamed(root uint32, names ...string) []uint64 {
	wanted := map[uint16]bool{}
	for _, name := range names {
		if n, ok := s.Log.NameID(name); ok {
			wanted[n] = true
		}
	}
	out := []uint64{}
	var t timeline.Track
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	s.Timeline.Read(root, nil, &t)
	for i := t.Len() - 1; i >= 0; i-- {
		if wanted[t.Name[i]] {
			out = append(out, uint64(t.Seq[i]))
		}
	}
	return out
}
