package app_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"yutang/internal/access"
	"yutang/internal/app"
)

var pathParam = regexp.MustCompile(`\{[^}]+\}`)

// token makes an API token of a role, narrowed to only if that is given.
func (s *server) token(role access.Role, only []access.Permission) string {
	s.t.Helper()
	in := map[string]any{"name": "test", "role": role}
	if only != nil {
		in["permissions"] = only
	}
	return s.ok("POST", "/tokens", in).Get("token").String()
}

// covers: J1, J4
func TestRoutes_EachIsDocumentedAndDeniedByDefault(t *testing.T) {
	t.Parallel()
	s := serve(t, app.Config{})
	doc := s.send("GET", "/api/openapi.json", nil)
	tokens := map[access.Permission]string{}
	without := func(p access.Permission) string {
		if tokens[p] == "" {
			tokens[p] = s.token(access.Owner, slices.DeleteFunc(access.Permissions(), func(q access.Permission) bool { return p == q }))
		}
		return "Bearer " + tokens[p]
	}
	n := 0
	for path, methods := range doc.Get("paths").Map() {
		for method, op := range methods.Map() {
			n++
			needs, method := access.Permission(op.Get("x-permission").String()), strings.ToUpper(method)
			if needs == "" || op.Get("x-scope").String() == "" || op.Get("summary").String() == "" || op.Get("operationId").String() == "" {
				t.Errorf("%s %s declares too little: %s", method, path, op.Get("x-permission"))
			}
			url := "/api/v1" + pathParam.ReplaceAllString(path, "x")
			if needs == access.Anyone {
				continue
			}
			if a := s.send(method, url, "not json"); a.status != http.StatusUnauthorized || a.Get("code").String() == "" {
				t.Errorf("%s %s without a token: %d %s", method, path, a.status, a.Raw)
			}
			if needs == access.SignedIn {
				continue
			}
			if a := s.send(method, url, "not json", "Authorization", without(needs)); a.status != http.StatusForbidden {
				t.Errorf("%s %s without %s: %d %s", method, path, needs, a.status, a.Raw)
			}
		}
	}
	if n < 50 {
		t.Fatalf("only %d operations are documented", n)
	}
}

// covers: J1
func TestUnknownRoutes_AreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, app.Config{})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/api/v1/nope", 404},
		{"GET", "/api/v1/customers/c1/nope", 404},
		{"GET", "/api/v2/customers", 404},
		{"PATCH", "/api/v1/audiences", 405},
		{"DELETE", "/api/v1/customers", 405},
		{"GET", "/api/v1/customers/merge", 401},
		{"GET", "/nope", 404},
		{"GET", "/v1/nope", 404},
		{"GET", "/v1/track", 405},
		{"PUT", "/v1/batch", 405},
		{"GET", "/debug/pprof/", 404},
	} {
		a := s.send(c.method, c.path, nil)
		if a.status != c.status {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, a.status, c.status, a.Raw)
		}
	}
}

// covers: J3
func TestPersonalData_IsMaskedWithoutThePermission(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		secrets := []string{"13912341234", "8613912341234", "wang.fang@example.cn", "王芳芳"}
		s.take(
			identify("u1", props{"phone": secrets[0], "email": secrets[2], "name": secrets[3], "city": "上海"}),
			track("u1", "Order Completed", now, props{"order_id": "1", "revenue": 5, "phone": secrets[0], "receiver_name": secrets[3]}),
		)
		c := s.customer("user_id", "u1")
		viewer, analyst, operator := s.token(access.Viewer, nil), s.token(access.Analyst, nil), s.token(access.Operator, nil)
		read := func(token string) string {
			out := ""
			for _, path := range []string{"/customers/" + c, "/customers", "/customers/" + c + "/events", "/customers?q=" + secrets[0]} {
				out += s.send("GET", "/api/v1"+path, nil, "Authorization", "Bearer "+token).Raw
			}
			return out
		}
		for _, token := range []string{viewer, analyst} {
			seen := read(token)
			for _, secret := range secrets {
				if strings.Contains(seen, secret) {
					t.Errorf("%s is shown in %s", secret, seen)
				}
			}
			if !strings.Contains(seen, "上海") {
				t.Errorf("the city is masked: %s", seen)
			}
		}
		if seen := read(operator); !strings.Contains(seen, secrets[3]) || !strings.Contains(seen, secrets[1]) {
			t.Errorf("an operator does not see personal data: %s", seen)
		}
		a := s.send("GET", "/api/v1/customers/"+c+"/events", nil, "Authorization", "Bearer "+viewer)
		if a.status != http.StatusForbidden {
			t.Errorf("a viewer reads events: %d", a.status)
		}
	})
}
