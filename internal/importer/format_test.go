package importer_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/importer"
)

// covers: B1
func TestImport_EncodingsGiveTheSameEvents(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	plain := newBench(t, d, importer.Limits{})
	plain.load(t, upload(importer.Orders, "", shopOrders))
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(strings.ReplaceAll(shopOrders, "¥", "￥"))
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(shopOrders, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"utf-8 with mark":      "\ufeff" + shopOrders,
		"crlf":                 strings.ReplaceAll(shopOrders, "\n", "\r\n"),
		"tabs":                 strings.ReplaceAll(shopOrders, ",", "\t"),
		"semicolons":           strings.ReplaceAll(shopOrders, ",", ";"),
		"gbk":                  gbk,
		"utf-16 text of Excel": utf16,
		"workbook":             workbook(t, shopOrders),
	} {
		b := newBench(t, d, importer.Limits{})
		b.load(t, upload(importer.Orders, "", body))
		t.Log(name)
		want(t, b.story(), plain.story())
	}
}

// workbook writes the cells of a CSV text as Excel would: numbers as numbers.
func workbook(t *testing.T, text string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		for k, v := range strings.Split(line, ",") {
			name, err := excelize.CoordinatesToCellName(k+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			var cell any = v
			switch at, err := time.Parse("2006-01-02 15:04:05", v); {
			case err == nil:
				cell = at
			case v == "99.50" || v == "99.5":
				cell = 99.5
			case len(v) == 1 && v >= "0" && v <= "9":
				cell = int(v[0] - '0')
			}
			if err := f.SetCellValue("Sheet1", name, cell); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestImport_GBKThatStartsLateIsFound(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	file := "order_id,at,price,product_name\n" + strings.Repeat("1,2026-01-01,5,x\n", 20_000) + "2,2026-01-01,5,面霜\n"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	b.load(t, upload(importer.Orders, "", gbk))
	if story := strings.Join(b.story(), "\n"); !strings.Contains(story, "面霜") {
		t.Fatal(story)
	}
}

func TestImport_NamedEncoding(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	latin, err := charmap.ISO8859_1.NewEncoder().String("order_id,at,price,product_name\n1,2026-01-01,5,Café\n")
	if err != nil {
		t.Fatal(err)
	}
	mapping := `{"encoding":"iso-8859-1","fields":{"order_id":"order_id","at":"at","price":"price","product_name":"product_name"}}`
	b.load(t, upload(importer.Orders, mapping, latin))
	if story := strings.Join(b.story(), "\n"); !strings.Contains(story, "Café") {
		t.Fatal(story)
	}
}

// covers: J3
func TestImport_NothingOfAFileLiesInClear(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{BatchRows: 1})
	file := "order_id,at,price,phone\n1,2026-01-01,5,13912345678\n2,2026-01-01,5,13912345678\n1,2026-01-01,?,13912345678\n3,2026-01-01,-5,13912345678\n"
	ctx, cancel := context.WithCancel(context.Background())
	b.ledger.before = func() error {
		noCanary(t, b.dir, "13912345678")
		cancel()
		return nil
	}
	if _, err := b.Import(ctx, upload(importer.Orders, "", file), nil); err == nil {
		t.Fatal("the import was not interrupted")
	}
	noCanary(t, b.dir, "13912345678")
	b.ledger.before = nil
	j := b.load(t, upload(importer.Orders, "", file))
	noCanary(t, b.dir, "13912345678")
	want(t, j.Rejected, int64(3))
	if _, err := os.Stat(filepath.Join(b.dir, j.ID, "file")); !os.IsNotExist(err) {
		t.Fatalf("the file is still there: %v", err)
	}
}

func noCanary(t *testing.T, dir, canary string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(canary)) {
			t.Errorf("%s holds %s in clear", e.Name(), canary)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestParseMapping_NamesEveryFault(t *testing.T) {
	t.Parallel()
	for doc, pointers := range map[string][]string{
		`[]`: {""},
		`{"fields":{"order_id":"a","at":"b","price":7,"revenue":{"colum":"x"}}}`:                        {"/fields/price", "/fields/revenue"},
		`{"fields":{"order_id":"a"},"nonsense":1}`:                                                      {"/nonsense"},
		`{"fields":{"order_id":"a","at":"b","price":"c","colour":"d"}}`:                                 {"/fields/colour"},
		`{"fields":{"order_id":"a"}}`:                                                                   {"/fields/at", "/fields/revenue"},
		`{"fields":{"order_id":"a","at":"b","price":"c"},"time":{"zone":"Mars/Base"},"delimiter":"||"}`: {"/delimiter", "/time/zone"},
		`{"fields":{"order_id":"a","at":"b","price":{"column":"c","transform":"double"}},"identities":{"iban":"d"}}`: {
			"/identities/iban", "/fields/price/transform",
		},
		`{"fields":{"order_id":"a","at":"b","price":"c"},"reject":[{"column":"x","equals":"y"},{"equals":"y","in":["z"],"reason":"r"}]}`: {
			"/reject/0/reason", "/reject/1/column", "/reject/1",
		},
	} {
		_, err := importer.ParseMapping([]byte(doc), importer.Orders)
		var got []string
		if e := new(fault.Error); asFault(err, &e) {
			for _, f := range e.Fields {
				got = append(got, f.Pointer)
			}
		}
		want(t, got, pointers)
	}
}

func TestImport_MappingMustFitTheFile(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	mapping := `{"fields":{"order_id":"no","at":"at","price":"price"},"traits":{"city":"town"}}`
	_, err := b.Import(context.Background(), upload(importer.Orders, mapping, "no,at,price,price\n"), nil)
	e := new(fault.Error)
	if !asFault(err, &e) || len(e.Fields) != 2 {
		t.Fatal(err)
	}
	want(t, []string{e.Fields[0].Pointer, e.Fields[1].Pointer}, []string{"/fields/price/column", "/traits/city/column"})
}

func TestPreview_StoresNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	p, err := b.Preview(context.Background(), upload(importer.Orders, "", shopOrders))
	if err != nil {
		t.Fatal(err)
	}
	want(t, [4]int64{p.Rows, p.Accepted, p.Repeats, p.Rejected}, [4]int64{5, 3, 1, 1})
	want(t, []int{len(p.Sample), len(p.First), len(b.events)}, []int{2, 1, 0})
	want(t, p.Mapping.Identities, map[string]importer.Spec{"phone": {Column: "手机号"}})
	left, err := os.ReadDir(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	want(t, len(left), 0)
}
