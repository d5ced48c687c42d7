package wecom

import (
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"

	"yutang/internal/wecomsim"
)

// full is a value with every field set, of lists one element.
func full(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("a")
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(full(t.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, full(t.Elem())))
	case reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(full(t.Field(i).Type))
		}
	}
	return v
}

// serverFields are fields of requests that only answers hold.
var serverFields = []string{"QRCode", "CreateTime", "Avatar", "ManagePrivilege"}

// complete is an argument with every field set that a request has.
func complete(t reflect.Type) reflect.Value {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.String {
		return sample(t)
	}
	v := full(t)
	for _, f := range serverFields {
		if t.Kind() == reflect.Struct && v.FieldByName(f).IsValid() {
			v.FieldByName(f).SetZero()
		}
	}
	return v
}

// TestEndpoints_ASimulatorKnowsEveryField calls every endpoint with every field set, against
// a simulator that refuses fields it does not know (40058). What it answers otherwise does
// not matter here; that a path is unknown, or an answer has another shape, does.
func TestEndpoints_ASimulatorKnowsEveryField(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sim, err := wecomsim.New(wecomsim.Config{CorpID: "ww1", Secret: "s3cret", Seed: 1, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(srv.Close)
	served := strings.Join(sim.Endpoints(), "\n") + "\n"
	c := New(Config{BaseURL: srv.URL, CorpID: "ww1", App: "main", AgentID: 1000002, Secret: "s3cret", Clock: sim.Clock()})
	for _, row := range endpointRow.FindAllStringSubmatch(string(text), -1) {
		name, call := row[1], row[2]+" "+row[3]
		if strings.Contains(call, "strategy") {
			continue
		}
		if !strings.Contains(served, call+"\n") {
			t.Errorf("%s: the simulator has no %s", name, call)
			continue
		}
		err := invoke(c, name, complete)
		unknown := err != nil && strings.Contains(err.Error(), "unknown field") && name != "AddCorpTag" // whose tags have ids in answers
		if class := ClassOf(err); class == Transport || class == NotSent || class == Auth || unknown || Is(err, 40063) {
			t.Errorf("%s: %v of class %s", name, err, class)
		}
	}
}
