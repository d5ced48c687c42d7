package customer

import (
	"fmt"
	"slices"
	"testing"

	"yutang/internal/db/dbtest"
	"yutang/internal/timeline"
)

// covers: J3
func TestMaskValue_HidesPersonalValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, want string }{
		{"phone", `"13812348000"`, `"138****8000"`},
		{"phone", `"+8613812348000"`, `"+86138****8000"`},
		{"mobile", `13812348000`, `"138****8000"`},
		{"phone", `"110"`, `"****"`},
		{"name", `"张三丰"`, `"张**"`},
		{"lastName", `"Li"`, `"L**"`},
		{"email", `"anna@example.com"`, `"a***@example.com"`},
		{"email", `"nonsense"`, `"n***"`},
		{"收货地址", `"上海市徐汇区漕溪北路1号"`, `"上海市徐汇区****"`},
		{"address", `{"street":"x"}`, `"****"`},
		{"idcard", `"310101199001011234"`, `"****"`},
		{"city", `"上海"`, `"上海"`},
		{"name", `null`, `null`},
	} {
		if got := string(MaskValue(c.name, []byte(c.value))); got != c.want {
			t.Errorf("%s %s is masked as %s, want %s", c.name, c.value, got, c.want)
		}
	}
	got := string(MaskObject("Form Submitted", []byte(`{"sku":"a","to":[{"phone":"13812348000","n":1}],"name":"Li"}`)))
	if want := `{"sku":"a","to":[{"phone":"138****8000","n":1}],"name":"L**"}`; got != want {
		t.Errorf("masked object %s, want %s", got, want)
	}
}

func FuzzMaskObject(f *testing.F) {
	f.Add([]byte(`{"phone":"13812348000","a":[1,{"name":"x"}]}`))
	f.Add([]byte(`{"email":{"name":[]},"":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		MaskObject("Product Viewed", raw)
	})
}

// covers: B3
func TestFind_FindsNamesAndPhoneTails(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t), 3000)
	p.apply(
		identified(1, 1, set("name", `"张三"`), set("phone", `"+8613812348000"`)),
		identified(2, 1, set("nickname", `"Big ANNA"`), set("mobile", `13912348000`)),
		identified(3, 1, set("city", `"anna"`)),
	)
	for query, want := range map[string][]uint32{
		"三": {1}, "anna": {2}, "8000": {1, 2}, "2348000": {1, 2}, "1381": nil, "139 1234 8000": {2}, "nobody": nil, "  ": nil,
	} {
		if got := p.s.Find(query, 0, 10); !slices.Equal(got, want) {
			t.Errorf("found %v for %q, want %v", got, query, want)
		}
	}
	if got := p.s.Find("8000", 1, 10); !slices.Equal(got, []uint32{2}) {
		t.Errorf("found %v after customer 1", got)
	}
	p.apply(identified(1, 2, set("name", `null`)))
	if got := p.s.Find("三", 0, 10); got != nil {
		t.Errorf("found %v by a name that was taken off", got)
	}
}

func TestNameIndex_PacksWhatIsStale(t *testing.T) {
	t.Parallel()
	var x nameIndex
	for round := range 40 {
		for ord := timeline.Ord(1); ord <= 2000; ord++ {
			x.put(ord, fmt.Sprintf("%sname %d of %d%s", startMark, round, ord, nameMark))
		}
	}
	if len(x.text) > 3<<20 {
		t.Fatalf("the text of 2000 names takes %d bytes", len(x.text))
	}
	if got := x.find("name 39 of 2000"+nameMark, 0, 5); !slices.Equal(got, []timeline.Ord{2000}) {
		t.Fatalf("found %v", got)
	}
	if got := x.find("name 38", 0, 5); got != nil {
		t.Fatalf("found %v by a stale name", got)
	}
}

func TestVector_HoldsCodesOfEveryWidth(t *testing.T) {
	t.Parallel()
	var v vector
	want := map[uint32]uint32{}
	for i := uint32(0); i < 3000; i++ {
		ord, code := i*7919%4001, i*i*31%200_000>>(i%20)
		v.put(ord, code)
		want[ord] = code
	}
	for ord, code := range want {
		if got := v.at(ord); got != code {
			t.Fatalf("at %d: %d, want %d", ord, got, code)
		}
	}
	if v.at(1<<30) != 0 {
		t.Fatal("beyond the end there is a code")
	}
}
