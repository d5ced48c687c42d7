package segment

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yutang/internal/ingest/ingesttest"
)

// covers: B1
func TestTime_IsTrustedCorrectedOrClamped(t *testing.T) {
	t.Parallel()
	now := ingesttest.Now
	stamp := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339Nano) }
	tenYears := now.Sub(now.AddDate(-10, 0, 0))
	for _, c := range []struct {
		name, times string
		at          time.Duration // from now
		clamped     bool
	}{
		{"none", ``, 0, false},
		{"trusted", `"timestamp":"` + stamp(-48*time.Hour) + `"`, -48 * time.Hour, false},
		{"trusted beside sentAt", `"timestamp":"` + stamp(-time.Hour) + `","sentAt":"` + stamp(-40*time.Minute) + `"`, -time.Hour, false},
		{"an hour ahead", `"timestamp":"` + stamp(time.Hour) + `"`, time.Hour, false},
		{"more than an hour ahead", `"timestamp":"` + stamp(time.Hour+time.Second) + `"`, 0, true},
		{"ten years old", `"timestamp":"` + stamp(-tenYears) + `"`, -tenYears, false},
		{"older", `"timestamp":"` + stamp(-tenYears-time.Second) + `"`, 0, true},
		{"wrong clock", `"timestamp":"` + stamp(5*time.Hour) + `","sentAt":"` + stamp(5*time.Hour+time.Minute) + `"`, -time.Minute, false},
		{"original corrected", `"originalTimestamp":"` + stamp(-3*time.Hour) + `","sentAt":"` + stamp(-3*time.Hour+10*time.Second) + `"`, -10 * time.Second, false},
		{"timestamp repeats original", `"timestamp":"` + stamp(-3*time.Hour) + `","originalTimestamp":"` + stamp(-3*time.Hour) + `","sentAt":"` + stamp(-2*time.Hour) + `"`, -time.Hour, false},
		{"timestamp beside original", `"timestamp":"` + stamp(-time.Minute) + `","originalTimestamp":"` + stamp(-3*time.Hour) + `","sentAt":"` + stamp(-2*time.Hour) + `"`, -time.Minute, false},
		{"original alone", `"originalTimestamp":"` + stamp(-3*time.Hour) + `"`, -3 * time.Hour, false},
		{"correction not believable", `"originalTimestamp":"` + stamp(5*time.Hour) + `","sentAt":"` + stamp(0) + `"`, 0, true},
		{"milliseconds", `"timestamp":` + fmt.Sprint(now.Add(-time.Minute).UnixMilli()), -time.Minute, false},
		{"seconds", `"timestamp":` + fmt.Sprint(now.Add(-time.Minute).Unix()), -time.Minute, false},
		{"no zone", `"timestamp":"2024-05-01T11:59:00"`, -time.Minute, false},
		{"offset", `"timestamp":"2024-05-01T19:59:00.000+0800"`, -time.Minute, false},
		{"day", `"timestamp":"2024-05-01"`, -12 * time.Hour, false},
	} {
		bench := ingesttest.New(Routes)
		body := strings.Replace(`{"event":"Seen","userId":"u1",`+c.times+`}`, `,}`, `}`, 1)
		w := bench.Send("POST", "/v1/track", strings.NewReader(body), "Authorization", basic("shop-key"))
		evs := bench.Stored()
		if w.Code != 200 || len(evs) != 1 {
			t.Fatalf("%s: status %d: %s", c.name, w.Code, w.Body)
		}
		if got := evs[0].At.Sub(now); got != c.at || evs[0].Clamped != c.clamped {
			t.Errorf("%s: at %v clamped %v, want %v %v", c.name, got, evs[0].Clamped, c.at, c.clamped)
		}
	}
}
