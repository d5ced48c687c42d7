package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/importer"
	"yutang/internal/seal"
)

var now = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// ledger stores events by source and message id, as the road does.
type ledger struct {
	mu     sync.Mutex
	events map[string]*event.Event
	before func() error // called before each submission
}

func (l *ledger) SubmitEvents(_ context.Context, evs []*event.Event) (accepted int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.before != nil {
		if err := l.before(); err != nil {
			return 0, err
		}
	}
	for _, ev := range evs {
		key := fmt.Sprint(ev.SourceID, "/", ev.MessageID)
		if l.events[key] == nil {
			ev.Seq = uint64(len(l.events) + 1)
			l.events[key] = ev
			accepted++
		}
	}
	return accepted, nil
}

// story is what the ledger knows, in an order that does not depend on arrival.
func (l *ledger) story() []string {
	var out []string
	for key, ev := range l.events {
		out = append(out, fmt.Sprint(key, " ", ev.Name, " ", ev.At.Format(time.RFC3339), " ", ev.Identities, " ",
			string(ev.Props), " ", traits(ev), " ", ev.Tags))
	}
	slices.Sort(out)
	return out
}

func traits(ev *event.Event) string {
	var out []string
	for _, t := range ev.Traits {
		out = append(out, t.Name+"="+string(t.Value))
	}
	return strings.Join(out, ",")
}

// bench is an importer with all it needs.
type bench struct {
	*importer.Service
	*ledger
	dir   string
	box   *seal.Box
	clock *clock.Manual
}

func newBench(t testing.TB, d *db.DB, limits importer.Limits) *bench {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{ledger: &ledger{events: map[string]*event.Event{}}, dir: t.TempDir(), box: box, clock: clock.NewManual(now)}
	b.Service = importer.New(importer.Config{
		DB: d, Box: box, Clock: b.clock, Zone: time.FixedZone("brand", 8*3600), Dir: b.dir, Submit: b.ledger,
		SourceID: func(_ context.Context, name string) (int64, error) { return int64(len(name)), nil },
		Log:      slog.New(slog.DiscardHandler), Limits: limits,
	})
	return b
}

func upload(kind importer.Kind, mapping, body string) importer.Upload {
	up := importer.Upload{Kind: kind, Name: "test.csv", Body: strings.NewReader(body)}
	if mapping != "" {
		up.Mapping = []byte(mapping)
	}
	return up
}

func (b *bench) load(t testing.TB, up importer.Upload) *importer.Job {
	t.Helper()
	j, err := b.Import(context.Background(), up, nil)
	if err != nil {
		t.Fatal(err)
	}
	if j.State != importer.Done || j.Rows() != j.Total {
		t.Fatalf("state %s, %d rows settled of %d", j.State, j.Rows(), j.Total)
	}
	return j
}

// figures are rows, accepted, duplicates, rejected, events.
func figures(j *importer.Job) [5]int64 {
	return [5]int64{j.Total, j.Accepted, j.Duplicates, j.Rejected, j.Events}
}

func want(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}

const shopOrders = "订单号,下单时间,手机号,商品编码,商品名称,数量,单价\n" +
	"A1,2026-01-02 10:00:00,13912345678,P1,面霜,2,99.50\n" +
	"A1,2026-01-02 10:00:00,13912345678,P2,口红,1,¥100\n" +
	"A2,2026/1/3 9:30,13912345679,P1,面霜,1,99.5\n" +
	"A1,2026-01-02 10:00:00,13912345678,P2,口红,1,¥100\n" + // exact duplicate, apart from its order
	"A3,2026-01-04,13912345670,P1,面霜,-1,99.5\n"

