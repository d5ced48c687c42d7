package wecomsim

import (
	"bytes"
	"embed"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"yutang/internal/fault"
)

// files are the page with the phones.
//
//go:embed phones
var files embed.FS

// phones is what the page needs beside the corp: how far each phone has read. It changes no
// traffic, so it is no action.
type phones struct {
	seen map[reading]time.Time
}

// reading is a phone's holder and whom, or which group, was read.
type reading struct{ who, peer string }

func newPhones() phones { return phones{seen: map[reading]time.Time{}} }

// pagePolicy lets the page load nothing but its own; what apps link to opens in a frame.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https: data:; connect-src 'self'; " +
	"frame-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// phoneRoutes serves the page and what it asks for.
func (s *Sim) phoneRoutes(mux *http.ServeMux) {
	sub, err := fs.Sub(files, "phones")
	if err != nil {
		panic(err)
	}
	mux.Handle("GET /sim/{$}", pageFiles(sub, "/sim/"))
	mux.Handle("GET /sim/phones/", pageFiles(sub, "/sim/phones/"))
	mux.HandleFunc("GET /sim/media/{id}", s.serveMedia)
	reads := map[string]func(*http.Request) (any, error){
		"pulse":  func(*http.Request) (any, error) { return s.pulse(), nil },
		"agents": func(*http.Request) (any, error) { return s.Agents(), nil },
		"people": func(r *http.Request) (any, error) {
			return s.people(q(r, "kind"), q(r, "q"), qn(r, "limit", 40)), nil
		},
		"phone": func(r *http.Request) (any, error) { return s.phone(q(r, "who"), q(r, "q")) },
		"talk": func(r *http.Request) (any, error) {
			return orEmpty(s.talk(q(r, "userid"), q(r, "external_userid"))), nil
		},
		"corp": func(*http.Request) (any, error) {
			out := obj{"corpid": s.cfg.CorpID, "name": s.cfg.Name, "seed": s.cfg.Seed}
			for _, a := range s.Apps() {
				if a.Toolbar != "" || a.Home != "" {
					out["toolbar"], out["home"] = a.Toolbar, a.Home
				}
			}
			return out, nil
		},
	}
	for name, read := range reads {
		mux.HandleFunc("GET /sim/api/"+name, func(w http.ResponseWriter, r *http.Request) { reply(w, read, r) })
	}
	mux.HandleFunc("POST /sim/api/seen", func(w http.ResponseWriter, r *http.Request) { reply(w, s.sawRequest, r) })
}

// pageFiles serves the page's files below prefix.
func pageFiles(sub fs.FS, prefix string) http.Handler {
	serve := http.StripPrefix(strings.TrimSuffix(prefix, "/"), http.FileServerFS(sub))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		serve.ServeHTTP(w, r)
	})
}

// serveMedia shows a picture or video that went with a message, while the platform keeps it.
func (s *Sim) serveMedia(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	m, ok := s.media[r.PathValue("id")]
	var data []byte
	name, kind := "", ""
	if ok {
		data, name, kind = m.data, m.name, m.kind
	}
	s.mu.Unlock()
	if data == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Type", "application/octet-stream")
	if kind == "image" || kind == "video" {
		h.Set("Content-Type", http.DetectContentType(data))
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// pulse tells the page whether anything has happened.
func (s *Sim) pulse() obj {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	return obj{"seq": s.ring.seq, "now": s.at, "pending": len(s.queue.heap) + s.queue.away, "rate": s.more.agents.rate}
}

func (s *Sim) sawRequest(r *http.Request) (any, error) {
	var in struct {
		Who  string `json:"who"`
		Peer string `json:"peer"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 4096)).Decode(&in); err != nil {
		return nil, fault.Wrap(fault.Invalid, "bad_request", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	if s.nameOf(in.Who) == "" {
		return nil, notFound("phone", in.Who)
	}
	s.more.phones.seen[reading{in.Who, in.Peer}] = s.at
	return struct{}{}, nil
}

// Person is somebody with a phone.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"` // staff or customer
	Note     string `json:"note,omitempty"`
	Contacts int    `json:"contacts"`
	Left     bool   `json:"left,omitempty"`
}

// people finds members, or customers with the latest first, whose name, remark or id contains
// the words.
func (s *Sim) people(kind, words string, limit int) []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Person{}
	words = strings.ToLower(strings.TrimSpace(words))
	if kind == "staff" {
		for _, m := range s.memberList {
			if len(out) < limit && matches(words, m.id, m.name, m.position) {
				out = append(out, Person{m.id, m.name, "staff", m.position, len(m.contacts), m.status == memberLeft})
			}
		}
		return out
	}
	for i := len(s.customerList) - 1; i >= 0 && len(out) < limit; i-- {
		c := s.customerList[i]
		note := ""
		for _, f := range c.follows {
			if f.remark != "" {
				note = f.remark
			}
		}
		if matches(words, c.id, c.name, note) {
			out = append(out, Person{c.id, c.name, "customer", note, len(c.follows), false})
		}
	}
	return out
}

func matches(words string, texts ...string) bool {
	for _, t := range texts {
		if strings.Contains(strings.ToLower(t), words) {
			return true
		}
	}
	return false
}
