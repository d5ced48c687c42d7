package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/channel/wire"
	"yutang/internal/clock"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/outreach"
)

const (
	aliyunURL     = "https://dysmsapi.aliyuncs.com"
	aliyunVersion = "2017-05-25"
	aliyunOK      = "OK"
	emptyHash     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	detailPage    = 50
	detailPages   = 4
)

// Aliyun is the provider of that name.
type Aliyun struct {
	Wire  *wire.Client
	Clock clock.Clock
}

// aliyunAnswer is what every call answers.
type aliyunAnswer struct {
	Code   string
	BizID  string `json:"BizId"`
	Detail struct {
		List []struct {
			ErrCode     string
			OutID       string `json:"OutId"`
			SendStatus  int
			ReceiveDate string
		} `json:"SmsSendDetailDTO"`
	} `json:"SmsSendDetailDTOs"`
}

// Send sends one message.
func (v Aliyun) Send(ctx context.Context, a Account, t Text) outreach.Outcome {
	q := url.Values{
		"PhoneNumbers": {mainland(t.To)}, "SignName": {a.Sign}, "TemplateCode": {t.Template}, "OutId": {t.Ref},
	}
	if len(t.Params.Named) > 0 {
		raw, err := json.Marshal(t.Params.Named)
		if err != nil {
			return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.BadTemplate}
		}
		q.Set("TemplateParam", string(raw))
	}
	ans, status, err := v.call(ctx, a, "SendSms", q)
	if err != nil {
		return wire.OutcomeOf(err)
	}
	if ans.Code == "" {
		return wire.ByStatus(status)
	}
	return judgeAliyun(ans.Code, ans.BizID)
}

// mainland is a number as Aliyun wants it: bare for mainland China, else with its country
// code.
func mainland(e164 string) string {
	if rest, ok := strings.CutPrefix(e164, "+86"); ok && len(rest) == 11 {
		return rest
	}
	return strings.TrimPrefix(e164, "+")
}

// Ask looks for the message among those sent to its number on its day.
func (v Aliyun) Ask(ctx context.Context, a Account, q Query) (Report, bool, error) {
	for _, day := range days(q.At) {
		for page := 1; page <= detailPages; page++ {
			params := url.Values{
				"PhoneNumber": {mainland(q.To)}, "SendDate": {day},
				"PageSize": {strconv.Itoa(detailPage)}, "CurrentPage": {strconv.Itoa(page)},
			}
			if q.ProviderID != "" {
				params.Set("BizId", q.ProviderID)
			}
			ans, status, err := v.call(ctx, a, "QuerySendDetails", params)
			if err != nil {
				return Report{}, false, err
			}
			if ans.Code != aliyunOK {
				return Report{}, false, fault.New(fault.Unavailable, "sms_query", "QuerySendDetails: HTTP %d, %s", status, code(ans.Code))
			}
			for _, d := range ans.Detail.List {
				if d.OutID == q.Ref {
					r := Report{Ref: q.Ref, ProviderID: q.ProviderID, Code: code(d.ErrCode), At: clockTime(d.ReceiveDate)}
					r.State = [...]State{2: Failed, 3: Delivered}[max(min(d.SendStatus, 3), 0)]
					return r, true, nil
				}
			}
			if len(ans.Detail.List) < detailPage {
				break
			}
		}
	}
	return Report{}, false, nil
}

// days are the day of a call in Beijing, and its neighbour when midnight is near.
func days(at time.Time) []string {
	const near, form = 10 * time.Minute, "20060102"
	out := []string{at.In(beijing).Format(form)}
	for _, t := range []time.Time{at.Add(-near), at.Add(near)} {
		if d := t.In(beijing).Format(form); !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

func (v Aliyun) call(ctx context.Context, a Account, action string, q url.Values) (ans aliyunAnswer, status int, err error) {
	base := a.BaseURL
	if base == "" {
		base = aliyunURL
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(base, "/")+"/?"+canonicalQuery(q), nil)
	if err != nil {
		return ans, 0, err
	}
	v.sign(req, a, action, aliyunVersion, canonicalQuery(q), id.New("n"))
	got, err := v.Wire.Do(ctx, req)
	if err != nil {
		return ans, 0, err
	}
	if json.Unmarshal(got.Body, &ans) != nil {
		ans = aliyunAnswer{}
	}
	return ans, got.Status, nil
}

// sign adds the headers of ACS3-HMAC-SHA256 for a request without a body.
func (v Aliyun) sign(req *http.Request, a Account, action, version, query, nonce string) {
	h := map[string]string{
		"host": req.URL.Host, "x-acs-action": action, "x-acs-version": version, "x-acs-content-sha256": emptyHash,
		"x-acs-date": v.Clock.Now().UTC().Format("2006-01-02T15:04:05Z"), "x-acs-signature-nonce": nonce,
	}
	names := make([]string, 0, len(h))
	for name, value := range h {
		names = append(names, name)
		if name != "host" {
			req.Header.Set(name, value)
		}
	}
	slices.Sort(names)
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n/\n%s\n", req.Method, query)
	for _, name := range names {
		fmt.Fprintf(&text, "%s:%s\n", name, h[name])
	}
	signed := strings.Join(names, ";")
	fmt.Fprintf(&text, "\n%s\n%s", signed, emptyHash)
	sum := sha256.Sum256([]byte(text.String()))
	mac := hmac.New(sha256.New, []byte(a.Secret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sum)
	req.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+a.KeyID+",SignedHeaders="+signed+",Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// canonicalQuery is the query in order of its names, escaped as RFC 3986 says.
func canonicalQuery(q url.Values) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(q.Encode())
}

// ParseAliyun reads what Aliyun posts: delivery reports (SmsReport) and replies (SmsUp).
func ParseAliyun(body []byte) (reports []Report, replies []Reply, err error) {
	var items []struct {
		PhoneNumber string  `json:"phone_number"`
		ReportTime  string  `json:"report_time"`
		SendTime    string  `json:"send_time"`
		Success     *bool   `json:"success"`
		ErrCode     string  `json:"err_code"`
		BizID       string  `json:"biz_id"`
		OutID       string  `json:"out_id"`
		Content     *string `json:"content"`
	}
	if json.Unmarshal(body, &items) != nil {
		return nil, nil, errReports
	}
	for _, x := range items {
		switch {
		case x.Success != nil:
			r := Report{Ref: x.OutID, ProviderID: x.BizID, State: Failed, Code: code(x.ErrCode), At: clockTime(x.ReportTime)}
			if *x.Success {
				r.State = Delivered
			}
			reports = append(reports, r)
		case x.Content != nil && x.PhoneNumber != "":
			replies = append(replies, Reply{From: international(x.PhoneNumber, ""), Text: *x.Content, At: clockTime(x.SendTime)})
		}
	}
	return reports, replies, nil
}
