package wecomsim

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
)

// archiveRoutes serves the archive as the platform's native library would give it: rows at
// /sim/archive/chatdata, media at /sim/archive/media. corpid and secret are those of Init.
func (s *Sim) archiveRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sim/archive/chatdata", s.serveChatData)
	mux.HandleFunc("GET /sim/archive/media", s.serveArchiveMedia)
	mux.HandleFunc("GET /sim/archive/key", func(w http.ResponseWriter, _ *http.Request) {
		text, err := s.ArchiveKey()
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write([]byte(text))
	})
}

// archiveRefused is the library's code for who may not pull, 0 for who may.
func (s *Sim) archiveRefused(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	right := slices.ContainsFunc(s.apps, func(a *app) bool { return a.may(permArchive) && a.Secret == q.Get("secret") })
	switch {
	case q.Get("corpid") != s.cfg.CorpID:
		return 40013
	case !right:
		return 40001
	case s.knobs.More.NoArchive:
		return 301053
	case len(s.knobs.TrustedIPs) > 0 && !slices.Contains(s.knobs.TrustedIPs, remote(r)):
		return 301042
	}
	return 0
}

func (s *Sim) serveChatData(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	seq, err := strconv.ParseInt(q.Get("seq"), 10, 64)
	limit, err2 := strconv.Atoi(q.Get("limit"))
	n := s.archiveRefused(r)
	switch {
	case n != 0:
	case err != nil || err2 != nil || seq < 0 || limit < 1:
		n = 40058
	case limit > archiveLimit:
		n = 301058
	}
	out := obj{"errcode": n, "errmsg": "ok", "chatdata": []ChatData{}}
	if n == 0 {
		rows, err := s.ArchiveRows(seq, limit)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		out["chatdata"] = rows
	} else {
		out["errmsg"] = messages[n]
	}
	writeArchive(w, out)
}

func (s *Sim) serveArchiveMedia(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	n := s.archiveRefused(r)
	s.mu.Lock()
	data, ok := s.more.archive.media[q.Get("sdkfileid")]
	s.mu.Unlock()
	from, err := strconv.Atoi(q.Get("index"))
	if q.Get("index") == "" {
		from, err = 0, nil
	}
	if n == 0 && (!ok || err != nil || from < 0 || from > len(data)) {
		n = 301048
	}
	if n != 0 {
		writeArchive(w, obj{"errcode": n, "errmsg": messages[n]})
		return
	}
	to := min(from+archiveChunk, len(data))
	writeArchive(w, obj{
		"errcode": 0, "errmsg": "ok", "data": base64.StdEncoding.EncodeToString(data[from:to]),
		"outindex": strconv.Itoa(to), "is_finish": to == len(data),
	})
}

func writeArchive(w http.ResponseWriter, o obj) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(asJSON(o)))
}
