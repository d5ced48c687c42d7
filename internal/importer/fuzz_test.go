package importer

import (
	"archive/zip"
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
	f.Add(workbookWithRow(f, "2"))
	f.Add(workbookWithRow(f, "9223372036854775807"))
	f.Fuzz(func(t *testing.T, text string) {
		open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
		for _, kind := range []Kind{Orders, Events, Customers} {
			if err := readAll(t, open, kind, int64(strings.Count(text, "\n"))); err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v is not invalid", err)
			}
		}
	})
}

// TestXLSX_RowsWithoutEndAreRefused: a few bytes can claim that a row lies billions of
// rows down.
func TestXLSX_RowsWithoutEndAreRefused(t *testing.T) {
	t.Parallel()
	text := workbookWithRow(t, "9223372036854775807")
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	if err := readAll(t, open, Orders, 3); err == nil || !strings.Contains(err.Error(), "beyond 1048576") {
		t.Fatal(err)
	}
}

// workbookWithRow makes a workbook whose second row says that it is another.
func workbookWithRow(t testing.TB, number string) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for cell, v := range map[string]any{"A1": "order_id", "B1": "at", "C1": "price", "A2": "x", "B2": 46000.5, "C2": 2.55} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var out, changed bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	in, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&changed)
	for _, f := range in.File {
		if err := copyPart(w, f, number); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return changed.String()
}

func copyPart(w *zip.Writer, f *zip.File, number string) error {
	part, err := f.Open()
	if err != nil {
		return err
	}
	defer part.Close()
	text, err := io.ReadAll(part)
	if err != nil {
		return err
	}
	to, err := w.Create(f.Name)
	if err == nil {
		_, err = to.Write(bytes.ReplaceAll(text, []byte(`<row r="2"`), []byte(`<row r="`+number+`"`)))
	}
	return err
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
	for _, s := range []string{"1", "-1,234.50", "¥0.1234567", "12元", "1.", "--1", "999999999999.999999", "999999999999.9999997"} {
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
