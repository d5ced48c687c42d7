// Package experimenthttp serves experiments over the management API: settings, results with
// what each number means, who was exposed, the customers behind the numbers, and two bare
// calculators.
//
// Names of experiments hold slashes. A path takes the id instead, which every answer gives,
// or the name with its slashes escaped.
package experimenthttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/experiment"
	"yutang/internal/httpapi"
)

// Deps are what the routes need.
type Deps struct {
	Experiments *experiment.Service
	Access      *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand}
	}
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	const read, write = access.ExperimentsRead, access.ExperimentsWrite

	httpapi.Register(a, op(get, "/experiments", "list-experiments", "List experiments by name", read), h.list)
	httpapi.Register(a, op(get, "/experiments/power", "plan-experiment", "How many customers a planned experiment takes, or what it can find", read), h.power)
	httpapi.Register(a, op(post, "/experiments/srm", "check-sample-ratio", "Check counts of any split against planned shares", read), h.srm)
	httpapi.Register(a, op(get, "/experiments/{experiment}", "get-experiment", "Results of an experiment, with definitions", read), h.results)
	httpapi.Register(a, op(put, "/experiments/{experiment}", "set-experiment", "Say how an experiment is measured; an unknown name declares one", write), h.set)
	httpapi.Register(a, op(post, "/experiments/{experiment}/stop", "stop-experiment", "End the enrolment: who is exposed later does not count", write), h.stop)
	httpapi.Register(a, op(post, "/experiments/{experiment}/resume", "resume-experiment", "Take a stop back", write), h.resume)
	httpapi.Register(a, op(post, "/experiments/{experiment}/decision", "decide-experiment", "Note what is made of the result", write), h.decide)
	httpapi.Register(a, op(get, "/experiments/{experiment}/exposures", "list-exposures", "List who was exposed to which arm, and when", read), h.exposures)
	httpapi.Register(a, op(get, "/experiments/{experiment}/customers", "list-experiment-customers", "List the customers behind a number", read), h.customers)
}

// actor names who asks.
func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}
