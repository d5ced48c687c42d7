package wecomsim

import "net/http"

type way struct{}
type tagGroup struct{}
type tag struct{}
type media struct{}
type welcomeCode struct{}
type appMessage struct{}
type Message struct{}

func directoryEndpoints() []endpoint { return nil }
func messageEndpoints() []endpoint   { return nil }
func mediaEndpoints() []endpoint     { return nil }
func wayEndpoints() []endpoint       { return nil }
func customerEndpoints() []endpoint  { return nil }
func tagEndpoints() []endpoint       { return nil }
func welcomeEndpoints() []endpoint   { return nil }
func phoneActions() []action         { return nil }
func (s *Sim) populate()             { s.populateMore() }

func (s *Sim) control(mux *http.ServeMux)                       {}
func (s *Sim) oauthPage(w http.ResponseWriter, r *http.Request) {}
