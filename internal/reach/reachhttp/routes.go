// Package reachhttp serves over the management API how many customers can be written to.
package reachhttp

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/reach"
	"yutang/internal/search"
)

// Deps are what the routes need. Find is who passes a filter now.
type Deps struct {
	Reach *reach.Service
	Find  func(ctx context.Context, f search.Filter) (*search.Found, error)
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	httpapi.Register(a, httpapi.Op{
		Method: http.MethodPost, Path: "/audiences/reach", ID: "reach-audience", Needs: access.AudiencesRead, Scope: access.ScopeBrand,
		Summary: "Count who matches a rule or filter, and how many of them can be written to, by channel",
	}, h.count)
}

// Split is the set by one channel. Each customer stands under the first that holds.
type Split struct {
	Channel   string `json:"channel" enum:"wecom_mass,sms,email"`
	Address   int    `json:"address" doc:"have one there: a contact of staff, a phone number, an e-mail address"`
	HeldOut   int    `json:"held_out" doc:"of those, in the brand's control group"`
	NoConsent int    `json:"no_consent" doc:"of the rest"`
	Full      int    `json:"full" doc:"of the rest: the platform's quota of this period is used up"`
	Reachable int    `json:"reachable"`
}

type countInput struct {
	Body struct {
		Rule   json.RawMessage `json:"rule,omitempty" doc:"see docs/rules.md; absent with a filter"`
		Filter *search.Filter  `json:"filter,omitempty" doc:"what POST /customers/query takes"`
	}
}

type countOutput struct {
	Body struct {
		Count       int     `json:"count"`
		Exact       bool    `json:"exact" doc:"the count is exact; what is known of addresses and consent is at most 30 s old"`
		TookMS      float64 `json:"took_ms"`
		Reachable   int     `json:"reachable" doc:"by one channel at least"`
		HeldOut     int     `json:"held_out"`
		Unreachable int     `json:"unreachable" doc:"no channel has an address"`
		Channels    []Split `json:"channels"`
	}
}

func (h *handlers) count(ctx context.Context, in *countInput) (*countOutput, error) {
	var a reach.Answer
	var err error
	if in.Body.Filter != nil {
		f := *in.Body.Filter
		if len(in.Body.Rule) > 0 {
			f.Rule = in.Body.Rule
		}
		a, err = h.Reach.Of(ctx, func(ctx context.Context) (*roaring.Bitmap, error) {
			found, err := h.Find(ctx, f)
			if err != nil {
				return nil, err
			}
			return found.Set, nil
		})
	} else {
		a, err = h.Reach.Rule(ctx, in.Body.Rule)
	}
	if err != nil {
		return nil, err
	}
	out := &countOutput{}
	b := &out.Body
	b.Count, b.Exact, b.TookMS = a.Count, true, float64(a.Took.Microseconds())/1000
	b.Reachable, b.HeldOut, b.Unreachable, b.Channels = a.Reachable, a.HeldOut, a.Unreachable, []Split{}
	for _, s := range a.Splits {
		b.Channels = append(b.Channels, Split(s))
	}
	return out, nil
}
