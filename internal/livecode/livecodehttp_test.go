package livecode_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/livecode"
	"yutang/internal/livecode/livecodehttp"
)

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

type object = map[string]any

// covers: A1, A3
func TestCodes_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op := r.Client(t, access.Operator)
		body := object{
			"corp": brand, "name": "静安寺店", "channel": "门店", "kind": "multi", "members": []object{{"staff": "li", "weight": 2}, {"staff": "wang"}},
			"backup": []string{"zhao"}, "schedule": object{"shifts": []object{{"days": []int{7}, "from": "09:00", "to": "18:00"}}},
		}
		var plan struct {
			Users []string `json:"users"`
			Next  string   `json:"next"`
		}
		op.Call("POST", "/codes/plan", body, &plan)
		if len(plan.Users) != 2 || plan.Next != "2026-03-01T10:00:00Z" {
			t.Errorf("plan %+v", plan)
		}
		var made livecodehttp.Code
		op.Call("POST", "/codes", body, &made)
		r.settle()
		var got livecodehttp.Code
		op.Call("GET", "/codes/"+made.ID, nil, &got)
		if got.Remote.State != "live" || !got.Remote.Image || len(got.Remote.Shown) != 2 {
			t.Errorf("got %+v", got.Remote)
		}
		body["backup"] = []string{}
		bad := op.Do("PUT", "/codes/"+made.ID, without(body, "corp"))
		if p := bad.Problem(t); bad.Status != 422 && bad.Status != 400 || len(p.Errors) != 1 || p.Errors[0].Pointer != "/backup" {
			t.Errorf("%d %s", bad.Status, bad.Body)
		}
		r.arrive(r.get(made.ID))
		var contacts struct{ Items []livecodehttp.Contact }
		op.Call("GET", "/codes/"+made.ID+"/contacts", nil, &contacts)
		if len(contacts.Items) != 1 || contacts.Items[0].Customer != "c7" {
			t.Errorf("contacts %+v", contacts)
		}
		var codes struct{ Items []livecodehttp.Code }
		op.Call("GET", "/codes", nil, &codes)
		if len(codes.Items) != 1 || codes.Items[0].Recent == nil || *codes.Items[0].Recent != (livecode.Tally{Added: 1}) {
			t.Errorf("list %+v", codes)
		}
		r.codes.Sales = sold(9_950)
		for currency, want := range map[string]float64{"CNY": 99.5, "JPY": 9950} {
			err := r.Access.SetBrand(access.As(context.Background(), access.System), access.Brand{Name: "鱼塘", Zone: "Asia/Shanghai", Currency: currency})
			if err != nil {
				t.Fatal(err)
			}
			var stats livecodehttp.Stats
			op.Call("GET", "/codes/"+made.ID+"/stats", nil, &stats)
			if stats.Added != 1 || stats.Buyers != 1 || stats.NetRevenue != want || stats.Currency != currency {
				t.Errorf("stats %+v, want %v %s", stats, want, currency)
			}
		}
		if res := op.Do("GET", "/codes/"+made.ID+"/stats?from=2026-02-31", nil); res.Status < 400 {
			t.Errorf("a date that is none: %s", res.Body)
		}
		for format, magic := range map[string]string{"pdf": "%PDF", "png": "\x89PNG", "zip": "PK"} {
			res := op.Do("GET", "/codes/sheet?ids="+made.ID+"&layout=stand&format="+format, nil)
			if res.Status != http.StatusOK || !strings.HasPrefix(string(res.Body), magic) {
				t.Errorf("%s: %d %.80s", format, res.Status, res.Body)
			}
		}
		if res := op.Do("DELETE", "/codes/"+made.ID, nil); res.Status != http.StatusNoContent {
			t.Errorf("delete: %d", res.Status)
		}
	})
}

// sold are sales in minor units, to one buyer of however many come.
type sold int64

// Since is the same at all times.
func (s sold) Since(context.Context, map[uint32]time.Time) (buyers int, net int64, err error) {
	return 1, int64(s), nil
}

func without(o object, key string) object {
	out := object{}
	for k, v := range o {
		if k != key {
			out[k] = v
		}
	}
	return out
}

// covers: A3
func TestBatch_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	op := r.Client(t, access.Operator)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("corp", brand)
	_ = w.WriteField("defaults", `{"channel":"包裹卡","members":[{"staff":"li"}]}`)
	f, err := w.CreateFormFile("file", "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("名称,员工\n一,\n二,wang\n三,!\n"))
	_ = w.Close()
	res := op.Do("POST", "/code-batches", form.Bytes(), "Content-Type", w.FormDataContentType())
	if res.Status != http.StatusCreated {
		t.Fatalf("%d %s", res.Status, res.Body)
	}
	r.settle()
	var list struct{ Items []livecodehttp.Batch }
	op.Call("GET", "/code-batches", nil, &list)
	if len(list.Items) != 1 {
		t.Fatalf("list %+v", list)
	}
	var b livecodehttp.Batch
	op.Call("GET", "/code-batches/"+list.Items[0].ID, nil, &b)
	if b.Accepted != 2 || b.Rejected != 1 || b.Rejects[0].Column != "staff" || b.Progress == nil || b.Progress.Images != 2 {
		t.Errorf("batch %+v", b)
	}
	if res := op.Do("GET", "/codes/sheet?batch="+b.ID, nil); res.Status != http.StatusOK || !bytes.HasPrefix(res.Body, []byte("%PDF")) {
		t.Errorf("sheet: %d %.100s", res.Status, res.Body)
	}
}
