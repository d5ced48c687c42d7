package archive

import (
	"cmp"
	"encoding/base64"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// covers: H5
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"msgid":"1_2_external","action":"send","from":"wang","tolist":["wm1"],"roomid":"","msgtime":1773115200000,"msgtype":"text","text":{"content":"在吗"}}`,
		`{"msgid":"2","action":"recall","from":"wang","tolist":["wm1"],"msgtime":1773115200000,"msgtype":"revoke","revoke":{"pre_msgid":"1"}}`,
		`{"msgid":"3","action":"switch","time":1773115200000,"user":"wang"}`,
		`{"msgid":4,"action":[],"tolist":{"a":1}}`, `[]`, `{`, ``, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		m, err := parse(plain)
		if err == nil && (m.id == "" || m.action == "" || m.at.UnixMilli() <= 0) {
			t.Errorf("took %+v", m)
		}
	})
}

// covers: H5
func FuzzSimulatorDecrypt(f *testing.F) {
	f.Add([]byte("key"), "AAAA")
	f.Add([]byte{}, base64.StdEncoding.EncodeToString(make([]byte, 48)))
	f.Fuzz(func(_ *testing.T, key []byte, message string) {
		_, _ = (&Simulator{}).Decrypt(key, message)
	})
}

// said is one message of a drawn talk.
type said struct {
	staff, external string
	at              int64
	inbound         bool
}

// naive measures answers one pair at a time, by looking ahead.
func naive(talk []said) []Reply {
	pairs, waits, open, known := map[[2]string][]said{}, map[string][]time.Duration{}, map[string]int{}, map[string]bool{}
	for _, s := range talk {
		pairs[[2]string{s.staff, s.external}] = append(pairs[[2]string{s.staff, s.external}], s)
		known[s.staff] = true
	}
	for pair, list := range pairs {
		for i, s := range list {
			if !s.inbound || (i > 0 && list[i-1].inbound) {
				continue
			}
			answer := slices.IndexFunc(list[i:], func(s said) bool { return !s.inbound })
			if answer < 0 {
				open[pair[0]]++
				continue
			}
			waits[pair[0]] = append(waits[pair[0]], time.Duration(list[i+answer].at-s.at)*time.Millisecond)
		}
	}
	out := []Reply{}
	for staff := range known {
		r := Reply{Staff: staff, Answered: len(waits[staff]), Open: open[staff]}
		if r.Answered > 0 {
			w := slices.Sorted(slices.Values(waits[staff]))
			r.Median = (w[(len(w)-1)/2] + w[len(w)/2]) / 2
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Reply) int { return cmp.Compare(a.Staff, b.Staff) })
	return out
}

// covers: H5
func TestReplies_AreWhatLookingAheadFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		talk := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) said {
			return said{
				staff: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "staff"), external: rapid.SampledFrom([]string{"wm1", "wm2"}).Draw(t, "customer"),
				at: rapid.Int64Range(1, 1_000_000).Draw(t, "at"), inbound: rapid.Bool().Draw(t, "inbound"),
			}
		}), 0, 30).Draw(t, "talk")
		slices.SortStableFunc(talk, func(a, b said) int {
			return cmp.Or(cmp.Compare(a.staff, b.staff), cmp.Compare(a.external, b.external), cmp.Compare(a.at, b.at))
		})
		tally := tally{waits: map[string][]time.Duration{}, open: map[string]int{}}
		for _, s := range talk {
			tally.say(s.staff, s.external, s.at, s.inbound)
		}
		if diff := gocmp.Diff(naive(talk), tally.replies()); diff != "" {
			t.Fatal(diff)
		}
	})
}
