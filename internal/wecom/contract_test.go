package wecom

import (
	"context"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"yutang/internal/clock"
)

// endpointRow is a row of the README: method, verb and path, and whether it is repeated.
var endpointRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (GET|POST) `(/[a-z_0-9/]+)` \\| (yes|once) \\|$")

// sample is an argument of a method that is enough to make its call.
func sample(t reflect.Type) reflect.Value {
	switch {
	case t == reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	case t == reflect.TypeFor[io.Reader]():
		return reflect.ValueOf(strings.NewReader("content"))
	case t == reflect.TypeFor[io.Writer]():
		return reflect.ValueOf(io.Discard)
	case t.Kind() == reflect.String:
		return reflect.ValueOf("a").Convert(t)
	}
	return reflect.Zero(t)
}

// invoke calls a method with arguments made by arg and gives its error.
func invoke(c *Client, name string, arg func(reflect.Type) reflect.Value) error {
	m := reflect.ValueOf(c).MethodByName(name)
	args := make([]reflect.Value, m.Type().NumIn())
	for i := range args {
		args[i] = arg(m.Type().In(i))
	}
	out := m.Call(args)
	err, _ := out[len(out)-1].Interface().(error)
	return err
}

// TestEndpoints_AreWhatTheReadmeSays calls every method of the table: it must use the verb
// and path of its row, succeed on success, and be repeated after a broken connection as
// the row says.
func TestEndpoints_AreWhatTheReadmeSays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := endpointRow.FindAllStringSubmatch(string(text), -1)
	listed := map[string]bool{"SignConfig": true, "SignAgent": true}
	for _, row := range rows {
		name, verb, path, again := row[1], row[2], row[3], row[4]
		listed[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlatform(t)
			c := p.client(clock.NewManual(noon), nil)
			p.answer("/gettoken", always(`{"errcode":0,"access_token":"token-1","expires_in":7200}`))
			if path != "/gettoken" {
				p.answer(path, always(`{"errcode":0,"errmsg":"ok","ticket":"t","expires_in":7200}`))
			}
			if err := invoke(c, name, sample); err != nil {
				t.Fatal(err)
			}
			if n := p.count(path); n != 1 || p.verbs[path] != verb {
				t.Fatalf("%d calls of %s, by %q", n, path, p.verbs[path])
			}
			p.answer(path, always(hangUp))
			c = p.client(clock.NewManual(noon), nil)
			if path != "/gettoken" {
				c.cfg.Tokens.(*Tokens).held(c.tokenKey(kindAccess)).set(row1(), true)
			}
			want := map[string]int{"yes": maxTries, "once": 1}[again]
			if err := invoke(c, name, sample); err == nil || p.count(path)-1 != want {
				t.Errorf("%d calls after a broken connection, want %d (%v)", p.count(path)-1, want, err)
			}
		})
	}
	methods := reflect.TypeFor[*Client]()
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		if m.Type.NumIn() > 1 && m.Type.In(1) == reflect.TypeFor[context.Context]() && !listed[m.Name] {
			t.Errorf("%s is not in the README's table", m.Name)
		}
	}
	if len(rows) < 110 {
		t.Errorf("only %d endpoints", len(rows))
	}
}

func row1() row {
	return row{value: "token-1", refreshAt: noon.AddDate(1, 0, 0), expires: noon.AddDate(1, 0, 0)}
}
