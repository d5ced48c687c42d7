package segment

import (
	"bytes"

	"yutang/internal/event"
	"yutang/internal/ingest"
)

// when sets the time of the event. A timestamp is the sender's word and is taken as it is
// if believable. An originalTimestamp is the reading of a device's clock: with sentAt, the
// reading of the same clock at sending, it is corrected by Segment's formula
//
//	at = receivedAt - (sentAt - originalTimestamp)
//
// and so is a timestamp that only repeats it.
func (b *builder) when(ev *event.Event, c *call) error {
	stamp, err := ingest.Time("timestamp", c.Timestamp)
	if err != nil {
		return err
	}
	original, err := ingest.Time("originalTimestamp", c.OriginalTimestamp)
	if err != nil {
		return err
	}
	sent := b.sent
	if !ingest.Null(c.SentAt) {
		if sent, err = ingest.Time("sentAt", c.SentAt); err != nil {
			return err
		}
	}
	device := !original.IsZero() && (stamp.IsZero() || bytes.Equal(c.Timestamp, c.OriginalTimestamp))
	switch {
	case device && !sent.IsZero():
		ev.At, ev.Clamped = ingest.Skewed(b.received, original, sent)
	case device:
		ev.At, ev.Clamped = ingest.Moment(b.received, original, sent)
	default:
		ev.At, ev.Clamped = ingest.Moment(b.received, stamp, sent)
	}
	return nil
}
