package retail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestCSV_IsTheOriginalFileByteForByte(t *testing.T) {
	t.Parallel()
	in := CSV()
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != SHA256 {
		t.Fatalf("sha256 = %s, want %s", got, SHA256)
	}
}

func TestPack_MakesTheFileOfTheProgram(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("packs half a million lines")
	}
	again, err := Pack(CSV())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, packed) {
		t.Fatalf("packing the CSV gives %d bytes, not the %d of online_retail.bin", len(again), len(packed))
	}
}

// The facts are published by others who counted the same file.
func TestEach_AgreesWithPublishedFacts(t *testing.T) {
	t.Parallel()
	customers, invoices, codes, countries := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	seen := map[Line]bool{}
	rows, nobody, repeats, cancelled := 0, 0, 0, 0
	total := 0.0
	err := Each(func(l Line) error {
		rows++
		if l.CustomerID == "" {
			nobody++
		} else {
			customers[l.CustomerID] = true
		}
		if seen[l] {
			repeats++
		}
		seen[l] = true
		if strings.HasPrefix(l.Invoice, "C") {
			cancelled++
		}
		invoices[l.Invoice], codes[l.StockCode], countries[l.Country] = true, true, true
		price, err := strconv.ParseFloat(l.UnitPrice, 64)
		total += price * float64(l.Quantity)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []int{rows, len(customers), len(invoices), len(codes), len(countries), nobody, repeats, cancelled}
	want := []int{541909, 4372, 25900, 4070, 38, 135080, 5268, 9288}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("rows, customers, invoices, codes, countries, nobody, repeats, cancelled = %v, want %v", got, want)
			break
		}
	}
	if math.Abs(total-9747747.934) > 0.001 {
		t.Errorf("sum of amounts = %.3f, want 9747747.934", total)
	}
}

func TestCSV_DamagedDataIsAnError(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 100, len(packed) / 2, len(packed) - 1} {
		if err := unpack(packed[:n], func(Line) error { return nil }); err == nil {
			t.Errorf("the first %d bytes unpack without an error", n)
		}
	}
}
