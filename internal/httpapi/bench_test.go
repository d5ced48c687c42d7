package httpapi_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"yutang/internal/access"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi"
	"yutang/internal/httpapi/httpapitest"
)

// BenchmarkRead is what a guarded read costs beside its handler: token look-up, checks,
// decoding, headers, log.
func BenchmarkRead(b *testing.B) {
	d := dbtest.SQLite(b)
	s := httpapitest.New(b, d)
	api := httpapi.New(httpapi.Config{Access: s.Access, DB: d, Box: s.Box, Clock: s.Clock, Log: slog.New(slog.DiscardHandler)})
	op := httpapi.Op{Method: "GET", Path: "/ponds", ID: "list-ponds", Summary: "List", Needs: access.AudiencesRead, Scope: access.ScopeBrand}
	httpapi.Register(api, op, func(context.Context, *struct{ httpapi.PageQuery }) (*pondOutput, error) { return &pondOutput{}, nil })
	_, token, err := s.Access.AddToken(access.As(context.Background(), access.System), access.NewToken{Name: "b", Role: access.Owner})
	if err != nil {
		b.Fatal(err)
	}
	h := api.Handler()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(context.Background(), "GET", httpapi.Prefix+"/ponds?limit=10", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
	}
}
