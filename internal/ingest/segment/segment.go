// Package segment is the door for Segment's HTTP Tracking API, so that Segment's and
// RudderStack's libraries work unchanged.
//
// It promises what Segment does: one call or a batch of calls, the write key as Basic user
// name, in the query or in the body, and {"success":true} once everything is stored. It is
// stricter where silence would lose data: a bad call refuses its whole batch with the place
// and the remedy. It does not keep integrations, _metadata and channel: they steer Segment's
// own servers.
package segment

import (
	"net/http"

	"yutang/internal/event"
	"yutang/internal/ingest"
)

type door struct{ *ingest.Intake }

// Routes puts the door on mux.
func Routes(mux *http.ServeMux, in *ingest.Intake) {
	d := door{in}
	for path, kind := range map[string]string{
		"identify": identify, "track": track, "page": page, "screen": screen, "group": group, "alias": alias,
		"i": identify, "t": track, "p": page, "s": screen, "g": group, "a": alias,
	} {
		mux.HandleFunc("/v1/"+path, ingest.Open(d.call(kind)))
	}
	for _, path := range []string{"batch", "b", "import"} {
		mux.HandleFunc("/v1/"+path, ingest.Open(d.batch))
	}
	mux.HandleFunc("/v1/projects/{key}/settings", ingest.Open(d.settings))
}

// call serves one event of the given kind.
func (d door) call(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !posted(w, r) {
			return
		}
		body, err := d.Read(r, ingest.MaxEvent)
		if err != nil {
			d.Refuse(w, r, err)
			return
		}
		defer body.Close()
		d.answer(w, r, d.storeCall(r, kind, body.Bytes()))
	}
}

func (d door) batch(w http.ResponseWriter, r *http.Request) {
	if !posted(w, r) {
		return
	}
	body, err := d.Read(r, ingest.MaxBatch)
	if err != nil {
		d.Refuse(w, r, err)
		return
	}
	defer body.Close()
	d.answer(w, r, d.storeBatch(r, body.Bytes()))
}

func posted(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodPost {
		return true
	}
	w.Header().Set("Allow", "POST, OPTIONS")
	w.WriteHeader(http.StatusMethodNotAllowed)
	return false
}

func (d door) answer(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		d.Refuse(w, r, err)
		return
	}
	ingest.Accept(w)
}

func (d door) storeCall(r *http.Request, kind string, body []byte) error {
	src, known, err := d.sender(r)
	if err != nil {
		return err
	}
	c := new(call)
	if err := ingest.Decode(body, c); err != nil {
		return err
	}
	if !known {
		if src, err = d.ByKey(keyIn(c.WriteKey)); err != nil {
			return err
		}
	}
	ev := new(event.Event)
	b := builder{source: src.ID, received: d.Now()}
	if err := b.build(ev, kind, c); err != nil {
		return err
	}
	return d.Submit(r.Context(), []*event.Event{ev})
}

func (d door) storeBatch(r *http.Request, body []byte) error {
	src, known, err := d.sender(r)
	if err != nil {
		return err
	}
	env := new(envelope)
	if err := env.read(body); err != nil {
		return err
	}
	if !known {
		if src, err = d.ByKey(env.key()); err != nil {
			return err
		}
	}
	sent, err := ingest.Time("sentAt", env.SentAt)
	if err != nil {
		return err
	}
	b := builder{source: src.ID, received: d.Now(), sent: sent, context: env.Context}
	evs, err := b.all(env.Batch)
	if err != nil {
		return err
	}
	return d.Submit(r.Context(), evs)
}

// sender finds the source by what stands outside the body. known is false if nothing does.
func (d door) sender(r *http.Request) (src event.Source, known bool, err error) {
	key, _, ok := r.BasicAuth()
	if (!ok || key == "") && r.URL.RawQuery != "" {
		key = r.URL.Query().Get("writeKey")
	}
	if key == "" {
		return event.Source{}, false, nil
	}
	src, err = d.ByKey(key)
	return src, true, err
}

func keyIn(r ingest.Raw) string {
	key, _ := ingest.Text(r)
	return key
}