// covers: B1, F5
func TestImport_OrdersByTheirHeaders(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, importer.Limits{})
		j := b.load(t, upload(importer.Orders, "", shopOrders))
		want(t, figures(j), [5]int64{5, 3, 1, 1, 2})
		want(t, b.story(), []string{
			`6/order:A1 Order Completed 2026-01-02T02:00:00Z [{phone 13912345678}] {"order_id":"A1","revenue":299.00,"currency":"CNY","quantity":3,` +
				`"products":[{"product_id":"P1","name":"面霜","quantity":2,"price":99.5},{"product_id":"P2","name":"口红","quantity":1,"price":100}]}  []`,
			`6/order:A2 Order Completed 2026-01-03T01:30:00Z [{phone 13912345679}] {"order_id":"A2","revenue":99.50,"currency":"CNY","quantity":1,` +
				`"products":[{"product_id":"P1","name":"面霜","quantity":1,"price":99.5}]}  []`,
		})
		rows, err := b.Rejected(context.Background(), j.ID, 100)
		if err != nil {
			t.Fatal(err)
		}
		want(t, rows, []importer.Rejected{{Line: 6, Column: "数量", Reason: "quantity is negative: neither a sale nor marked as a refund"}})
	})
}

// covers: B1
func TestImport_SameFileAgainAddsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	b.load(t, upload(importer.Orders, "", shopOrders))
	before := b.story()
	again := b.load(t, upload(importer.Orders, "", shopOrders))
	want(t, figures(again), [5]int64{5, 0, 4, 1, 0})
	want(t, b.story(), before)
}

func TestImport_CorrectedFileAddsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	b.load(t, upload(importer.Orders, "", shopOrders))
	fixed := b.load(t, upload(importer.Orders, "", strings.Replace(shopOrders, ",-1,", ",1,", 1)))
	want(t, figures(fixed), [5]int64{5, 1, 4, 0, 1})
}

func TestImport_OrderWithABadLineIsHeldBackWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	file := "order_id,at,member_no,sku,qty,price\nA,2026-01-01,m1,x,1,5\nA,2026-01-01,m1,y,?,5\nA,2026-01-01,m1,x,1,5\nB,2026-01-01,m2,x,1,5\n"
	j := b.load(t, upload(importer.Orders, "", file))
	want(t, figures(j), [5]int64{4, 1, 0, 3, 1})
	want(t, j.Reasons, map[string]int64{"quantity is not a number": 1, "another line of this order is rejected": 2})
}

// covers: F5
func TestImport_RefundsAndUnwantedRows(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	mapping := `{"fields":{"order_id":"no","at":"at","quantity":"n","price":"p","currency":{"value":"GBP"}},
		"identities":{"member_no":{"column":"who","transform":"integer"}},"traits":{"country":"land"},
		"time":{"layout":"02.01.2006 15:04","zone":"Europe/London"},
		"refunds":{"column":"no","starts_with":"C"},"reject":[{"column":"sku","in":["FEE","TEST"],"reason":"not a product"}]}`
	file := "no,at,who,sku,n,p,land\nC7,01.07.2026 10:00,17850.0,x,-2,1.25,France\n8,01.01.2026 10:00,,x,2,1.25,\n8,01.01.2026 10:00,,FEE,1,9,\n"
	j, err := b.Import(context.Background(), upload(importer.Orders, mapping, file), nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, j.Reasons, map[string]int64{"is a time to come": 1, "not a product": 1})
	file = strings.Replace(file, "01.07.2026", "01.07.2025", 1)
	b.load(t, upload(importer.Orders, mapping, file))
	want(t, b.story(), []string{
		`6/order:8 Order Completed 2026-01-01T10:00:00Z [] {"order_id":"8","revenue":2.50,"currency":"GBP","quantity":2,"products":[{"quantity":2,"price":1.25}]}  []`,
		`6/refund:C7 Order Refunded 2025-07-01T09:00:00Z [{member_no 17850}] {"order_id":"C7","revenue":2.50,"currency":"GBP","quantity":2,"products":[{"quantity":2,"price":1.25}]} country="France" []`,
	})
}

// covers: B1, B4
func TestImport_CustomersByTheirHeaders(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	file := "手机号,姓名,城市,消费次数,邮编,标签\n13912345678,王芳,杭州,3,012345,VIP；新客\n,无名,上海,1,200000,\n13912345678,王芳,杭州,3,012345,VIP；新客\n"
	j := b.load(t, upload(importer.Customers, "", file))
	want(t, figures(j), [5]int64{3, 1, 1, 1, 1})
	story := b.story()
	want(t, story[0][strings.Index(story[0], " "):],
		` Identified 2026-03-01T00:00:00Z [{phone 13912345678}]  city="杭州",name="王芳",消费次数=3,邮编="012345" [{VIP false} {新客 false}]`)
}

