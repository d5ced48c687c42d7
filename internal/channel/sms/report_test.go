package sms

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	aliyunReports = `[{"phone_number":"13900000001","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:05","success":true,
		"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"67890"},
		{"phone_number":"13900000002","report_time":"2017-01-01 00:00:06","success":false,"err_code":"MK:0001","biz_id":"12346","out_id":"67891"}]`
	aliyunReplies = `[{"phone_number":"13900000001","send_time":"2017-01-01 00:00:00","content":" td ","sign_name":"玉堂","dest_code":"1234","sequence_id":9}]`
	tencentReport = `[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13900000001","report_status":"SUCCESS","errmsg":"DELIVRD",
		"description":"用户短信送达成功","sid":"s1"},{"nationcode":"86","mobile":"13900000002","report_status":"FAIL","errmsg":"13900000002 不在服务区","sid":"s2"}]`
	tencentReply = `{"extend":"","mobile":"13900000001","nationcode":"86","sign":"玉堂","text":"退订","time":1457336869}`
)

// covers: C7
func TestReports_AreReadAsDocumented(t *testing.T) {
	t.Parallel()
	reports, _, err := ParseAliyun([]byte(aliyunReports))
	want := []Report{
		{Ref: "67890", ProviderID: "12345", State: Delivered, Code: "DELIVERED", At: time.Date(2016, 12, 31, 16, 0, 5, 0, time.UTC)},
		{Ref: "67891", ProviderID: "12346", State: Failed, Code: "MK:0001", At: time.Date(2016, 12, 31, 16, 0, 6, 0, time.UTC)},
	}
	if diff := cmp.Diff(want, reports); err != nil || diff != "" {
		t.Error(err, diff)
	}
	reports, _, err = ParseTencent([]byte(tencentReport))
	want = []Report{
		{ProviderID: "s1", State: Delivered, Code: "DELIVRD", At: time.Date(2015, 10, 17, 0, 3, 4, 0, time.UTC)},
		{ProviderID: "s2", State: Failed, Code: "other"},
	}
	if diff := cmp.Diff(want, reports); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestReplies_OptOutByTheUsualWords(t *testing.T) {
	t.Parallel()
	_, replies, err := ParseAliyun([]byte(aliyunReplies))
	if err != nil || len(replies) != 1 || replies[0].From != "+8613900000001" || !replies[0].OptsOut() {
		t.Errorf("%+v, %v", replies, err)
	}
	_, replies, err = ParseTencent([]byte(tencentReply))
	if err != nil || len(replies) != 1 || replies[0].From != "+8613900000001" || !replies[0].OptsOut() || replies[0].At.Unix() != 1457336869 {
		t.Errorf("%+v, %v", replies, err)
	}
	for text, want := range map[string]bool{
		"T": true, "td": true, "退订。": true, "R": true, "N": true, "拒收": true, "STOP": true,
		"": false, "好的": false, "T恤多少钱": false, "怎么退订": false, "Thanks": false,
	} {
		if (Reply{Text: text}).OptsOut() != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func fuzzReports(f *testing.F, parse func([]byte) ([]Report, []Reply, error)) {
	f.Helper()
	for _, seed := range []string{aliyunReports, aliyunReplies, tencentReport, tencentReply, "", "[]", "{}", "[null]", `[{"success":1}]`, `{"time":1e300}`, "[[]]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		reports, replies, err := parse(body)
		if err != nil && len(reports)+len(replies) > 0 {
			t.Fatal("an error with a result")
		}
		for _, r := range reports {
			if r.State == Waiting || (r.Ref == "" && r.ProviderID == "" && !strings.Contains(string(body), "success")) {
				t.Fatalf("a report of nothing: %+v", r)
			}
			if len(r.Code) > 64 || (r.Code != "other" && !codePattern.MatchString(r.Code)) {
				t.Fatalf("the code %q", r.Code)
			}
			if !r.At.IsZero() && (r.At.Year() < 1999 || r.At.Year() > 2200) {
				t.Fatalf("at %v", r.At)
			}
		}
		for _, r := range replies {
			if !strings.HasPrefix(r.From, "+") {
				t.Fatalf("a reply from %q", r.From)
			}
		}
	})
}

func FuzzParseAliyun(f *testing.F)  { fuzzReports(f, ParseAliyun) }
func FuzzParseTencent(f *testing.F) { fuzzReports(f, ParseTencent) }
