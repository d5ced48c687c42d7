package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"yutang/internal/fault"
)

// TooLarge is the code of errors about size; it is answered 413 instead of 400.
const TooLarge = "too_large"

// maxDrain is how much of a refused body is read all the same, so that a client which
// writes before it reads still sees the answer.
const maxDrain = 4 << 20

var (
	buffers   = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	unpackers = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

// Body is a request's body in borrowed memory.
type Body struct {
	in     *Intake
	buf    *bytes.Buffer
	weight int64
}

// Bytes is the body, valid until Close.
func (b *Body) Bytes() []byte { return b.buf.Bytes() }

// Close gives the memory back.
func (b *Body) Close() {
	b.in.flying.Add(-b.weight)
	b.buf.Reset()
	buffers.Put(b.buf)
}

// Read reads r's body, unpacked if it is gzip, at most limit bytes. While the server is busy
// it reads nothing.
func (in *Intake) Read(r *http.Request, limit int64) (*Body, error) {
	if in.Busy != nil {
		if err := in.Busy(); err != nil {
			return nil, err
		}
	}
	packed := false
	switch encoding := r.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
	case "gzip":
		packed = true
	default:
		return nil, fault.BadField("", "Content-Encoding %q is not known: send gzip or none", encoding)
	}
	if r.ContentLength > limit+1024 || (!packed && r.ContentLength > limit) {
		drain(r)
		return nil, tooLarge(limit)
	}
	weight := limit
	if !packed && r.ContentLength >= 0 {
		weight = r.ContentLength
	}
	if in.flying.Add(weight) > maxFlying {
		in.flying.Add(-weight)
		e := fault.New(fault.RateLimited, "too_many_requests", "too much at once: send again later")
		e.RetryAfter = time.Second
		return nil, e
	}
	b := &Body{in: in, buf: buffers.Get().(*bytes.Buffer), weight: weight}
	if err := fill(b.buf, r, packed, limit); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func fill(buf *bytes.Buffer, r *http.Request, packed bool, limit int64) error {
	if packed {
		return Unpack(buf, r.Body, limit)
	}
	if _, err := buf.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		return fault.Wrap(fault.Invalid, "unreadable_body", err)
	}
	if int64(buf.Len()) > limit {
		drain(r)
		return tooLarge(limit)
	}
	return nil
}

// Unpack appends the content of the gzip stream packed to buf, at most limit bytes.
func Unpack(buf *bytes.Buffer, packed io.Reader, limit int64) error {
	z := unpackers.Get().(*gzip.Reader)
	defer unpackers.Put(z)
	err := z.Reset(packed)
	if err == nil {
		_, err = buf.ReadFrom(io.LimitReader(z, limit+1))
	}
	if err != nil {
		return fault.BadField("", "not gzip: send a whole gzip stream or none")
	}
	if int64(buf.Len()) > limit {
		return tooLarge(limit)
	}
	return nil
}

func tooLarge(limit int64) error {
	return fault.New(fault.Invalid, TooLarge, "more than %d KiB: send less at once", limit>>10)
}

// EventTooLarge is the error about one event of a batch.
func EventTooLarge(size int) error {
	return fault.BadField("", "the event has %d bytes, more than %d: shorten its properties", size, MaxEvent)
}

func drain(r *http.Request) {
	_, err := io.CopyN(io.Discard, r.Body, maxDrain)
	if err != nil && !errors.Is(err, io.EOF) {
		r.Close = true
	}
}
