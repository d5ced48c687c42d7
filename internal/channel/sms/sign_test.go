package sms

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
)

// The vectors of this file are those that the providers publish in their documentation of
// the two signature methods.

// covers: C7
func TestAliyun_SignsAsDocumented(t *testing.T) {
	t.Parallel()
	at := time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC)
	v := Aliyun{Clock: clock.NewManual(at)}
	const query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
	req := httptest.NewRequest(http.MethodPost, "https://ecs.cn-shanghai.aliyuncs.com/?"+query, nil)
	v.sign(req, Account{KeyID: "YourAccessKeyId", Secret: "YourAccessKeySecret"}, "RunInstances", "2014-05-26", query, "3156853299f313e23d1673dc12e1703d")
	const want = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;" +
		"x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := req.Header.Get("x-acs-date"); got != "2023-10-26T10:22:32Z" {
		t.Errorf("date %s", got)
	}
}

func TestCanonicalQuery_EscapesAsDocumented(t *testing.T) {
	t.Parallel()
	got := canonicalQuery(map[string][]string{"b": {"a b*c~d/+"}, "a": {`{"k":"阿里"}`}})
	const want = "a=%7B%22k%22%3A%22%E9%98%BF%E9%87%8C%22%7D&b=a%20b%2Ac~d%2F%2B"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// covers: C7
func TestTencent_SignsAsDocumented(t *testing.T) {
	t.Parallel()
	v := Tencent{Clock: clock.NewManual(time.Unix(1551113065, 0))}
	const body = `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
	req := httptest.NewRequest(http.MethodPost, "https://cvm.tencentcloudapi.com/", nil)
	v.sign(req, Account{KeyID: "AKID", Secret: strings.Repeat("*", 32)}, "cvm", "DescribeInstances", []byte(body))
	const want = "TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, " +
		"Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := req.Header.Get("X-TC-Timestamp"); got != "1551113065" {
		t.Errorf("stamp %s", got)
	}
}
