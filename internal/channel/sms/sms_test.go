package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/channel/wire"
	"yutang/internal/clock"
	"yutang/internal/outreach"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

const (
	keyID  = "LTAIxxxx"
	secret = "the secret"
)

func newWire() *wire.Client { return wire.New((&net.Dialer{}).DialContext, nil, nil) }

func digest(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// aliyunSaysYes checks a request as Aliyun does: it builds the signed text from what came
// over the wire, in the order the caller names.
func aliyunSaysYes(r *http.Request) bool {
	auth := r.Header.Get("Authorization")
	rest, ok := strings.CutPrefix(auth, "ACS3-HMAC-SHA256 Credential="+keyID+",SignedHeaders=")
	names, signature, ok2 := strings.Cut(rest, ",Signature=")
	if !ok || !ok2 {
		return false
	}
	pairs := strings.Split(r.URL.RawQuery, "&")
	slices.Sort(pairs)
	headers := ""
	for name := range strings.SplitSeq(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		headers += name + ":" + value + "\n"
	}
	body, _ := io.ReadAll(r.Body)
	hash := fmt.Sprintf("%x", sha256.Sum256(body))
	canonical := r.Method + "\n" + r.URL.Path + "\n" + strings.Join(pairs, "&") + "\n" + headers + "\n" + names + "\n" + hash
	want := hex.EncodeToString(digest([]byte(secret), "ACS3-HMAC-SHA256\n"+fmt.Sprintf("%x", sha256.Sum256([]byte(canonical)))))
	return want == signature && r.Header.Get("X-Acs-Content-Sha256") == hash && r.Header.Get("X-Acs-Version") == "2017-05-25"
}

// tencentSaysYes does the same as Tencent Cloud.
func tencentSaysYes(r *http.Request, body []byte) bool {
	var day, names, signature string
	auth := strings.ReplaceAll(r.Header.Get("Authorization"), ",", " ")
	if n, _ := fmt.Sscanf(auth, "TC3-HMAC-SHA256 Credential="+keyID+"/%10s/sms/tc3_request  SignedHeaders=%s  Signature=%s", &day, &names, &signature); n != 3 {
		return false
	}
	headers := ""
	for name := range strings.SplitSeq(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		headers += name + ":" + strings.ToLower(value) + "\n"
	}
	canonical := "POST\n/\n\n" + headers + "\n" + names + "\n" + fmt.Sprintf("%x", sha256.Sum256(body))
	text := "TC3-HMAC-SHA256\n" + r.Header.Get("X-Tc-Timestamp") + "\n" + day + "/sms/tc3_request\n" + fmt.Sprintf("%x", sha256.Sum256([]byte(canonical)))
	key := digest(digest(digest([]byte("TC3"+secret), day), "sms"), "tc3_request")
	return signature == hex.EncodeToString(digest(key, text)) && r.Header.Get("X-Tc-Version") == "2021-01-11"
}

// aliyun serves the answers by action, to rightly signed requests.
func aliyun(t *testing.T, answers map[string]string) (Aliyun, Account, chan url.Values) {
	t.Helper()
	seen := make(chan url.Values, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !aliyunSaysYes(r) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"Code":"SignatureDoesNotMatch"}`)
			return
		}
		seen <- r.URL.Query()
		_, _ = io.WriteString(w, answers[r.Header.Get("X-Acs-Action")])
	}))
	t.Cleanup(srv.Close)
	return Aliyun{Wire: newWire(), Clock: clock.NewManual(noon)}, Account{KeyID: keyID, Secret: secret, Sign: "玉堂", BaseURL: srv.URL}, seen
}

// covers: C7
func TestAliyun_SendsSignedAndIsAsked(t *testing.T) {
	t.Parallel()
	v, a, seen := aliyun(t, map[string]string{
		"SendSms": `{"Message":"OK","RequestId":"F655","Code":"OK","BizId":"9006^0"}`,
		"QuerySendDetails": `{"Code":"OK","TotalCount":"2","SmsSendDetailDTOs":{"SmsSendDetailDTO":[
			{"OutId":"dlv_0","SendStatus":2,"ErrCode":"MK:0001","PhoneNum":"13912345670"},
			{"OutId":"dlv_1","SendStatus":3,"ErrCode":"DELIVERED","ReceiveDate":"2026-03-02 12:00:10","PhoneNum":"13912345670","Content":"【玉堂】x"}]}}`,
	})
	text := Text{To: "+8613912345670", Ref: "dlv_1", Template: "SMS_1", Params: Params{Named: map[string]string{"name": "a b*~+&=阿"}}}
	got := v.Send(t.Context(), a, text)
	if diff := cmp.Diff(outreach.Outcome{Verdict: outreach.Accepted, Detail: "OK", ProviderID: "9006^0"}, got); diff != "" {
		t.Fatal(diff)
	}
	want := url.Values{
		"PhoneNumbers": {"13912345670"}, "SignName": {"玉堂"}, "TemplateCode": {"SMS_1"}, "OutId": {"dlv_1"}, "TemplateParam": {`{"name":"a b*~+\u0026=阿"}`},
	}
	if diff := cmp.Diff(want, <-seen); diff != "" {
		t.Error(diff)
	}
	r, found, err := v.Ask(t.Context(), a, Query{To: text.To, Ref: "dlv_1", At: noon})
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(Report{Ref: "dlv_1", State: Delivered, Code: "DELIVERED", At: noon.Add(10 * time.Second)}, r); diff != "" {
		t.Error(diff)
	}
	if _, found, err := v.Ask(t.Context(), a, Query{To: text.To, Ref: "dlv_9", At: noon}); found || err != nil {
		t.Error("another message was taken for ours", err)
	}
	if day := (<-seen).Get("SendDate"); day != "20260302" {
		t.Errorf("asked for %s", day)
	}
	wrong := a
	wrong.Secret = "another"
	if o := v.Send(t.Context(), wrong, text); o.Verdict != outreach.Again || o.Reason != outreach.Account {
		t.Errorf("a wrong secret: %+v", o)
	}
}

func TestAliyun_AsksForBothDaysAtMidnight(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 1, 16, 0, 5, 0, time.UTC)
	if diff := cmp.Diff([]string{"20260302", "20260301"}, days(midnight)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"20260301", "20260302"}, days(midnight.Add(-10*time.Second))); diff != "" {
		t.Error(diff)
	}
}

// covers: C7
func TestTencent_SendsSignedAndIsAsked(t *testing.T) {
	t.Parallel()
	bodies := make(chan string, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case !tencentSaysYes(r, body):
			_, _ = io.WriteString(w, `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"no"},"RequestId":"1"}}`)
			return
		case r.Header.Get("X-Tc-Action") == "SendSms":
			_, _ = io.WriteString(w, `{"Response":{"SendStatusSet":[{"SerialNo":"5000:1","PhoneNumber":"+8613912345670","Fee":1,"SessionContext":"dlv_1","Code":"Ok","Message":"send success"}]}}`)
		default:
			_, _ = io.WriteString(w, `{"Response":{"PullSmsSendStatusSet":[
				{"UserReceiveTime":1772424010,"SerialNo":"4:0","ReportStatus":"FAIL","Description":"MK:0001","SessionContext":"dlv_0"},
				{"UserReceiveTime":1772424010,"SerialNo":"5000:1","ReportStatus":"SUCCESS","Description":"DELIVRD","SessionContext":"dlv_1"}]}}`)
		}
		bodies <- string(body)
	}))
	t.Cleanup(srv.Close)
	v := Tencent{Wire: newWire(), Clock: clock.NewManual(noon.Add(time.Hour))}
	a := Account{KeyID: keyID, Secret: secret, Sign: "玉堂", AppID: "1400006666", BaseURL: srv.URL}
	o := v.Send(t.Context(), a, Text{To: "+8613912345670", Ref: "dlv_1", Template: "1110", Params: Params{Listed: []string{"王", "2"}}})
	if diff := cmp.Diff(outreach.Outcome{Verdict: outreach.Accepted, Detail: "Ok", ProviderID: "5000:1"}, o); diff != "" {
		t.Fatal(diff)
	}
	r, found, err := v.Ask(t.Context(), a, Query{To: "+8613912345670", Ref: "dlv_1", At: noon})
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(Report{Ref: "dlv_1", ProviderID: "5000:1", State: Delivered, Code: "DELIVRD", At: time.Unix(1772424010, 0).UTC()}, r); diff != "" {
		t.Error(diff)
	}
	var sent, asked map[string]any
	if err := errors.Join(json.Unmarshal([]byte(<-bodies), &sent), json.Unmarshal([]byte(<-bodies), &asked)); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"PhoneNumberSet": []any{"+8613912345670"}, "SmsSdkAppId": "1400006666", "SignName": "玉堂", "TemplateId": "1110",
		"TemplateParamSet": []any{"王", "2"}, "SessionContext": "dlv_1",
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Error(diff)
	}
	if asked["BeginTime"] != float64(noon.Add(-time.Minute).Unix()) || asked["Limit"] != 100.0 {
		t.Errorf("asked %v", asked)
	}
	wrong := a
	wrong.Secret = "another"
	if o := v.Send(t.Context(), wrong, Text{To: "+8613912345670", Template: "1110"}); o.Verdict != outreach.Again || o.Reason != outreach.Account {
		t.Errorf("a wrong secret: %+v", o)
	}
}

// A call whose answer got lost is unknown; one without a connection was surely not made.
func TestSend_WithoutAnAnswer(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = c.Close()
		}
	}))
	a := Account{KeyID: keyID, Secret: secret, BaseURL: srv.URL}
	for name, v := range map[string]Vendor{
		"aliyun": Aliyun{Wire: newWire(), Clock: clock.NewManual(noon)}, "tencent": Tencent{Wire: newWire(), Clock: clock.NewManual(noon)},
	} {
		calls.Store(0)
		o := v.Send(t.Context(), a, Text{To: "+8613912345670", Ref: "dlv_1", Template: "1"})
		if o.Verdict != outreach.Unknown || o.Reason != outreach.NoAnswer || calls.Load() != 1 || strings.Contains(o.Detail, "139") {
			t.Errorf("%s: %+v after %d calls", name, o, calls.Load())
		}
	}
	srv.Close()
	v := Aliyun{Wire: newWire(), Clock: clock.NewManual(noon)}
	if o := v.Send(t.Context(), a, Text{To: "+8613912345670"}); o.Verdict != outreach.Again || o.Reason != outreach.Unreachable || strings.Contains(o.Detail, "139") {
		t.Errorf("no connection: %+v", o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := v.Send(ctx, a, Text{To: "+8613912345670"}); o.Verdict != outreach.Again {
		t.Errorf("cancelled before: %+v", o)
	}
}

// covers: C7
func TestVerdicts_OfErrorCodes(t *testing.T) {
	t.Parallel()
	const accepted, rejected, again, unknown = outreach.Accepted, outreach.Rejected, outreach.Again, outreach.Unknown
	for _, c := range []struct {
		judge   func(c, id string) outreach.Outcome
		code    string
		verdict outreach.Verdict
		reason  outreach.Reason
	}{
		{judgeAliyun, "OK", accepted, ""},
		{judgeAliyun, "isv.MOBILE_NUMBER_ILLEGAL", rejected, outreach.NoAddress},
		{judgeAliyun, "isv.SMS_TEMPLATE_ILLEGAL", rejected, outreach.BadTemplate},
		{judgeAliyun, "isv.TEMPLATE_MISSING_PARAMETERS", rejected, outreach.BadTemplate},
		{judgeAliyun, "isv.BUSINESS_LIMIT_CONTROL", rejected, outreach.Quota},
		{judgeAliyun, "isv.AMOUNT_NOT_ENOUGH", again, outreach.Account},
		{judgeAliyun, "isv.SMS_SIGNATURE_ILLEGAL", again, outreach.Account},
		{judgeAliyun, "isp.RAM_PERMISSION_DENY", again, outreach.Account},
		{judgeAliyun, "Throttling.User", again, outreach.RateLimited},
		{judgeAliyun, "SignatureNonceUsed", unknown, outreach.ServerError},
		{judgeAliyun, "isp.SYSTEM_ERROR", unknown, outreach.ServerError},
		{judgeAliyun, "isv.SOMETHING_NEW", rejected, outreach.Refused},
		{judgeTencent, "Ok", accepted, ""},
		{judgeTencent, "InvalidParameterValue.IncorrectPhoneNumber", rejected, outreach.NoAddress},
		{judgeTencent, "InvalidParameterValue.TemplateParameterFormatError", rejected, outreach.BadTemplate},
		{judgeTencent, "FailedOperation.TemplateIncorrectOrUnapproved", rejected, outreach.BadTemplate},
		{judgeTencent, "FailedOperation.PhoneNumberInBlacklist", rejected, outreach.Refused},
		{judgeTencent, "FailedOperation.InsufficientBalanceInSmsPackage", again, outreach.Account},
		{judgeTencent, "LimitExceeded.PhoneNumberDailyLimit", rejected, outreach.Quota},
		{judgeTencent, "LimitExceeded.DeliveryFrequencyLimit", again, outreach.RateLimited},
		{judgeTencent, "RequestLimitExceeded.UinLimitExceeded", again, outreach.RateLimited},
		{judgeTencent, "AuthFailure.SecretIdNotFound", again, outreach.Account},
		{judgeTencent, "UnauthorizedOperation.RequestIpNotInWhitelist", again, outreach.Account},
		{judgeTencent, "InternalError.Timeout", unknown, outreach.ServerError},
		{judgeTencent, "Unheard.Of", rejected, outreach.Refused},
	} {
		if o := c.judge(c.code, "id"); o.Verdict != c.verdict || o.Reason != c.reason || o.Detail != c.code {
			t.Errorf("%s: %+v", c.code, o)
		}
	}
	if o := judgeAliyun("号码 13912345670 不合法", ""); o.Detail != "other" {
		t.Errorf("a text of the provider is kept: %+v", o)
	}
}

func TestParams_ByNameOrPlace(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Params{
		`{"a":"x\r\n y","n":3,"b":true}`: {Named: map[string]string{"a": "x y", "n": "3", "b": "true"}},
		`["x",12.50]`:                    {Listed: []string{"x", "12.50"}},
		`null`:                           {},
	} {
		var got Params
		if err := json.Unmarshal([]byte(raw), &got); err != nil {
			t.Fatal(raw, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(raw, diff)
		}
	}
	for _, raw := range []string{`"x"`, `{"a":{}}`, `[null]`, `3`} {
		var got Params
		if json.Unmarshal([]byte(raw), &got) == nil {
			t.Errorf("%s was taken", raw)
		}
	}
}