// covers: B1
func TestImport_Events(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	mapping := `{"fields":{"event":"what","at":"when"},"identities":{"openid:wx1":"who"},"props":{"score":{"column":"n","type":"number"},"ok":{"column":"ok","type":"boolean"}}}`
	file := "what;when;who;n;ok\nPage Viewed;1767225600;o1;1,5;x\nPage Viewed;1767225600;o1;1.5;是\n;1767225600;o1;1;\nGame Won;yesterday;o1;1;\n"
	j := b.load(t, upload(importer.Events, mapping, file))
	want(t, figures(j), [5]int64{4, 1, 0, 3, 1})
	story := b.story()
	want(t, story[0][strings.Index(story[0], " "):], ` Page Viewed 2026-01-01T00:00:00Z [{openid:wx1 o1}] {"ok":true,"score":1.5}  []`)
}

func TestImport_GzipIsAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	io.WriteString(w, shopOrders)
	w.Close()
	j := b.load(t, upload(importer.Orders, "", zipped.String()))
	want(t, figures(j), [5]int64{5, 3, 1, 1, 2})
	if _, err := b.Import(context.Background(), upload(importer.Orders, "", zipped.String()[:100]), nil); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a gzip file cut off: %v", err)
	}
}

func TestImport_BadFilesAreExplained(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{File: 2 << 20})
	for name, c := range map[string]struct{ body, says string }{
		"empty":        {"", "is empty"},
		"old workbook": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"},
		"no workbook":  {"PK\x03\x04nothing", "not a workbook"},
		"open quote":   {"order_id,at,price\n1,2026-01-01,\"" + strings.Repeat("x\n", 800_000), "quote"},
		"too large":    {"order_id,at,price\n" + strings.Repeat("1,2026-01-01,5\n", 200_000), "larger than"},
		"no columns":   {"a,b\n1,2\n", "is required"},
	} {
		_, err := b.Import(context.Background(), upload(importer.Orders, "", c.body), nil)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestImport_UnreadableLinesAreRejectedNotTheFile(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	file := "order_id,at,price\n1,2026-01-01,5\n2,2026-01-01\n3,2026-\"01-01,5\n,2026-01-01,5\n5,2026-01-01,5\n"
	j := b.load(t, upload(importer.Orders, "", file))
	want(t, figures(j), [5]int64{5, 2, 0, 3, 2})
	rows, err := b.Rejected(context.Background(), j.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	want(t, rows, []importer.Rejected{
		{Line: 3, Reason: "has 2 columns, the header has 3"},
		{Line: 4, Reason: "the quotes of the line do not match"},
		{Line: 5, Column: "order_id", Reason: "has no order id"},
	})
}

func TestImport_OverlongOrdersAreRejected(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{OrderLines: 3})
	line := func(id string) string { return id + ",2026-01-01,1," + "%d\n" }
	file := "order_id,at,price,sku\n"
	for i, id := range []string{"A", "A", "A", "A", "B", "B", "C", "B", "B", "D", "D", "D"} {
		file += fmt.Sprintf(line(id), i)
	}
	j := b.load(t, upload(importer.Orders, "", file))
	want(t, figures(j), [5]int64{12, 4, 0, 8, 2})
	want(t, j.Reasons, map[string]int64{"the order has more than 3 lines": 8})
}

func TestRejectedFile_IsHarmlessInASpreadsheet(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	file := "order_id,at,price,note\n1,2026-01-01,-5,=HYPERLINK(\"x\")\n"
	j, err := b.Import(context.Background(), upload(importer.Orders, "", strings.ReplaceAll(file, `"`, "'")), nil)
	if err != nil {
		t.Fatal(err)
	}
	in, err := b.RejectedFile(context.Background(), j.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(text), "line,column,reason,order_id,at,price,note\n"+
		"2,price,price is negative: neither a sale nor marked as a refund,1,2026-01-01,-5,'=HYPERLINK('x')\n")
}
