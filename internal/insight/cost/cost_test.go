package cost

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/seal"
)

func service(t *testing.T, d *db.DB) *Service {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	now := clock.NewManual(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	return New(Config{DB: d, Box: box, Clock: now, Currency: func() string { return "CNY" }})
}

// covers: I2
func TestShare_AnySplitOfTheDaysAddsUpToTheCent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := Row{First: 1000, Amount: rapid.Int64Range(-maxAmount, maxAmount).Draw(t, "amount")}
		r.Last = r.First + Day(rapid.IntRange(0, maxDays-1).Draw(t, "days"))
		cut := Day(rapid.IntRange(int(r.First)-2, int(r.Last)+2).Draw(t, "cut"))
		if got := r.Share(1, cut) + r.Share(cut+1, 1_000_000); got != r.Amount {
			t.Fatalf("the parts add up to %d, not %d", got, r.Amount)
		}
		even := r.Amount / int64(r.Last-r.First+1)
		if day := r.Share(r.First, r.First); day < even-1 || day > even+1 {
			t.Fatalf("a day has %d, an even share is %d", day, even)
		}
		for _, by := range []Dimension{ByMonth, ByChannel, ByPhase} {
			sum := int64(0)
			Divide(r, r.First, r.Last, by, Usual(r.First+40), func(_ string, amount int64) { sum += amount })
			if sum != r.Amount {
				t.Fatalf("by %s: %d, not %d", by, sum, r.Amount)
			}
		}
	})
}

func TestDay_IsTheCalendarDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-60_000_000_000, 200_000_000_000).Draw(t, "at"), 0).UTC()
		d := DayOf(at)
		if d.String() != at.Format(time.DateOnly) || DayOf(d.In(time.UTC)) != d {
			t.Fatalf("%s became %s", at, d)
		}
	})
}

func TestUsual_IsThreeThreeAndSixMonths(t *testing.T) {
	t.Parallel()
	start, _ := ParseDay("2026-01-31", "")
	var got []string
	for _, p := range Usual(start) {
		got = append(got, fmt.Sprint(p.Name, " ", p.First, " ", p.Last))
	}
	want := []string{"launch 2026-01-31 2026-04-30", "growth 2026-05-01 2026-07-30", "steady 2026-07-31 2027-01-30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const sheet = "日期,结束日期,渠道,员工,花费(元),备注\n" +
	"2026-01-01,2026-01-31,抖音,,\"3,100.00\",一月投放\n" +
	"2026/1/5,,门店,zhangsan,¥50,\n" +
	"2026年1月6日,,门店,zhangsan,50,\n" +
	"2026年1月6日,,门店,zhangsan,50,\n" + // the same cost once more
	"昨天,,门店,,50,\n" +
	"2026-01-07,,门店,,many,\n" +
	"2026-01-07,2026-01-01,门店,,5,\n" +
	"2026-01-07,门店\n" +
	"2026-01-08,,\"门店,,5,\n"

// covers: I2
func TestImport_TakesWhatIsRightAndNamesWhatIsNot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := service(t, d), context.Background()
		gbk, err := simplifiedchinese.GB18030.NewEncoder().String(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for round, file := range []string{sheet, "\ufeff" + sheet, gbk, strings.ReplaceAll(sheet, "一月投放", "一月投放 ")} {
			got, err := s.Import(ctx, []byte(file), nil, "ann")
			if err != nil {
				t.Fatal(err)
			}
			added := 4
			if round > 0 {
				added = 0
			}
			if got.Added != added || got.Duplicates != 4-added || got.Rejected != 5 || got.Rows != 9 {
				t.Errorf("round %d: %+v", round, got)
			}
			want := []Rejected{
				{6, "日期", "is no day; write 2026-01-31"},
				{7, "花费(元)", "is no amount; write 1234.50"},
				{8, "结束日期", "2026-01-01 is before 2026-01-07"},
				{9, "", "has 2 columns, the header has 6"},
				{10, "", "the quotes of the line do not match"},
			}
			if diff := cmp.Diff(want, got.Rejects); diff != "" {
				t.Errorf("round %d: %s", round, diff)
			}
		}
		sum, err := s.Sum(ctx, Filter{}, ByChannel)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Sum{{"抖音", 310000}, {"门店", 15000}}, sum.Sums); diff != "" || sum.Total != 325000 {
			t.Errorf("total %d\n%s", sum.Total, diff)
		}
		rows, err := s.Rows(ctx, Filter{Channel: "抖音"})
		if err != nil || len(rows) != 1 || rows[0].Note != "一月投放" {
			t.Fatalf("%+v, %v", rows, err)
		}
		var sealed []byte
		if err := d.Get(ctx, "SELECT note FROM cost WHERE id = $1", []any{rows[0].ID}, &sealed); err != nil || bytes.Contains(sealed, []byte("投放")) {
			t.Errorf("the note lies in clear: %v", err)
		}
	})
}

