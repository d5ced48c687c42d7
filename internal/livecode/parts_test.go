package livecode

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/gif"
	"image/png"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yutang/internal/fault"
	"yutang/internal/seal"
)

func testBox(t testing.TB) *seal.Box {
	t.Helper()
	key := sha256.Sum256([]byte(t.Name()))
	box, err := seal.New(key[:])
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestState_NamesOurCodesOnly(t *testing.T) {
	t.Parallel()
	box := testBox(t)
	for _, number := range []int64{1, 42, maxNumber} {
		state := stateOf(box, "ww1", number)
		if got, ok := numberOf(box, "ww1", state); !ok || got != number || len(state) > 30 {
			t.Errorf("%d: %q reads as %d, %v", number, state, got, ok)
		}
		if _, ok := numberOf(box, "ww2", state); ok {
			t.Errorf("%q is taken for another corp's", state)
		}
		forged := []byte(state)
		forged[8] ^= 1
		if _, ok := numberOf(box, "ww1", string(forged)); ok {
			t.Errorf("the forged state %q is taken", forged)
		}
	}
	for _, foreign := range []string{"", "y", "yesterday", "yabcdefghijklmnopqrst", "y" + strings.Repeat("1", 20), "shop-7", strings.Repeat("y", 30)} {
		if _, ok := numberOf(box, "ww1", foreign); ok {
			t.Errorf("the foreign state %q is taken", foreign)
		}
	}
}

func TestNextNumber_GrowsWithTheClockAndNeverRepeats(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	last := nextNumber(0, now)
	if last != now.UnixMicro() || last > maxNumber {
		t.Errorf("the first number is %d", last)
	}
	if n := nextNumber(last, now.Add(-time.Hour)); n != last+1 {
		t.Errorf("after the clock was set back, %d follows %d", n, last)
	}
	const backup = 42 // all that a copy of long ago knows
	if n := nextNumber(backup, now.Add(time.Microsecond)); n <= last {
		t.Errorf("a restored copy gives %d again", n)
	}
}

// covers: A1
func TestParseBatch_TakesGoodRowsAndExplainsTheOthers(t *testing.T) {
	t.Parallel()
	text := "名称,渠道,员工,标签,地点,每日上限,免验证,备用员工,其他\n" +
		"一号店,门店,zhang;li:3,来源/门店；等级/A,静安寺,20,是,zhao,x\n" +
		"\n" +
		"二号店,,,,,,,,\n" +
		"一号店,门店,zhang,,,,,,\n" +
		",门店,zhang,,,,,,\n" +
		"三号店,门店,zhang,,,many,,,\n" +
		"四号店,门店,\"zhang,bad user!\",,,,,,\n" +
		"五号店,门店,zhang,,,5,,,\n"
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	defaults := Spec{Kind: Multi, Members: []Member{{User: "wang"}}}
	wantSpecs := []Spec{
		{
			Name: "一号店", Channel: "门店", Place: "静安寺", Kind: Multi, SkipVerify: true, Backup: []string{"zhao"},
			Members: []Member{{User: "zhang", DailyCap: 20}, {User: "li", Weight: 3, DailyCap: 20}}, Tags: []string{"来源/门店", "等级/A"},
		},
		{Name: "二号店", Kind: Multi, Members: []Member{{User: "wang"}}},
	}
	wantRejects := []Reject{
		{5, "name", "stands already on line 2"},
		{6, "name", "must have 1 to 60 characters"},
		{7, "daily_cap", "cannot be read: many"},
		{8, "staff", "is not a userid"},
		{9, "backup", "is required with a schedule or a daily cap: somebody must answer when nobody is on duty or all are full"},
	}
	for name, raw := range map[string][]byte{"UTF-8": []byte(text), "with mark": []byte("\ufeff" + text), "GBK": gbk} {
		rows, rejects, err := parseBatch(raw, defaults, local("2026-03-02 10:00"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var specs []Spec
		for _, r := range rows {
			specs = append(specs, r.spec)
		}
		if diff := cmp.Diff(wantSpecs, specs); diff != "" {
			t.Errorf("%s: rows: %s", name, diff)
		}
		if diff := cmp.Diff(wantRejects, rejects); diff != "" {
			t.Errorf("%s: rejects: %s", name, diff)
		}
	}
	for _, bad := range []string{"", "渠道,员工\nx,y\n", "name,名称\na,b\n"} {
		if _, _, err := parseBatch([]byte(bad), defaults, local("2026-03-02 10:00")); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseBatch(f *testing.F) {
	f.Add([]byte("名称,员工,每日上限\na,zhang:2,3\n"))
	f.Add([]byte("name,staff\n\"a\nb\",x;y\n,,\n"))
	f.Add([]byte("\xc3\xfb\xb3\xc6,x\n\xd2\xbb,\n"))
	f.Add([]byte("name\n\x00\n\"\n"))
	now := local("2026-03-02 10:00")
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, rejects, err := parseBatch(raw, Spec{Kind: Multi, Members: []Member{{User: "w"}}}, now)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("not the sender's fault: %v", err)
			}
			return
		}
		for _, r := range rows {
			if err := r.spec.Check(now); err != nil || r.line < 2 {
				t.Fatalf("line %d was taken: %v", r.line, err)
			}
		}
		for _, r := range rejects {
			if r.Reason == "" || r.Line < 2 {
				t.Fatalf("rejected without a reason or line: %+v", r)
			}
		}
	})
}

func TestSpec_CheckPointsAtEachFault(t *testing.T) {
	t.Parallel()
	now := local("2026-03-02 10:00")
	err := Spec{
		Name: " ", Kind: Single, Remark: "{who}", ExpiresAt: now, Tags: []string{"a", "a"},
		Members: []Member{{User: "a b"}, {User: "c", Weight: 101}, {User: "c", DailyCap: -1}},
		Schedule: Schedule{
			Shifts:     []Shift{{Days: []int{0, 1, 1}, Span: Span{From: "24:00", To: "9:00", Staff: []string{"q"}}}},
			Exceptions: []Exception{{Date: "2026-02-30"}, {Date: "2026-03-01"}, {Date: "2026-03-01"}},
		},
	}.Check(now)
	var f *fault.Error
	if !asFault(err, &f) {
		t.Fatal(err)
	}
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Pointer)
	}
	want := []string{
		"/name", "/remark", "/tags/1", "/members/0/staff", "/members/1/weight", "/members/2/staff", "/members/2/daily_cap", "/backup",
		"/members", "/expires_at", "/schedule/shifts/0/days/0", "/schedule/shifts/0/days/2", "/schedule/shifts/0/from", "/schedule/shifts/0/to",
		"/schedule/shifts/0/staff/0", "/schedule/exceptions/0/date", "/schedule/exceptions/2/date",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFill_CutsTheNameFirst(t *testing.T) {
	t.Parallel()
	spec := Spec{Name: "南京西路店", Channel: "门店", Remark: "{name}-{channel}-{date}"}
	at := local("2026-03-02 10:00")
	for name, want := range map[string]string{
		"王小明": "王小明-门店-0302", "": "-门店-0302", "一二三四五六七八九十一二三四五": "一二三四五六七八九十一二-门店-0302",
	} {
		if got := fill(spec, name, at); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestImageURL_StaysOnThePlatform(t *testing.T) {
	t.Parallel()
	for text, base := range map[string]string{
		"https://wework.qpic.cn/wwpic/1": "", "https://p.qpic.cn/x": "", "https://work.weixin.qq.com/x": "",
		"http://127.0.0.1:8999/qr/1": "http://127.0.0.1:8999", "https://wecom.proxy.example/qr": "https://wecom.proxy.example",
	} {
		if _, _, err := checkImageURL(text, base); err != nil {
			t.Errorf("%s with %q is refused: %v", text, base, err)
		}
	}
	for text, base := range map[string]string{
		"http://wework.qpic.cn/x": "", "https://qpic.cn.evil.example/x": "", "https://evilqpic.cn/": "", "https://u:p@p.qpic.cn/": "",
		"https://169.254.169.254/latest": "", "http://127.0.0.1:9000/x": "http://127.0.0.1:8999", "file:///etc/passwd": "", "https://p.qpic.cn:8443/": "",
		"": "", "https://": "",
	} {
		if _, _, err := checkImageURL(text, base); err == nil {
			t.Errorf("%s with %q is let through", text, base)
		}
	}
	for _, text := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.100.100.200", "::1", "fd00:ec2::254", "::ffff:192.168.0.1", "0.0.0.0"} {
		if public(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as public", text)
		}
	}
	if !public(netip.MustParseAddr("8.8.8.8")) {
		t.Error("8.8.8.8 does not count as public")
	}
}

func TestCheckImage_WantsAWholePNGOrJPEG(t *testing.T) {
	t.Parallel()
	draw := func(side int) []byte {
		var buf bytes.Buffer
		if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	if err := checkImage(draw(300)); err != nil {
		t.Error(err)
	}
	var animated bytes.Buffer
	if err := gif.Encode(&animated, image.NewGray(image.Rect(0, 0, 300, 300)), nil); err != nil {
		t.Fatal(err)
	}
	whole := draw(300)
	for name, raw := range map[string][]byte{
		"text": []byte("<html>"), "tiny": draw(10), "huge": draw(5000), "cut": whole[:len(whole)/2], "gif": animated.Bytes(), "none": nil,
	} {
		if err := checkImage(raw); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
