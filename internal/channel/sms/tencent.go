package sms

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yutang/internal/channel/wire"
	"yutang/internal/clock"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

const (
	tencentURL     = "https://sms.tencentcloudapi.com"
	tencentVersion = "2021-01-11"
	tencentService = "sms"
	tencentRegion  = "ap-guangzhou"
	tencentOK      = "Ok"
	tencentJSON    = "application/json; charset=utf-8"
	pullLimit      = 100
	pullReach      = 7 * 24 * time.Hour
)

// Tencent is Tencent Cloud.
type Tencent struct {
	Wire  *wire.Client
	Clock clock.Clock
}

// tencentAnswer is what every call answers.
type tencentAnswer struct {
	Response struct {
		Error *struct{ Code string }
		Sent  []struct {
			SerialNo string
			Code     string
		} `json:"SendStatusSet"`
		Pulled []struct {
			UserReceiveTime int64
			SerialNo        string
			ReportStatus    string
			Description     string
			SessionContext  string
		} `json:"PullSmsSendStatusSet"`
	}
}

// Send sends one message.
func (v Tencent) Send(ctx context.Context, a Account, t Text) outreach.Outcome {
	params := t.Params.Listed
	if params == nil {
		params = []string{}
	}
	ans, status, err := v.call(ctx, a, "SendSms", map[string]any{
		"PhoneNumberSet": []string{t.To}, "SmsSdkAppId": a.AppID, "SignName": a.Sign, "TemplateId": t.Template,
		"TemplateParamSet": params, "SessionContext": t.Ref,
	})
	switch r := ans.Response; {
	case err != nil:
		return wire.OutcomeOf(err)
	case r.Error != nil:
		return judgeTencent(r.Error.Code, "")
	case len(r.Sent) == 1:
		return judgeTencent(r.Sent[0].Code, r.Sent[0].SerialNo)
	}
	return wire.ByStatus(status)
}

// Ask pulls the reports of the number from just before the call on.
func (v Tencent) Ask(ctx context.Context, a Account, q Query) (Report, bool, error) {
	now := v.Clock.Now()
	begin := q.At.Add(-time.Minute)
	if oldest := now.Add(-pullReach + time.Minute); begin.Before(oldest) {
		begin = oldest
	}
	ans, status, err := v.call(ctx, a, "PullSmsSendStatusByPhoneNumber", map[string]any{
		"BeginTime": begin.Unix(), "EndTime": now.Unix(), "Offset": 0, "Limit": pullLimit, "PhoneNumber": q.To, "SmsSdkAppId": a.AppID,
	})
	if err != nil {
		return Report{}, false, err
	}
	if e := ans.Response.Error; e != nil || status != http.StatusOK {
		text := "other"
		if e != nil {
			text = code(e.Code)
		}
		return Report{}, false, fault.New(fault.Unavailable, "sms_query", "PullSmsSendStatusByPhoneNumber: HTTP %d, %s", status, text)
	}
	for _, d := range ans.Response.Pulled {
		if d.SessionContext != q.Ref && (q.ProviderID == "" || d.SerialNo != q.ProviderID) {
			continue
		}
		r := Report{Ref: q.Ref, ProviderID: d.SerialNo, State: tencentState(d.ReportStatus), Code: code(d.Description)}
		if d.UserReceiveTime > 0 {
			r.At = time.Unix(d.UserReceiveTime, 0).UTC()
		}
		return r, true, nil
	}
	return Report{}, false, nil
}

func tencentState(text string) State {
	switch text {
	case "SUCCESS":
		return Delivered
	case "FAIL":
		return Failed
	}
	return Waiting
}

func (v Tencent) call(ctx context.Context, a Account, action string, body any) (ans tencentAnswer, status int, err error) {
	base, region := a.BaseURL, a.Region
	if base == "" {
		base = tencentURL
	}
	if region == "" {
		region = tencentRegion
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return ans, 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(base, "/")+"/", bytes.NewReader(raw))
	if err != nil {
		return ans, 0, err
	}
	req.Header.Set("X-TC-Version", tencentVersion)
	req.Header.Set("X-TC-Region", region)
	v.sign(req, a, tencentService, action, raw)
	got, err := v.Wire.Do(ctx, req)
	if err != nil {
		return ans, 0, err
	}
	if json.Unmarshal(got.Body, &ans) != nil {
		ans = tencentAnswer{}
	}
	return ans, got.Status, nil
}

// sign adds the headers of TC3-HMAC-SHA256. It signs content-type, host and x-tc-action.
func (v Tencent) sign(req *http.Request, a Account, service, action string, body []byte) {
	const signed = "content-type;host;x-tc-action"
	now := v.Clock.Now().UTC()
	stamp, day := strconv.FormatInt(now.Unix(), 10), now.Format(time.DateOnly)
	canonical := fmt.Sprintf("%s\n/\n\ncontent-type:%s\nhost:%s\nx-tc-action:%s\n\n%s\n%x",
		req.Method, tencentJSON, req.URL.Host, strings.ToLower(action), signed, sha256.Sum256(body))
	scope := day + "/" + service + "/tc3_request"
	text := fmt.Sprintf("TC3-HMAC-SHA256\n%s\n%s\n%x", stamp, scope, sha256.Sum256([]byte(canonical)))
	key := []byte("TC3" + a.Secret)
	for _, part := range []string{day, service, "tc3_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	req.Header.Set("Content-Type", tencentJSON)
	req.Header.Set("X-TC-Action", action)
	req.Header.Set("X-TC-Timestamp", stamp)
	req.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+a.KeyID+"/"+scope+", SignedHeaders="+signed+", Signature="+hex.EncodeToString(key))
}

// tencentItem is a delivery report or, with Text, a reply.
type tencentItem struct {
	UserReceiveTime string  `json:"user_receive_time"`
	NationCode      string  `json:"nationcode"`
	Mobile          string  `json:"mobile"`
	ReportStatus    string  `json:"report_status"`
	ErrMsg          string  `json:"errmsg"`
	SID             string  `json:"sid"`
	Text            *string `json:"text"`
	Time            int64   `json:"time"`
}

// ParseTencent reads what Tencent Cloud posts: a list of delivery reports, or one reply.
func ParseTencent(body []byte) (reports []Report, replies []Reply, err error) {
	var items []tencentItem
	if body = bytes.TrimSpace(body); len(body) > 0 && body[0] == '{' {
		items = make([]tencentItem, 1)
		err = json.Unmarshal(body, &items[0])
	} else {
		err = json.Unmarshal(body, &items)
	}
	if err != nil {
		return nil, nil, errReports
	}
	for _, x := range items {
		switch {
		case x.ReportStatus != "" && x.SID != "":
			if state := tencentState(x.ReportStatus); state != Waiting {
				reports = append(reports, Report{ProviderID: x.SID, State: state, Code: code(x.ErrMsg), At: clockTime(x.UserReceiveTime)})
			}
		case x.Text != nil && x.Mobile != "":
			r := Reply{From: international(x.Mobile, x.NationCode), Text: *x.Text}
			if x.Time > 0 && x.Time < 1<<33 {
				r.At = time.Unix(x.Time, 0).UTC()
			}
			replies = append(replies, r)
		}
	}
	return reports, replies, nil
}
