package segment

import (
	"strconv"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/ingest"
)

// The kinds of call.
const (
	identify = "identify"
	track    = "track"
	page     = "page"
	screen   = "screen"
	group    = "group"
	alias    = "alias"
)

// call is one call as it comes, not yet read.
type call struct {
	Type              ingest.Raw `json:"type"`
	Event             ingest.Raw `json:"event"`
	Name              ingest.Raw `json:"name"`
	Category          ingest.Raw `json:"category"`
	UserID            ingest.Raw `json:"userId"`
	AnonymousID       ingest.Raw `json:"anonymousId"`
	PreviousID        ingest.Raw `json:"previousId"`
	GroupID           ingest.Raw `json:"groupId"`
	MessageID         ingest.Raw `json:"messageId"`
	Timestamp         ingest.Raw `json:"timestamp"`
	OriginalTimestamp ingest.Raw `json:"originalTimestamp"`
	SentAt            ingest.Raw `json:"sentAt"`
	Properties        ingest.Raw `json:"properties"`
	Traits            ingest.Raw `json:"traits"`
	Context           ingest.Raw `json:"context"`
	WriteKey          ingest.Raw `json:"writeKey"`
}

// envelope is a batch as it comes.
type envelope struct {
	Batch    []ingest.Raw `json:"batch"`
	SentAt   ingest.Raw   `json:"sentAt"`
	Context  ingest.Raw   `json:"context"`
	WriteKey ingest.Raw   `json:"writeKey"`
}

func (e *envelope) read(body []byte) error {
	if err := ingest.Decode(body, e); err != nil {
		return err
	}
	if e.Batch == nil {
		return fault.BadField("/batch", "batch is missing: send a list of calls")
	}
	if o, ok := ingest.Object(e.Context); ok {
		e.Context = ingest.Raw(o)
		return nil
	}
	return notObject("context")
}

// key is the write key of the batch, or that of its first call.
func (e *envelope) key() string {
	if key := keyIn(e.WriteKey); key != "" || len(e.Batch) == 0 {
		return key
	}
	var c struct {
		WriteKey ingest.Raw `json:"writeKey"`
	}
	if ingest.DecodePart(e.Batch[0], &c) != nil {
		return ""
	}
	return keyIn(c.WriteKey)
}

// builder turns the calls of one request into events.
type builder struct {
	source   int64
	received time.Time
	sent     time.Time  // of the batch, for calls without their own
	context  ingest.Raw // of the batch, a valid object or nil
}

// all builds a batch. The first bad call ends it, named by its index.
func (b *builder) all(calls []ingest.Raw) ([]*event.Event, error) {
	evs := make([]*event.Event, len(calls))
	slab := make([]event.Event, len(calls))
	for i, raw := range calls {
		if err := b.one(&slab[i], raw); err != nil {
			return nil, ingest.Within("/batch/"+strconv.Itoa(i), err)
		}
		evs[i] = &slab[i]
	}
	return evs, nil
}

func (b *builder) one(ev *event.Event, raw ingest.Raw) error {
	if len(raw) > ingest.MaxEvent {
		return ingest.EventTooLarge(len(raw))
	}
	var c call
	if err := ingest.DecodePart(raw, &c); err != nil || ingest.Null(raw) {
		return fault.BadField("", "not an object: send a call such as {\"type\":\"track\", ...}")
	}
	kind, _ := ingest.Text(c.Type)
	return b.build(ev, kind, &c)
}

// build fills ev from a call of the given kind.
func (b *builder) build(ev *event.Event, kind string, c *call) error {
	ev.SourceID, ev.ReceivedAt = b.source, b.received
	if err := b.mark(ev, c); err != nil {
		return err
	}
	if err := b.surroundings(ev, c); err != nil {
		return err
	}
	if err := b.who(ev, c); err != nil {
		return err
	}
	if err := content(ev, kind, c); err != nil {
		return err
	}
	if len(ev.Identities) == 0 {
		return fault.BadField("/userId", "nobody is named: send userId or anonymousId")
	}
	return nil
}

// mark sets the message id and the time.
func (b *builder) mark(ev *event.Event, c *call) (err error) {
	if ev.MessageID, err = ingest.MessageID("messageId", c.MessageID); err != nil {
		return err
	}
	if ev.MessageID == "" {
		ev.MessageID = id.New("msg")
	}
	return b.when(ev, c)
}
