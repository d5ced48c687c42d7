package wecomsim

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"

	"yutang/internal/fault"
)

// control serves /sim/: the control API and what the codes' and media's URLs lead to.
func (s *Sim) control(mux *http.ServeMux) {
	s.moreRoutes(mux)
	mux.HandleFunc("POST /sim/api/{action}", s.serveAction)
	reads := map[string]func(*http.Request) (any, error){
		"actions": func(*http.Request) (any, error) { return s.actionList(), nil },
		"clock":   func(*http.Request) (any, error) { return obj{"now": s.Now()}, nil },
		"knobs":   func(*http.Request) (any, error) { return s.Knobs(), nil },
		"faults":  func(*http.Request) (any, error) { return s.Faults(), nil },
		"apps":    func(*http.Request) (any, error) { return s.Apps(), nil },
		"pending": func(*http.Request) (any, error) { return obj{"pending": s.Pending()}, nil },
		"log":     s.readLog,
		"members": func(*http.Request) (any, error) { return s.Members(), nil },
		"contacts": func(r *http.Request) (any, error) {
			return s.Contacts(q(r, "userid"), qn(r, "from", 0), qn(r, "limit", 100)), nil
		},
		"customers": func(r *http.Request) (any, error) { return s.Customers(qn(r, "from", 0), qn(r, "limit", 100)), nil },
		"customer":  s.readCustomer,
		"chat": func(r *http.Request) (any, error) {
			return orEmpty(s.Chat(q(r, "userid"), q(r, "external_userid"))), nil
		},
		"welcomes":     func(r *http.Request) (any, error) { return orEmpty(s.Welcomes(q(r, "external_userid"))), nil },
		"codes":        func(*http.Request) (any, error) { return s.Codes(), nil },
		"tags":         func(*http.Request) (any, error) { return s.TagGroups(), nil },
		"app_messages": func(r *http.Request) (any, error) { return s.AppMessages(q(r, "userid")), nil },
		"endpoints":    func(*http.Request) (any, error) { return s.Endpoints(), nil },
	}
	for name, read := range reads {
		mux.HandleFunc("GET /sim/api/"+name, func(w http.ResponseWriter, r *http.Request) { reply(w, read, r) })
	}
	mux.HandleFunc("POST /sim/api/flush", func(w http.ResponseWriter, r *http.Request) {
		reply(w, func(r *http.Request) (any, error) { return obj{"pending": s.Pending()}, s.Flush(r.Context()) }, r)
	})
	mux.HandleFunc("POST /sim/api/verify_callback", func(w http.ResponseWriter, r *http.Request) {
		reply(w, func(r *http.Request) (any, error) { return struct{}{}, s.VerifyCallback(r.Context(), q(r, "app")) }, r)
	})
	s.pages(mux)
}

func q(r *http.Request, name string) string { return r.URL.Query().Get(name) }

func qn(r *http.Request, name string, fallback int) int {
	n, err := strconv.Atoi(q(r, name))
	if err != nil {
		return fallback
	}
	return n
}

func (s *Sim) serveAction(w http.ResponseWriter, r *http.Request) {
	reply(w, func(r *http.Request) (any, error) {
		a, ok := s.acts[r.PathValue("action")]
		if !ok {
			return nil, notFound("action", r.PathValue("action"))
		}
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, "bad_request", err)
		}
		return a.run(s, raw)
	}, r)
}

func reply(w http.ResponseWriter, work func(*http.Request) (any, error), r *http.Request) {
	out, err := work(r)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err != nil {
		w.WriteHeader(statusOf(err))
		out = obj{"error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func statusOf(err error) int {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict, fault.Precondition:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

func (s *Sim) actionList() []obj {
	out := []obj{}
	for _, a := range s.acts {
		out = append(out, obj{"name": a.name, "does": a.doc, "fields": orEmpty(a.args)})
	}
	slices.SortFunc(out, func(a, b obj) int {
		if a["name"].(string) < b["name"].(string) {
			return -1
		}
		return 1
	})
	return out
}

// Endpoints lists the paths served below /cgi-bin, sorted.
func (s *Sim) Endpoints() []string {
	out := make([]string, 0, len(s.table))
	for path, e := range s.table {
		out = append(out, e.method+" "+path)
	}
	slices.Sort(out)
	return out
}

// Faults lists the faults that still strike.
func (s *Sim) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Fault{}
	for _, f := range s.faults {
		out = append(out, *f)
	}
	return out
}

// TagGroups shows the corp tags: group name, and its tags by id.
func (s *Sim) TagGroups() []obj {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []obj{}
	for _, g := range s.sortedGroups() {
		if g.deleted {
			continue
		}
		tags := []obj{}
		for _, t := range sortTags(g.tags) {
			if !t.deleted {
				tags = append(tags, obj{"id": t.id, "name": t.name})
			}
		}
		out = append(out, obj{"id": g.id, "name": g.name, "tags": tags})
	}
	return out
}

func (s *Sim) readLog(r *http.Request) (any, error) {
	return orEmpty(s.Log(LogFilter{
		Kind: q(r, "kind"), Path: q(r, "path"), State: q(r, "state"), After: uint64(max(qn(r, "after", 0), 0)), Limit: qn(r, "limit", 200),
	})), nil
}

func (s *Sim) readCustomer(r *http.Request) (any, error) {
	c, ok := s.Customer(q(r, "external_userid"))
	if !ok {
		return nil, notFound("customer", q(r, "external_userid"))
	}
	return c, nil
}