func TestImport_ARowChangedByHandStaysChanged(t *testing.T) {
	t.Parallel()
	s, ctx := service(t, dbtest.SQLite(t)), context.Background()
	file := []byte("date,amount\n2026-01-01,5\n")
	if _, err := s.Import(ctx, file, nil, "ann"); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Rows(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	rows[0].Amount = 700
	if _, err := s.Update(ctx, rows[0]); err != nil {
		t.Fatal(err)
	}
	again, err := s.Import(ctx, file, nil, "ann")
	if err != nil || again.Added != 0 {
		t.Fatalf("%+v, %v", again, err)
	}
	if sum, err := s.Sum(ctx, Filter{}, ByPhase); err != nil || sum.Total != 700 {
		t.Errorf("%+v, %v", sum, err)
	}
}

func TestImport_WhatCannotBeUsedIsExplained(t *testing.T) {
	t.Parallel()
	s := service(t, dbtest.SQLite(t))
	for _, c := range []struct {
		file string
		m    Mapping
		want string
	}{
		{"", nil, "has no header"},
		{"a,b\n1,2\n", nil, "give a mapping"},
		{"date,amount\n", Mapping{"date": "when"}, `no column "when"`},
		{"date,amount\n", Mapping{"colour": "date"}, "is no field"},
		{strings.Repeat("x", MaxFile+1), nil, "larger"},
	} {
		if _, err := s.Import(context.Background(), []byte(c.file), c.m, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: %v, want %q", c.file, err, c.want)
		}
	}
}

func TestList_PagesByKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := service(t, d), context.Background()
		for i := range 5 {
			if _, err := s.Create(ctx, Row{First: Day(738000 + i), Amount: int64(i + 1), Phase: "p"}, "ann"); err != nil {
				t.Fatal(err)
			}
		}
		seen, cursor := 0, ""
		for {
			p, err := s.List(ctx, Filter{From: 738001, Phase: "p"}, cursor, 3)
			if err != nil {
				t.Fatal(err)
			}
			seen += len(p.Items)
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if seen != 4 {
			t.Errorf("%d rows listed", seen)
		}
	})
}

// FuzzImport reads any file without a panic and counts every row once.
func FuzzImport(f *testing.F) {
	f.Add([]byte(sheet))
	f.Add([]byte("date;amount\n20260101;1e5\n\"x"))
	f.Add([]byte("\xff\xfed\x00a\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, _, err := decode(raw)
		if err != nil {
			return
		}
		header, records, err := readTable(text)
		if err != nil {
			return
		}
		box, _ := seal.New(bytes.Repeat([]byte{7}, 32))
		x := &file{service: New(Config{Box: box, Currency: func() string { return "CNY" }}), header: header, seen: map[string]int{}}
		if x.out.Mapping, err = x.bind(nil); err != nil {
			return
		}
		for _, r := range records {
			x.take(r)
		}
		if len(x.rows)+x.out.Rejected != len(records) {
			t.Fatalf("%d rows, %d rejected of %d", len(x.rows), x.out.Rejected, len(records))
		}
	})
}
