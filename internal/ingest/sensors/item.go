package sensors

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/ingest"
)

// item is one record as it comes, not yet read.
type item struct {
	Type        ingest.Raw `json:"type"`
	Event       ingest.Raw `json:"event"`
	DistinctID  ingest.Raw `json:"distinct_id"`
	OriginalID  ingest.Raw `json:"original_id"`
	AnonymousID ingest.Raw `json:"anonymous_id"`
	LoginID     ingest.Raw `json:"login_id"`
	Identities  ingest.Raw `json:"identities"`
	Time        ingest.Raw `json:"time"`
	FlushTime   ingest.Raw `json:"_flush_time"`
	TrackID     ingest.Raw `json:"_track_id"`
	Properties  ingest.Raw `json:"properties"`
	Lib         ingest.Raw `json:"lib"`
	ItemType    ingest.Raw `json:"item_type"`
	ItemID      ingest.Raw `json:"item_id"`
	Project     ingest.Raw `json:"project"`
	Token       ingest.Raw `json:"token"`
}

// builder turns the items of one request into events.
type builder struct {
	received time.Time
	source   func(*item) (event.Source, error)
}

// all builds every item. The first bad item ends it, named by its index.
func (b *builder) all(pointer string, items []ingest.Raw) ([]*event.Event, error) {
	evs := make([]*event.Event, len(items))
	slab := make([]event.Event, len(items))
	for i, raw := range items {
		if err := b.one(&slab[i], raw); err != nil {
			return nil, ingest.Within(pointer+"/"+strconv.Itoa(i), err)
		}
		evs[i] = &slab[i]
	}
	return evs, nil
}

func (b *builder) one(ev *event.Event, raw ingest.Raw) error {
	if len(raw) > ingest.MaxEvent {
		return ingest.EventTooLarge(len(raw))
	}
	var it item
	if err := ingest.DecodePart(raw, &it); err != nil || ingest.Null(raw) {
		return fault.BadField("", "not an object: send an item such as {\"type\":\"track\", ...}")
	}
	src, err := b.source(&it)
	if err != nil {
		return err
	}
	ev.SourceID, ev.ReceivedAt = src.ID, b.received
	if err := b.when(ev, &it); err != nil {
		return err
	}
	if err := content(ev, &it); err != nil {
		return err
	}
	if lib, ok := ingest.Object(it.Lib); ok && lib != nil {
		ev.Context = ingest.Prepend(nil, ingest.MemberText("lib", lib))
	}
	ev.MessageID = it.messageID()
	return nil
}

// when trusts time; one that cannot be is corrected by _flush_time, the reading of the same
// clock at sending.
func (b *builder) when(ev *event.Event, it *item) error {
	given, err := ingest.Time("time", it.Time)
	if err != nil {
		return err
	}
	sent, err := ingest.Time("_flush_time", it.FlushTime)
	if err != nil {
		return err
	}
	ev.At, ev.Clamped = ingest.Moment(b.received, given, sent)
	return nil
}

// messageID is the same for every sending of one item. Libraries give each item a random
// _track_id; an item without one is known by its content and time. An item without a time
// happens when it is sent, so each sending is another.
func (it *item) messageID() string {
	if ingest.Null(it.Time) && ingest.Null(it.TrackID) {
		return id.New("msg")
	}
	hash := sha256.New()
	parts := []ingest.Raw{it.Type, it.DistinctID, it.Time, it.TrackID, it.ItemID}
	if ingest.Null(it.TrackID) {
		parts = append(parts, it.Event, it.OriginalID, it.AnonymousID, it.LoginID, it.Identities, it.Properties, it.ItemType)
	}
	for _, p := range parts {
		hash.Write(p)
		hash.Write([]byte{0})
	}
	return "sa_" + hex.EncodeToString(hash.Sum(nil)[:16])
}
