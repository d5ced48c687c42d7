package wecomsim

import (
	"runtime"
	"testing"
	"time"
)

func TestPopulation_IsLeanAndPlausible(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	at := time.Now()
	b := newBench(t, Config{Staff: 200, Customers: 300_000, Groups: 2000})
	took := time.Since(at)
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := (after.HeapAlloc - before.HeapAlloc) >> 20
	t.Logf("%d contacts in %v, %d MiB", b.ContactCount(), took, size)
	if took > 10*time.Second || size > 700 {
		t.Errorf("too slow or too large")
	}
	if n := b.ContactCount(); n < 300_000 || n > 320_000 {
		t.Errorf("%d contacts", n)
	}
	b.login("sim-secret-main")
	total, tagged := 0, 0
	for _, m := range b.Members()[:3] {
		cursor := ""
		last := int64(0)
		for {
			r := b.ok(b.call("/externalcontact/batch/get_by_user", obj{"userid_list": []string{m.User}, "limit": 100, "cursor": cursor}))
			for _, c := range r.Get("external_contact_list").Array() {
				total++
				if len(c.Get("follow_info.tag_id").Array()) > 0 {
					tagged++
				}
				if at := c.Get("follow_info.createtime").Int(); at < last || at > start.Unix() {
					t.Fatalf("made at %d after %d", at, last)
				} else {
					last = at
				}
				if c.Get("external_contact.name").Str == "" || len(c.Get("external_contact.external_userid").Str) != 32 {
					t.Fatal(c.Raw)
				}
			}
			if cursor = r.Get("next_cursor").Str; cursor == "" {
				break
			}
		}
		if total == 0 || m.Contacts < 1000 {
			t.Errorf("%+v has few contacts", m)
		}
	}
	if tagged < total/2 || tagged == total {
		t.Errorf("%d of %d have tags", tagged, total)
	}
	if got := len(b.ok(b.call("/department/list", nil)).Get("department").Array()); got != 26 {
		t.Errorf("%d departments", got)
	}
}
