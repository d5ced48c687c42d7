package importer

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"yutang/internal/fault"
)

func FuzzParseMapping(f *testing.F) {
	f.Add(`{"fields":{"order_id":"a","at":"b","price":{"column":"c","transform":"integer"}},"refunds":{"column":"a","starts_with":"C"}}`)
	f.Add(`{"time":{"layout":"2006","zone":"UTC"},"reject":[{"column":"x","in":["a"],"reason":"r"}],"delimiter":"\t"}`)
	f.Add(`{"fields":null,"identities":{"phone":{}}}`)
	f.Fuzz(func(t *testing.T, doc string) {
		for _, kind := range []Kind{Orders, Events, Customers} {
			m, err := ParseMapping([]byte(doc), kind)
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Fatalf("%v is not invalid", err)
				}
				continue
			}
			if _, err := bind(m, []string{"a", "b", "c", "x"}, false, time.UTC, time.Unix(2e9, 0)); err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		}
	})
}

func FuzzTable(f *testing.F) {
	f.Add("订单号,下单时间,单价,手机号\n1,2026-01-01 10:00:00,5,13912345678\n\"2\n\",2026-01-02,¥1\xff,000\n")
	f.Add("order_id\tat\tprice\n1\t1767225600\t1e9\n1\t\t\"\n")
	f.Add("\xff\xfeo\x00,\x00")
	f.Add("\x1f\x8b\x08")
	f.Add("PK\x03\x04")
	f.Add(smallWorkbook(f))
	f.Fuzz(func(t *testing.T, text string) {
		open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
		for _, kind := range []Kind{Orders, Events, Customers} {
			if err := readAll(t, open, kind, int64(strings.Count(text, "\n"))); err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v is not invalid", err)
			}
		}
	})
}

func smallWorkbook(f *testing.F) string {
	book := excelize.NewFile()
	defer book.Close()
	for cell, v := range map[string]any{"A1": "order_id", "B1": "at", "C1": "price", "A2": "x", "B2": 46000.5, "C2": 2.55} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			f.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		f.Fatal(err)
	}
	return out.String()
}

// readAll takes a file through everything but the store.
func readAll(t *testing.T, open opener, kind Kind, most int64) error {
	tab, err := openTable(open, format{})
	if err != nil {
		return err
	}
	defer tab.Close()
	m, err := AutoMap(kind, tab.header(), firstRows(tab, 5))
	if err != nil {
		return err
	}
	again, err := openTable(open, format{})
	if err != nil {
		return err
	}
	defer again.Close()
	b, err := bind(m, again.header(), again.excel(), time.UTC, time.Unix(2e9, 0))
	if err != nil {
		return err
	}
	rows := int64(0)
	for {
		r, err := again.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		rows++
		o := b.settle(&group{key: b.key(r), items: []item{b.item(r)}})
		if o.stored+o.repeats+o.rejects() != 1 || (o.ev == nil) != o.items[0].problem.bad() {
			t.Fatalf("row %d: stored %d, repeats %d, rejected %d, %+v", rows, o.stored, o.repeats, o.rejects(), o.items)
		}
	}
	if !again.excel() && rows > most+1 {
		t.Fatalf("%d rows of %d lines", rows, most)
	}
	return nil
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1", "-1,234.50", "¥0.1234567", "12元", "1.", "--1", "999999999999.999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := parseNumber(text)
		if !ok {
			return
		}
		again, ok := parseNumber(n.String())
		if !ok || again != n {
			t.Fatalf("%q is %s, which is %s", text, n, again)
		}
	})
}
