package wecomsim

import (
	"slices"
	"testing"
)

func TestPutApp_KeepsWhatAChangeDoesNotName(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	before := slices.Clone(b.Apps())
	main := before[slices.IndexFunc(before, func(a App) bool { return a.Name == "main" })]
	b.must(b.PutApp(App{Name: "main", Secret: "another"}))
	after := b.Apps()
	got := after[slices.IndexFunc(after, func(a App) bool { return a.Name == "main" })]
	if got.Secret != "another" || got.AgentID != main.AgentID || got.CallbackURL != main.CallbackURL || got.Token != main.Token || got.AESKey != main.AESKey {
		t.Errorf("%+v became %+v", main, got)
	}
	if main.AgentID == 0 {
		t.Error("the app had nothing to keep")
	}
}
