package fault

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChinese_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		New(Invalid, "x", "wants %d to %d characters", 8, 72).Error():                          "要 8 到 72 个字符",
		New(NotFound, "x", "there is no audience %q", `a "b"`).Error():                         `没有人群 “a \"b\"”`,
		New(Invalid, "x", "app %q of corp %s has no callback token and key", "a", "c").Error(): "企业 c 的应用 “a” 没有回调 Token 和 EncodingAESKey",
		New(Invalid, "x", "must be one of %v", []string{"day", "week"}).Error():                "只能是：day、week",
		New(Invalid, "x", "cannot be used here: %s", "is missing").Error():                     "这里不能用：没有填",
		New(Conflict, "x", "mass send %s is %s", "m1", "running").Error():                      "群发 m1 的状态是进行中",
		"a control group is 0 to 50 percent":                                                   "对照组要 0 到 50%",
		"nobody has written this text":                                                         "nobody has written this text",
		"running":                                                                              "running",
	} {
		if got := Chinese(text); got != want {
			t.Errorf("Chinese(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestChinese_SaysFieldsOfAnError(t *testing.T) {
	t.Parallel()
	e := New(Invalid, "x", "the live code cannot be like this")
	e.Fields = []Field{{"/staff", "must name 1 to 10 staff"}, {"/name", "is required"}}
	if diff := cmp.Diff("活码不能这样设置（/staff：要选 1 到 10 位员工；/name：必填）", Chinese(e.Error())); diff != "" {
		t.Error(diff)
	}
}

// A format stands in one file, so that a change has one place.
func TestChinese_StandsOnce(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(catalogue, "zh/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]string{}
	for _, name := range files {
		raw, err := fs.ReadFile(catalogue, name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
			if chinese := strings.HasPrefix(line, "\t"); chinese == (i%2 == 0) {
				t.Fatalf("%s:%d: a format and its Chinese alternate", name, i+1)
			} else if !chinese && first[line] != "" {
				t.Errorf("%q stands in %s and %s", line, first[line], name)
			} else if !chinese {
				first[line] = name
			}
		}
	}
}

// Every format is found again in what it makes, not one that looks like it. Its Chinese
// holds each value once, or none of them.
func TestChinese_FindsEachFormatAgain(t *testing.T) {
	t.Parallel()
	for format, s := range known().formats {
		values := make([]string, len(s.verbs))
		said := map[string]bool{}
		for i, v := range s.verbs {
			values[i] = sample(v, i)
		}
		n := -1
		text := verb.ReplaceAllStringFunc(format, func(v string) string {
			if v == "%%" {
				return "%"
			}
			n++
			return values[n]
		})
		want := s.fill(values)
		if got := Chinese(text); got != want {
			t.Errorf("%q is found again as %q", format, got)
		}
		if !strings.Contains(s.chinese, "%") {
			continue // as huma's "expected duration: time: invalid"
		}
		for i, v := range values {
			shown := value(s.verbs[i], v)
			if said[shown] || strings.Count(want, shown) != 1 {
				t.Errorf("%q says %q not just once: %s", format, shown, want)
			}
		}
	}
}

// sample is a value that no text has.
func sample(verb string, i int) string {
	switch verb {
	case "d", "g":
		return strings.Repeat("7", 5) + string(rune('1'+i))
	case "q":
		return `"Qq` + string(rune('a'+i)) + `"`
	case "c":
		return "ß"
	}
	return "Zz" + string(rune('a'+i))
}
