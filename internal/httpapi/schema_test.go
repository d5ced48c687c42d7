package httpapi_test

import (
	"context"
	"testing"

	"yutang/internal/access"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi"
	"yutang/internal/httpapi/httpapitest"
)

func post(path string) httpapi.Op {
	return httpapi.Op{Method: "POST", Path: "/" + path, ID: path, Summary: path, Needs: access.AudiencesWrite, Scope: access.ScopeBrand}
}

// Two rooms have an input of one name; the second uses its own for two routes.
func TestBody_IsCheckedByItsOwnRoomsSchemaOnEachRoute(t *testing.T) {
	t.Parallel()
	s := httpapitest.New(t, dbtest.SQLite(t))
	func() {
		type decideInput struct {
			Body struct {
				Note string `json:"note" minLength:"1"`
			}
		}
		httpapi.Register(s.API, post("decide"), func(context.Context, *decideInput) (*httpapi.Empty, error) { return nil, nil })
	}()
	func() {
		type decideInput struct {
			Body struct {
				Version int `json:"version,omitempty"`
			}
		}
		for _, path := range []string{"publish", "approve"} {
			httpapi.Register(s.API, post(path), func(context.Context, *decideInput) (*httpapi.Empty, error) { return nil, nil })
		}
	}()
	c := s.Client(t, access.Operator)
	for path, body := range map[string]string{"/decide": `{"note":"b wins"}`, "/publish": `{"version":2}`, "/approve": `{"version":2}`} {
		if res := c.Do("POST", path, body); res.Status >= 300 {
			t.Errorf("%s: %d %s", path, res.Status, res.Body)
		}
	}
	if res := c.Do("POST", "/decide", `{"version":2}`); res.Status != 422 {
		t.Errorf("a body of the other room: %d %s", res.Status, res.Body)
	}
}
