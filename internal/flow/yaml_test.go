package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/fault"
)

func meaning(t interface{ Fatal(...any) }, raw []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(string(raw), err)
	}
	return v
}

// TestYAML_GoldenFile holds how a definition looks in a file. YUTANG_UPDATE=1 writes it.
func TestYAML_GoldenFile(t *testing.T) {
	t.Parallel()
	got, err := ToYAML(everything(t))
	if err != nil {
		t.Fatal(err)
	}
	const name = "testdata/everything.yaml"
	if os.Getenv("YUTANG_UPDATE") != "" {
		if err := os.WriteFile(name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	def, _, err := ParseYAML(want, time.UTC)
	if err != nil || len(Diff(everything(t), def)) > 0 {
		t.Errorf("%v: %v", err, Diff(everything(t), def))
	}
}

func TestYAML_ThereAndBackIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := trees().Draw(t, "definition")
		file, err := ToYAML(raw)
		if err != nil {
			t.Fatal(err)
		}
		def, f, err := ParseYAML(file, time.UTC)
		if err != nil || f == nil {
			t.Fatalf("%v\n%s\n%s", err, raw, file)
		}
		again, err := ToYAML(def)
		if err != nil || !bytes.Equal(file, again) {
			t.Fatalf("%v\n%s\n%s", err, file, again)
		}
		if !reflect.DeepEqual(meaning(t, raw), meaning(t, def)) {
			t.Fatalf("%s\n%s\n%s", raw, file, def)
		}
	})
}

// texts draws what is hard to write: spaces, breaks, quotes, and words that mean something.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(), rapid.StringMatching(`[a \n:#'"\t\\{}\[\]|>-]{0,12}`), rapid.StringMatching(`[-+.0-9eExX_:]{1,8}`),
		rapid.SampledFrom([]string{"on", "Yes", "null", "~", "09:00", "2026-01-01", "1e3", "<<", "=", "- a", "a: b", "é", "鱼塘\n你好", "\u2028", "\ufeff", "\r\n", "a\n\n", " \n a", "%", "@x", "`"}),
	)
}

func values(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 4
		if depth > 0 {
			kinds = 6
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return json.Number(rapid.SampledFrom([]string{"0", "-1", "1.50", "1e9", "1E400", "-0.0", "123456789012345678901234567890", "33.33"}).Draw(t, "number"))
		case 1:
			return rapid.SampledFrom([]any{true, false, nil}).Draw(t, "word")
		case 4:
			return rapid.SliceOfN(values(depth-1), 0, 3).Draw(t, "list")
		case 5:
			return rapid.MapOfN(texts(), values(depth-1), 0, 3).Draw(t, "object")
		}
		return texts().Draw(t, "text")
	})
}

func TestYAML_KeepsAnyContent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(map[string]any{"x": values(3).Draw(t, "value")})
		if err != nil {
			t.Skip(err)
		}
		file, err := ToYAML(raw)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := toJSON(file)
		if err != nil || !reflect.DeepEqual(meaning(t, raw), meaning(t, back)) {
			t.Fatalf("%v\n%s\n%s\n%s", err, raw, file, back)
		}
	})
}

func TestParseYAML_NamesTheLine(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"":                             "line 1: the file is empty",
		"name: [":                      "line 1: not YAML",
		"name: a\nname: b":             "line 2: the key \"name\" stands twice",
		"name: &a x\nkey: *a":          "line 1: anchors",
		"a: 1\n---\nb: 2":              "line 2: a file holds one playbook",
		"name: a\n? [1]\n: 2":          "line 2: a key is a plain word",
		"name: .inf":                   "line 1: \".inf\" is no number",
		"name: !mine x":                "line 1: the tag",
		"name: a\ntrigger:\n  evnt: A": "line 3: unknown key \"evnt\"",
		"name: a\ntrigger: {event: A}\nsteps:\n  - id: s\n    wait:\n      for: soon":  "line 6: must be a duration",
		"name: a\ntrigger: {event: A}\nsteps:\n  - id: s\n    send:\n      channel: c": "line 5: is missing",
	} {
		_, _, err := ParseYAML([]byte(file), time.UTC)
		e := &fault.Error{}
		if !errors.As(err, &e) || !strings.HasPrefix(e.Fields[0].Detail, want) {
			t.Errorf("%q: %v\nwant %s", file, err, want)
		}
	}
}

func TestParseYAML_TakesTimesAndDaysWithoutQuotes(t *testing.T) {
	t.Parallel()
	def, _, err := ParseYAML([]byte(`
name: 双十一
trigger: {audience: aud_1, on: left}
steps:
  - id: morning
    wait_until: {date: 2026-11-11, time: 09:00}
`), time.UTC)
	want := `{"name":"双十一","trigger":{"audience":"aud_1","on":"left"},"steps":[{"id":"morning","wait_until":{"date":"2026-11-11","time":"09:00"}}]}`
	if err != nil || string(def) != want {
		t.Fatalf("%v\n%s", err, def)
	}
}

// FuzzParseYAML holds that a file is refused with a line, or can be written again.
func FuzzParseYAML(f *testing.F) {
	file, err := ToYAML(everything(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? {a: b}\n: - |+2\n   x\n- !!binary x"))
	f.Add([]byte("{a: 0x1F, b: 1_000, c: 0o7, d: .nan, e: 2001-12-14t21:59:43.10-05:00, <<: {x: y}}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _, err := ParseYAML(raw, time.UTC)
		var e *fault.Error
		if err != nil && (!errors.As(err, &e) || len(e.Fields) == 0 || !strings.HasPrefix(e.Fields[0].Detail, "line ")) {
			t.Fatalf("refused without a line: %v", err)
		}
		def, _, err := toJSON(raw)
		if err != nil || len(def) == 0 || def[0] != '{' {
			return
		}
		again, err := ToYAML(def)
		if err != nil {
			t.Fatalf("%s: %v", def, err)
		}
		back, _, err := toJSON(again)
		if err == nil && !reflect.DeepEqual(meaning(t, def), meaning(t, back)) {
			t.Fatalf("%s\n%s\n%s", def, again, back)
		}
	})
}
