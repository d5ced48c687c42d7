package wecomsim

import "net/http"

func directoryEndpoints() []endpoint { return nil }
func phoneActions() []action         { return nil }
func (s *Sim) populate()             { s.populateMore() }

func (s *Sim) control(mux *http.ServeMux)                       {}
func (s *Sim) oauthPage(w http.ResponseWriter, r *http.Request) {}
