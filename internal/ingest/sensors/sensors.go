// Package sensors is the door for the protocol of 神策 (Sensors Analytics), so that its
// libraries work unchanged.
//
// The project of the address is the name of a source; a token, if there is one, is a
// source's write key and decides alone. Without either in the address, those of the items
// count, and then the source named default. The crc that some libraries add is not checked:
// the transport checks the bytes, gzip and JSON check the content.
//
// It promises that a request is stored whole or not at all, and that a library's repeat
// after a lost answer has no effect. track_id_unbind is recorded but takes nothing apart:
// only a person unmerges customers.
package sensors

import (
	"net/http"

	"yutang/internal/event"
	"yutang/internal/ingest"
)

// defaultProject is the name of the source when nothing is named.
const defaultProject = "default"

// pixel is a transparent GIF of one dot: pages send by loading it as an image.
const pixel = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

type door struct{ *ingest.Intake }

// Routes puts the door on mux. /debug is where libraries in debug mode send: with the
// header Dry-Run: true the items are checked only.
func Routes(mux *http.ServeMux, in *ingest.Intake) {
	d := door{in}
	mux.HandleFunc("/sa", ingest.Open(d.take))
	mux.HandleFunc("/sa.gif", ingest.Open(d.take))
	mux.HandleFunc("/debug", ingest.Open(d.take))
}

func (d door) take(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST, OPTIONS")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if err := d.store(r); err != nil {
		d.Refuse(w, r, err)
		return
	}
	if r.Method == http.MethodPost {
		ingest.Accept(w)
		return
	}
	w.Header().Set("Content-Type", "image/gif")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(pixel)) // a page that has gone needs no dot
}

func (d door) store(r *http.Request) error {
	body, err := d.Read(r, maxForm)
	if err != nil {
		return err
	}
	defer body.Close()
	form, err := fields(r, body.Bytes())
	if err != nil {
		return err
	}
	items, err := form.items()
	if err != nil {
		return err
	}
	b := builder{received: d.Now(), source: d.finder(r)}
	evs, err := b.all(form.pointer, items)
	if err != nil {
		return err
	}
	if r.URL.Path == "/debug" && r.Header.Get("Dry-Run") == "true" {
		return nil
	}
	return d.Submit(r.Context(), evs)
}

// finder gives the source of an item. What stands in the address comes before what stands
// in the item.
func (d door) finder(r *http.Request) func(it *item) (event.Source, error) {
	query := r.URL.Query()
	var last struct {
		token, project string
		source         event.Source
	}
	return func(it *item) (event.Source, error) {
		token, project := query.Get("token"), query.Get("project")
		if token == "" && project == "" {
			token, _ = ingest.Text(it.Token)
			project, _ = ingest.Text(it.Project)
		}
		if project == "" {
			project = defaultProject
		}
		if last.source.ID != 0 && last.token == token && last.project == project {
			return last.source, nil
		}
		var src event.Source
		var err error
		if token != "" {
			src, err = d.ByKey(token)
		} else {
			src, err = d.ByName(project)
		}
		last.token, last.project, last.source = token, project, src
		return src, err
	}
}
