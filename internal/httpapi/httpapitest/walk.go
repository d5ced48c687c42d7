package httpapitest

import (
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

var pathParam = regexp.MustCompile(`\{[^}]+\}`)

// WalkRoutes proves of every operation of the server's API that it declares a permission
// and a scope, is in the OpenAPI document, refuses a caller without credentials (401) and
// one who has every permission but the one it needs (403). Staff get no further than the
// operations of the panel, and those no further than the own customers. The body sent is not
// JSON: an operation that answered about it would have read it before the caller was allowed.
func WalkRoutes(t *testing.T, s *Server) {
	t.Helper()
	stranger, staff := s.Stranger(t), s.StaffClient(t, "ww1", "wang")
	s.API.Walk(func(op httpapi.Op) {
		t.Run(op.ID, func(t *testing.T) {
			documented(t, s.API.OpenAPI(), op)
			if op.Needs == access.Anyone {
				return
			}
			path := pathParam.ReplaceAllString(op.Path, "x")
			if got := stranger.Do(op.Method, path, "not json").Status; got != http.StatusUnauthorized {
				t.Errorf("without a token: %d, want 401", got)
			}
			if op.Needs == access.SignedIn {
				return
			}
			others := slices.DeleteFunc(access.Permissions(), func(p access.Permission) bool { return p == op.Needs })
			res := s.Client(t, access.Owner, others...).Do(op.Method, path, "not json")
			if res.Status != http.StatusForbidden {
				t.Errorf("without %s: %d, want 403", op.Needs, res.Status)
			}
			walkStaff(t, staff, op, path)
		})
	})
}

// walkStaff proves where a member of staff may go.
func walkStaff(t *testing.T, staff *Client, op httpapi.Op, path string) {
	t.Helper()
	res := staff.Do(op.Method, path, "not json")
	if op.Needs != access.PanelUse {
		if res.Status != http.StatusForbidden {
			t.Errorf("for staff: %d, want 403", res.Status)
		}
		return
	}
	if op.Scope != access.ScopeOwn {
		t.Errorf("the scope is %s: staff have own customers only", op.Scope)
	}
	if res.Status == http.StatusUnauthorized || res.Status == http.StatusForbidden {
		t.Errorf("for staff: %d %s", res.Status, res.Body)
	}
	if op.Writes() {
		if res := staff.Do(op.Method, path, "not json", httpapi.CSRFHeader, ""); res.Status != http.StatusForbidden {
			t.Errorf("a write from elsewhere: %d, want 403", res.Status)
		}
	}
}

func documented(t *testing.T, doc *huma.OpenAPI, op httpapi.Op) {
	t.Helper()
	item := doc.Paths[op.Path]
	if item == nil {
		t.Fatalf("%s is not in the OpenAPI document", op.Path)
	}
	of := map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[op.Method]
	if of == nil || of.OperationID != op.ID || of.Summary == "" {
		t.Fatalf("%s %s is not in the OpenAPI document", op.Method, op.Path)
	}
	if of.Extensions["x-permission"] != op.Needs || of.Extensions["x-scope"] != op.Scope {
		t.Errorf("the OpenAPI document does not tell permission and scope")
	}
}
